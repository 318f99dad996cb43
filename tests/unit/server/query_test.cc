#include "server/query.h"

#include "catch.h"

namespace session_exporter {
namespace {

TEST_CASE("query parameters are read in order and decoded", "[query]") {
  struct Case {
    std::string query;
    QueryParameters expected;
  };
  const auto c = GENERATE(values<Case>({
      {"", {}},
      {"target=kasm-prod", {{"target", "kasm-prod"}}},
      {"target=a&debug=true", {{"target", "a"}, {"debug", "true"}}},
      {"a=1&a=2", {{"a", "1"}, {"a", "2"}}},
      {"&&a=1&&", {{"a", "1"}}},
      {"flag", {{"flag", ""}}},
      {"=value", {{"", "value"}}},
      {"a=b=c", {{"a", "b=c"}}},
      {"a+b=c+d", {{"a b", "c d"}}},
      {"aws%2Feu-west-1=%C3%A9%2b", {{"aws/eu-west-1", "\xC3\xA9+"}}},
      {"a=%26%3D%25", {{"a", "&=%"}}},
      {"a=%00", {{"a", std::string(1, '\0')}}},
      {"a=1;b=2", {{"a", "1;b=2"}}},
      {"a=1?b", {{"a", "1?b"}}},
  }));
  INFO(c.query);
  const auto parsed = ParseQuery(c.query);
  REQUIRE(parsed);
  CHECK(*parsed == c.expected);
}

TEST_CASE("a malformed escape in a query is an error", "[query]") {
  const auto* query = GENERATE("a=%", "a=%4", "a=%4G", "a=%G4", "%zz=1", "a=%%41", "ok=1&a=% 41");
  INFO(query);
  const auto parsed = ParseQuery(query);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().kind() == ErrorKind::kProtocol);
  CHECK(parsed.error().message() == "malformed %-escape in the query");
}

TEST_CASE("the number of query parameters is bounded", "[query]") {
  std::string query;
  for (std::size_t i = 0; i < kMaxQueryParameters; ++i) query += "a=1&";
  CHECK(ParseQuery(query));
  const auto parsed = ParseQuery(query + "a=1");
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().kind() == ErrorKind::kLimit);
}

}  // namespace
}  // namespace session_exporter
