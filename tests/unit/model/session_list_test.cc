#include "model/session_list.h"

#include <string>
#include <string_view>
#include <vector>

#include "catch.h"

namespace session_exporter {
namespace {

struct Outcome {
  std::vector<std::string> ids;
  bool truncated;
  std::uint64_t duplicates;
  std::uint64_t invalid;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome Collect(const std::vector<std::string>& ids, std::size_t max_sessions) {
  Snapshot snapshot;
  SessionList list(snapshot, max_sessions);
  for (const std::string& id : ids) {
    Session session;
    session.id = snapshot.symbols.Intern(id);
    list.Add(session);
  }
  Outcome outcome{{}, snapshot.truncated, snapshot.duplicate_sessions, snapshot.invalid_sessions};
  for (const Session& session : snapshot.sessions) {
    outcome.ids.emplace_back(snapshot.symbols.Text(session.id));
  }
  return outcome;
}

struct ListCase {
  std::string_view name;
  std::vector<std::string> listed;
  std::size_t max_sessions;
  Outcome outcome;
};

TEST_CASE("what has no id or was listed before is dropped and counted", "[session_list]") {
  const auto& c = GENERATE(values<ListCase>({
      {"nothing", {}, 10, {{}, false, 0, 0}},
      {"the order is kept", {"b", "a", "c"}, 10, {{"b", "a", "c"}, false, 0, 0}},
      {"no id", {"a", "", ""}, 10, {{"a"}, false, 0, 2}},
      {"duplicates", {"a", "b", "a", "a"}, 10, {{"a", "b"}, false, 2, 0}},
      {"as many as allowed", {"a", "b"}, 2, {{"a", "b"}, false, 0, 0}},
      {"one more", {"a", "b", "c"}, 2, {{"a", "b"}, true, 0, 0}},
      {"a duplicate at the limit cuts nothing", {"a", "b", "a"}, 2, {{"a", "b"}, false, 1, 0}},
      {"nor does one without an id", {"a", "b", ""}, 2, {{"a", "b"}, false, 0, 1}},
      {"duplicates after the cut", {"a", "b", "c", "a"}, 2, {{"a", "b"}, true, 1, 0}},
      {"none allowed", {"a"}, 0, {{}, true, 0, 0}},
      {"ids that differ in bytes that are not shown",
       {"\xFE", "\xFF"},
       10,
       {{"\xEF\xBF\xBD"}, false, 1, 0}},
  }));
  CAPTURE(c.name);
  const Outcome outcome = Collect(c.listed, c.max_sessions);
  CHECK(outcome.ids == c.outcome.ids);
  CHECK(outcome.truncated == c.outcome.truncated);
  CHECK(outcome.duplicates == c.outcome.duplicates);
  CHECK(outcome.invalid == c.outcome.invalid);
}

TEST_CASE("an id that is also another session's label is no duplicate", "[session_list]") {
  Snapshot snapshot;
  SessionList list(snapshot, 10);
  Session first;
  first.id = snapshot.symbols.Intern("first");
  first.Label(SessionLabel::kUser) = snapshot.symbols.Intern("second");
  list.Add(first);
  Session second;
  second.id = snapshot.symbols.Intern("second");
  list.Add(second);
  CHECK(snapshot.sessions.size() == 2);
  CHECK(snapshot.duplicate_sessions == 0);
}

TEST_CASE("many sessions are told apart", "[session_list]") {
  std::vector<std::string> ids;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 5000; ++i) ids.push_back("session-" + std::to_string(i));
  }
  const Outcome outcome = Collect(ids, 50'000);
  CHECK(outcome.ids.size() == 5000);
  CHECK(outcome.duplicates == 5000);
}

}  // namespace
}  // namespace session_exporter
