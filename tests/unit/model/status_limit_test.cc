#include "model/status_limit.h"

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"

namespace session_exporter {
namespace {

using Counts = std::map<std::string, int>;

constexpr std::array kKnown = {StatusPair{SessionState::kActive, "Up"},
                               StatusPair{SessionState::kEnded, "Up"},
                               StatusPair{SessionState::kUnknown, "unknown"}};

void Add(Snapshot& snapshot, std::string_view status, int count,
         SessionState state = SessionState::kUnknown) {
  for (int i = 0; i < count; ++i) {
    Session session;
    session.state = state;
    session.status = snapshot.symbols.Intern(status);
    snapshot.sessions.push_back(session);
  }
}

Counts CountsOf(const Snapshot& snapshot) {
  Counts counts;
  for (const Session& session : snapshot.sessions) {
    ++counts[std::string(snapshot.symbols.Text(session.status))];
  }
  return counts;
}

std::string Numbered(int i) { return (i < 10 ? "odd-0" : "odd-") + std::to_string(i); }

TEST_CASE("as many unknown statuses as allowed are all kept", "[status_limit]") {
  Snapshot snapshot;
  for (int i = 0; i < 20; ++i) Add(snapshot, Numbered(i), 1);
  Add(snapshot, "unknown", 3);
  const Counts before = CountsOf(snapshot);
  LimitUnknownStatuses(snapshot, kKnown);
  CHECK(CountsOf(snapshot) == before);
}

TEST_CASE("of more unknown statuses the most frequent are kept", "[status_limit]") {
  Snapshot snapshot;
  for (int i = 0; i < 25; ++i) Add(snapshot, Numbered(i), i + 1);
  LimitUnknownStatuses(snapshot, kKnown);
  Counts expected;
  for (int i = 5; i < 25; ++i) expected[Numbered(i)] = i + 1;
  expected["other"] = 1 + 2 + 3 + 4 + 5;
  CHECK(CountsOf(snapshot) == expected);
}

TEST_CASE("of equally frequent statuses the alphabetically first are kept", "[status_limit]") {
  Snapshot snapshot;
  for (int i = 21; i >= 0; --i) Add(snapshot, Numbered(i), 1);
  LimitUnknownStatuses(snapshot, kKnown);
  const Counts counts = CountsOf(snapshot);
  CHECK(counts.count("odd-19") == 1);
  CHECK(counts.count("odd-20") == 0);
  CHECK(counts.count("odd-21") == 0);
  CHECK(counts.at("other") == 2);
}

TEST_CASE("a missing status is kept beside them, however rare", "[status_limit]") {
  Snapshot snapshot;
  for (int i = 0; i < 25; ++i) Add(snapshot, Numbered(i), 2);
  Add(snapshot, "unknown", 1);
  LimitUnknownStatuses(snapshot, kKnown);
  const Counts counts = CountsOf(snapshot);
  CHECK(counts.at("unknown") == 1);
  CHECK(counts.at("other") == 10);
  CHECK(counts.size() == 22);
}

TEST_CASE("known pairs of state and status are never touched", "[status_limit]") {
  Snapshot snapshot;
  for (int i = 0; i < 25; ++i) Add(snapshot, Numbered(i), 2);
  Add(snapshot, "Up", 1, SessionState::kActive);
  Add(snapshot, "Up", 1, SessionState::kEnded);
  LimitUnknownStatuses(snapshot, kKnown);
  const Counts counts = CountsOf(snapshot);
  CHECK(counts.at("Up") == 2);
  CHECK(counts.at("other") == 10);
}

TEST_CASE("a known word under another state is one of the unknown", "[status_limit]") {
  Snapshot snapshot;
  for (int i = 0; i < 20; ++i) Add(snapshot, Numbered(i), 2);
  Add(snapshot, "Up", 1, SessionState::kUnknown);
  Add(snapshot, "Up", 1, SessionState::kActive);
  LimitUnknownStatuses(snapshot, kKnown);
  const Counts counts = CountsOf(snapshot);
  CHECK(counts.at("Up") == 1);
  CHECK(counts.at("other") == 1);
}

TEST_CASE("unknown statuses are counted over all states together", "[status_limit]") {
  Snapshot snapshot;
  for (int i = 0; i < 30; ++i) {
    Add(snapshot, Numbered(i), 2, i < 15 ? SessionState::kUnknown : SessionState::kEnded);
  }
  Add(snapshot, "unknown", 1, SessionState::kEnded);
  LimitUnknownStatuses(snapshot, kKnown);
  const Counts counts = CountsOf(snapshot);
  CHECK(counts.at("other") == 20);
  CHECK(counts.at("unknown") == 1);
  CHECK(counts.size() == 22);
}

TEST_CASE("limiting statuses twice changes nothing", "[status_limit]") {
  Snapshot snapshot;
  for (int i = 0; i < 25; ++i) {
    Add(snapshot, Numbered(i), 2, i % 2 == 0 ? SessionState::kUnknown : SessionState::kEnded);
  }
  LimitUnknownStatuses(snapshot, kKnown);
  const Counts once = CountsOf(snapshot);
  LimitUnknownStatuses(snapshot, kKnown);
  CHECK(once.size() == 21);
  CHECK(CountsOf(snapshot) == once);
}

TEST_CASE("an empty snapshot stays empty", "[status_limit]") {
  Snapshot snapshot;
  LimitUnknownStatuses(snapshot, kKnown);
  CHECK(snapshot.sessions.empty());
}

}  // namespace
}  // namespace session_exporter
