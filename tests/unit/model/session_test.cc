#include "model/session.h"

#include <chrono>
#include <cmath>
#include <set>
#include <string_view>

#include "base/timestamp.h"
#include "catch.h"
#include "model/session_state.h"
#include "model/snapshot.h"
#include "model/staleness.h"

namespace session_exporter {
namespace {

using std::chrono::hours;

const Timestamp kNow = *ParseTimestamp("2026-01-01 12:00:00");

TEST_CASE("a new session has nothing that a backend did not give", "[session]") {
  const Session session;
  CHECK(session.id.empty());
  CHECK(session.state == SessionState::kUnknown);
  CHECK_FALSE(session.start);
  CHECK_FALSE(session.keepalive);
  CHECK_FALSE(session.expiration);
  CHECK_FALSE(session.idle_expiration);
  CHECK_FALSE(session.end);
  CHECK_FALSE(session.last_login);
  CHECK_FALSE(session.sign_of_life);
  CHECK(session.max_duration == Session::kUnsetDuration);
  CHECK(std::isnan(session.cpu_cores));
  CHECK(std::isnan(session.memory_bytes));
  CHECK(session.failed_logins < 0);
  for (const Symbol label : session.labels) CHECK(label.empty());
  for (const Symbol label : session.info) CHECK(label.empty());
}

TEST_CASE("the epoch is a time, not the absence of one", "[session]") {
  const OptionalTime epoch = Timestamp{};
  CHECK(epoch.has_value());
  CHECK(*epoch == Timestamp{});
  CHECK(*OptionalTime(kNow) == kNow);
  CHECK_FALSE(OptionalTime().has_value());
}

TEST_CASE("a session's labels are told apart by their place", "[session]") {
  Session session;
  session.Label(SessionLabel::kHost) = Symbol{7};
  CHECK(std::as_const(session).Label(SessionLabel::kHost) == Symbol{7});
  CHECK(session.labels[2] == Symbol{7});
  CHECK(kSessionLabelNames[static_cast<std::size_t>(SessionLabel::kHost)] == "host");
  CHECK(kSessionLabelNames[static_cast<std::size_t>(SessionLabel::kUser)] == "user");
  CHECK(kSessionLabelNames[static_cast<std::size_t>(SessionLabel::kDeploymentZone)] ==
        "deployment_zone");
  CHECK(kSessionLabelNames[static_cast<std::size_t>(SessionLabel::kShared)] == "shared");
}

TEST_CASE("every state has its own name", "[session]") {
  const std::set<std::string_view> expected = {"starting", "active", "idle",   "paused",
                                               "stopping", "ended",  "failed", "unknown"};
  std::set<std::string_view> names;
  for (const SessionState state : kAllSessionStates) names.insert(NameOf(state));
  CHECK(names == expected);
  CHECK(NameOf(SessionState::kUnknown) == "unknown");
  CHECK(NameOf(SessionState::kEnded) == "ended");
}

TEST_CASE("every session but an ended one is live", "[session]") {
  for (const SessionState state : kAllSessionStates) {
    Session session;
    session.state = state;
    CAPTURE(NameOf(state));
    CHECK(session.Live() == (state != SessionState::kEnded));
  }
}

struct StaleCase {
  std::string_view name;
  SessionState state;
  OptionalTime sign_of_life;
  bool stale;
};

TEST_CASE("a live session is stale when its sign of life is older than the limit", "[staleness]") {
  const auto& c = GENERATE(values<StaleCase>({
      {"older", SessionState::kActive, kNow - hours(2), true},
      {"older, and failed", SessionState::kFailed, kNow - hours(2), true},
      {"older, and over", SessionState::kEnded, kNow - hours(2), false},
      {"a microsecond older", SessionState::kIdle, kNow - hours(1) - Microseconds(1), true},
      {"as old", SessionState::kIdle, kNow - hours(1), false},
      {"younger", SessionState::kActive, kNow, false},
      {"to come", SessionState::kActive, kNow + hours(3), false},
      {"none", SessionState::kActive, OptionalTime(), false},
      {"the epoch", SessionState::kActive, Timestamp{}, true},
  }));
  CAPTURE(c.name);
  Session session;
  session.state = c.state;
  session.sign_of_life = c.sign_of_life;
  CHECK(IsStale(session, kNow, hours(1)) == c.stale);
}

TEST_CASE("ages are measured on the backend's clock where it is known", "[snapshot]") {
  Snapshot snapshot;
  snapshot.fetched_at = kNow;
  CHECK(snapshot.BackendNow() == kNow);
  snapshot.backend_time = kNow + hours(1);
  CHECK(snapshot.BackendNow() == kNow + hours(1));
}

}  // namespace
}  // namespace session_exporter
