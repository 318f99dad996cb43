#include "simulator/population.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string>

#include "catch.h"

namespace simulator {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Time kStart = *ParseTime("2026-03-01T12:00:00");

std::string Summary(const std::vector<Session>& sessions) {
  std::string text;
  for (const Session& session : sessions) {
    text += session.id + " " + std::to_string(static_cast<int>(session.state)) + " " +
            std::to_string(session.created.time_since_epoch().count()) + "\n";
  }
  return text;
}

std::size_t Count(const std::vector<Session>& sessions,
                  const std::function<bool(const Session&)>& wanted) {
  return static_cast<std::size_t>(std::count_if(sessions.begin(), sessions.end(), wanted));
}

struct Kind {
  const char* name;
  std::function<bool(const Session&, Time now)> is;
};

bool RunsQuietFor(const Session& session, Time now, seconds least, seconds most) {
  if (session.state != State::kRunning || !session.last_contact) return false;
  const auto quiet = now - *session.last_contact;
  return quiet >= least && quiet < most;
}

const std::vector<Kind>& Kinds() {
  static const std::vector<Kind> kinds{
      {"active",
       [](const Session& s, Time t) { return RunsQuietFor(s, t, seconds(0), minutes(2)); }},
      {"idle", [](const Session& s, Time t) { return RunsQuietFor(s, t, minutes(5), hours(1)); }},
      {"stale", [](const Session& s, Time t) { return RunsQuietFor(s, t, hours(1), hours(100)); }},
      {"paused", [](const Session& s, Time) { return s.state == State::kPaused; }},
      {"stopped", [](const Session& s, Time) { return s.state == State::kStopped; }},
      {"starting",
       [](const Session& s, Time t) {
         return s.state == State::kStarting && t - s.created < minutes(10);
       }},
      {"stuck starting",
       [](const Session& s, Time t) {
         return s.state == State::kStarting && t - s.created > minutes(10);
       }},
      {"deleting", [](const Session& s, Time) { return s.state == State::kDeleting; }},
      {"delete pending", [](const Session& s, Time) { return s.state == State::kDeletePending; }},
      {"expired but listed",
       [](const Session& s, Time t) {
         return s.state == State::kRunning && s.expires && *s.expires < t;
       }},
      {"failed", [](const Session& s, Time) { return s.state == State::kError; }},
      {"staged", [](const Session& s, Time) { return s.staged && !s.person; }},
      {"shared", [](const Session& s, Time) { return s.shared && s.state == State::kRunning; }},
      {"server pool", [](const Session& s, Time) { return s.server_pool; }},
  };
  return kinds;
}

}  // namespace

TEST_CASE("something of each kind is there at any time", "[population]") {
  const Population population({});
  for (int step = 0; step < 500; ++step) {
    const Time now = kStart + step * minutes(17);
    const std::vector<Session> sessions = population.Sessions(now);
    for (const Kind& kind : Kinds()) {
      INFO(kind.name << " at step " << step);
      REQUIRE(Count(sessions, [&](const Session& s) { return kind.is(s, now); }) > 0);
    }
  }
}

TEST_CASE("the state at a time depends on the seed and the time only", "[population]") {
  const Population one({.seed = 7}), same({.seed = 7}), other({.seed = 8});
  one.Sessions(kStart);
  one.Sessions(kStart + hours(3));
  CHECK(Summary(one.Sessions(kStart + hours(5))) == Summary(same.Sessions(kStart + hours(5))));
  CHECK(Summary(one.Sessions(kStart)) != Summary(other.Sessions(kStart)));
  CHECK(Summary(one.Sessions(kStart)) != Summary(one.Sessions(kStart + hours(1))));
}

TEST_CASE("people come and go as the clock moves on", "[population]") {
  const Population population({});
  std::set<std::string> seen;
  std::set<std::size_t> sizes;
  for (int step = 0; step < 300; ++step) {
    const auto sessions = population.Sessions(kStart + step * minutes(1));
    sizes.insert(sessions.size());
    for (const Session& session : sessions) seen.insert(session.id);
  }
  CHECK(seen.size() > 80);
  CHECK(sizes.size() > 2);
  CHECK(*sizes.begin() > 30);
}

TEST_CASE("a session's dates are in order and never ahead of the clock", "[population]") {
  const Population population({.sessions = 2000});
  const Time now = kStart + hours(9);
  for (const Session& session : population.Sessions(now)) {
    CHECK(session.created <= now);
    if (session.started) CHECK((*session.started >= session.created && *session.started <= now));
    if (session.last_contact) {
      CHECK((*session.last_contact >= *session.started && *session.last_contact <= now));
    }
    if (session.expires) CHECK(*session.expires > *session.started);
    CHECK(session.started.has_value() == (session.state != State::kStarting));
  }
}

TEST_CASE("ids are unique, in big populations too", "[population]") {
  const Population population({.sessions = 100'000, .people = 5000});
  const auto sessions = population.Sessions(kStart);
  std::set<std::string> ids;
  for (const Session& session : sessions) ids.insert(session.id);
  CHECK(ids.size() == sessions.size());
  CHECK(sessions.size() > 95'000);
  CHECK(population.hosts().size() > 200);
}

TEST_CASE("an empty population has no sessions", "[population]") {
  CHECK(Population({.sessions = 0}).Sessions(kStart).empty());
}

TEST_CASE("a requested session starts, runs, is kept alive and goes", "[population]") {
  Population population({.sessions = 0});
  const std::string id = population.Request(0, 1, kStart);
  CHECK(population.Find(id, kStart)->state == State::kStarting);
  const Time later = kStart + minutes(10);
  CHECK(population.Find(WithDashes(id), later)->state == State::kRunning);
  CHECK(population.Keepalive(id, later));
  CHECK(population.Find(id, later)->last_contact == later);
  CHECK(population.Destroy(id, later));
  CHECK(population.Find(id, later)->state == State::kDeleting);
  CHECK_FALSE(population.Find(id, later + minutes(1)).has_value());
  CHECK_FALSE(population.Destroy("0123", later));
}

}  // namespace simulator
