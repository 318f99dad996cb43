#include "simulator/faults.h"

#include <set>

#include "catch.h"

namespace simulator {

TEST_CASE("faults are read with their arguments", "[faults]") {
  const auto set =
      FaultSet::Parse("status=429,retry_after=7,location=http%3A%2F%2Fx,no_date", nullptr);
  REQUIRE(set);
  CHECK(set->Number("status", 0) == 429);
  CHECK(*set->Find("retry_after") == "7");
  CHECK(*set->Find("location") == "http://x");
  CHECK(set->Has("no_date"));
  CHECK(set->Number("no_date", 5) == 5);
  CHECK_FALSE(set->Has("hang"));
}

TEST_CASE("an unknown fault is refused by name", "[faults]") {
  std::string error;
  CHECK_FALSE(FaultSet::Parse("hang,nonsense=1", &error));
  CHECK(error == "unknown fault 'nonsense'");
  FaultScript script;
  CHECK_THROWS_WITH(script.Add("", "nonsense", {}), "unknown fault 'nonsense'");
}

TEST_CASE("every fault is listed once and described", "[faults]") {
  std::set<std::string_view> names;
  for (const FaultKind& kind : FaultKinds()) {
    CHECK(names.insert(kind.name).second);
    CHECK_FALSE(kind.description.empty());
  }
}

TEST_CASE("a script entry applies to its path as often as it says", "[faults]") {
  FaultScript script;
  script.Add("get_kasms", "status=500", 2);
  const std::uint64_t lasting = script.Add("*", "no_date", std::nullopt);
  CHECK_FALSE(script.Take("/api/public/get_users").Has("status"));
  CHECK(script.Take("/api/public/get_kasms").Has("status"));
  CHECK(script.Entries().size() == 2);
  CHECK(script.Take("/api/public/get_kasms").Has("status"));
  const FaultSet left = script.Take("/api/public/get_kasms");
  CHECK_FALSE(left.Has("status"));
  CHECK(left.Has("no_date"));
  CHECK(script.Remove(lasting));
  CHECK_FALSE(script.Remove(lasting));
  CHECK(script.Take("/api/public/get_kasms").empty());
}

TEST_CASE("a reset at the door is for connections, not for requests", "[faults]") {
  FaultScript script;
  script.Add("", "reset=accept", 1);
  CHECK(script.Take("/x").empty());
  CHECK(script.TakeAtDoor());
  CHECK_FALSE(script.TakeAtDoor());
}

}  // namespace simulator
