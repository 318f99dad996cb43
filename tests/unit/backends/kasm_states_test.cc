#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "backends/kasm/kasm_api.h"
#include "base/timestamp.h"
#include "catch.h"
#include "unit/backends/read_kasms.h"

namespace session_exporter {
namespace {

using enum SessionState;

struct StatusCase {
  std::string_view json;
  SessionState state;
  std::string_view status;
};

TEST_CASE("operational_status becomes a state", "[kasm]") {
  const auto& c = GENERATE(values<StatusCase>({
      {R"("requested")", kStarting, "requested"},
      {R"("provisioning")", kStarting, "provisioning"},
      {R"("assigned")", kStarting, "assigned"},
      {R"("starting")", kStarting, "starting"},
      {R"("running")", kActive, "running"},
      {R"("paused")", kPaused, "paused"},
      {R"("stopped")", kPaused, "stopped"},
      {R"("stopping")", kStopping, "stopping"},
      {R"("deleting")", kStopping, "deleting"},
      {R"("user_delete_pending")", kStopping, "user_delete_pending"},
      {R"("admin_delete_pending")", kStopping, "admin_delete_pending"},
      {R"("deleted")", kEnded, "deleted"},
      {R"("error")", kFailed, "error"},
      {R"("failed")", kFailed, "failed"},
      {R"("Running")", kActive, "running"},
      {R"("STOPPED")", kPaused, "stopped"},
      {R"("saving_profile")", kUnknown, "saving_profile"},
      {R"("running ")", kUnknown, "running "},
      {R"("unknown")", kUnknown, "unknown"},
      {R"("")", kUnknown, "unknown"},
      {"null", kUnknown, "unknown"},
      {"5", kUnknown, "unknown"},
  }));
  CAPTURE(c.json);
  const OneSession one(fmt::format(R"("kasm_id": "a", "operational_status": {})", c.json));
  CHECK(one.session().state == c.state);
  CHECK(one.Status() == c.status);
}

TEST_CASE("the known statuses are those of the metric contract", "[kasm]") {
  std::set<std::pair<SessionState, std::string_view>> pairs;
  for (const StatusPair& pair : KasmStatuses()) pairs.emplace(pair.state, pair.status);
  CHECK(pairs.size() == KasmStatuses().size());
  CHECK(pairs == std::set<std::pair<SessionState, std::string_view>>{
                     {kStarting, "requested"},
                     {kStarting, "provisioning"},
                     {kStarting, "assigned"},
                     {kStarting, "starting"},
                     {kActive, "running"},
                     {kIdle, "running"},
                     {kPaused, "paused"},
                     {kPaused, "stopped"},
                     {kStopping, "stopping"},
                     {kStopping, "deleting"},
                     {kStopping, "user_delete_pending"},
                     {kStopping, "admin_delete_pending"},
                     {kEnded, "deleted"},
                     {kFailed, "error"},
                     {kFailed, "failed"},
                     {kUnknown, "unknown"},
                 });
}

struct IdleCase {
  std::string_view name;
  std::string_view members;
  SessionState state;
};

// idle_after is 5 minutes, the backend's clock says 00:38:00.
TEST_CASE("a running session is idle when its keepalive is old on the backend's clock", "[kasm]") {
  const auto& c = GENERATE(values<IdleCase>({
      {"younger", R"("operational_status":"running","keepalive_date":"2026-11-23 00:37:00")",
       kActive},
      {"as old", R"("operational_status":"running","keepalive_date":"2026-11-23 00:33:00")",
       kActive},
      {"older", R"("operational_status":"running","keepalive_date":"2026-11-23 00:32:59.999999")",
       kIdle},
      {"a little ahead", R"("operational_status":"running","keepalive_date":"2026-11-23 00:39:00")",
       kActive},
      {"unknown", R"("operational_status":"running","start_date":"2026-11-22 00:00:00")", kActive},
      {"None", R"("operational_status":"running","keepalive_date":"None")", kActive},
      {"paused", R"("operational_status":"paused","keepalive_date":"2026-11-22 00:00:00")",
       kPaused},
      {"deleted", R"("operational_status":"deleted","keepalive_date":"2026-11-22 00:00:00")",
       kEnded},
  }));
  CAPTURE(c.name);
  CHECK(OneSession(fmt::format(R"("kasm_id": "a", {})", c.members)).session().state == c.state);
}

TEST_CASE("the option idle_after is what makes a session idle", "[kasm]") {
  KasmSessionsReader::Options options;
  const std::string_view members =
      R"("kasm_id":"a","operational_status":"running","keepalive_date":"2026-11-23 00:37:00")";
  options.idle_after = std::chrono::seconds(60);
  CHECK(OneSession(members, options).session().state == kActive);
  options.idle_after = std::chrono::milliseconds(59'999);
  CHECK(OneSession(members, options).session().state == kIdle);
}

struct ClockCase {
  std::string_view name;
  std::string_view before;  // members before the list
  std::string_view after;   // and after it
  std::string_view date;    // of the header
  std::string_view now;     // the backend's clock; empty: not told
  std::uint64_t warnings;
};

TEST_CASE("the backend's clock is current_time, wherever it stands, else the Date", "[kasm]") {
  constexpr std::string_view kDate = "2026-11-23 00:39:00";
  const auto& c = GENERATE_COPY(values<ClockCase>({
      {"before the list", R"("current_time":"2026-11-23 00:38:00.5",)", "", "",
       "2026-11-23 00:38:00.5", 0},
      {"after it", "", R"(,"current_time":"2026-11-23 00:38:00")", "", "2026-11-23 00:38:00", 0},
      {"in ISO form", R"("current_time":"2026-11-23T00:38:00Z",)", "", "", "2026-11-23 00:38:00",
       0},
      {"rather than the header", R"("current_time":"2026-11-23 00:38:00",)", "", kDate,
       "2026-11-23 00:38:00", 0},
      {"missing", "", "", kDate, kDate, 0},
      {"None", R"("current_time":"None",)", "", kDate, kDate, 0},
      {"empty", R"("current_time":"",)", "", kDate, kDate, 0},
      {"null", R"("current_time":null,)", "", kDate, kDate, 0},
      {"no date", R"("current_time":"soon",)", "", kDate, kDate, 1},
      {"a number", R"("current_time":1795392600,)", "", kDate, kDate, 1},
      {"an object", R"("current_time":{"a":1},)", "", kDate, kDate, 1},
      {"out of range", R"("current_time":"1970-01-01 00:00:00",)", "", kDate, kDate, 1},
      {"nothing at all", "", "", "", "", 0},
  }));
  CAPTURE(c.name);
  HttpHead head = TestHead();
  head.date = ParseTimestamp(c.date);
  const auto snapshot =
      ReadKasms(fmt::format(R"({{{}"kasms":[{{"kasm_id":"a","operational_status":"running",)"
                            R"("keepalive_date":"2026-11-23 00:33:30"}}]{}}})",
                            c.before, c.after),
                {}, head);
  REQUIRE(snapshot);
  CHECK(snapshot->backend_time == ParseTimestamp(c.now));
  // Ours says 00:40, by which the session would be idle anyhow.
  const Timestamp now = ParseTimestamp(c.now).value_or(head.received_at);
  const bool idle = now - *ParseTimestamp("2026-11-23 00:33:30") > std::chrono::minutes(5);
  CHECK(snapshot->sessions.at(0).state == (idle ? kIdle : kActive));
  CHECK(snapshot->parse_warnings.size() == c.warnings);
  if (c.warnings > 0) CHECK(snapshot->parse_warnings[0].first == "current_time");
}

struct FutureCase {
  std::string_view field;
  std::string_view date;
  bool kept;
};

TEST_CASE("a sign of life more than a day ahead is left out", "[kasm]") {
  const auto& c = GENERATE(values<FutureCase>({
      {"keepalive_date", "2026-11-24 00:38:00", true},
      {"keepalive_date", "2026-11-24 00:38:00.000001", false},
      {"keepalive_date", "2100-01-01 00:00:00", false},
      {"start_date", "2026-11-24 00:38:00", true},
      {"start_date", "2026-11-25 00:00:00", false},
      {"expiration_date", "2100-01-01 00:00:00", true},
  }));
  CAPTURE(c.field, c.date);
  const OneSession one(fmt::format(R"("kasm_id": "a", "{}": "{}")", c.field, c.date));
  const Session& session = one.session();
  CHECK((session.start || session.keepalive || session.expiration) == c.kept);
  CHECK(one.Warnings()[std::string(c.field)] == (c.kept ? 0 : 1));
}

TEST_CASE("the sign of life is the keepalive, else the start", "[kasm]") {
  const std::string start = R"("kasm_id": "a", "start_date": "2026-11-22 00:00:00")";
  CHECK(*OneSession(start).session().sign_of_life == ParseTimestamp("2026-11-22 00:00:00"));
  CHECK(
      *OneSession(start + R"(, "keepalive_date": "2026-11-22 01:00:00")").session().sign_of_life ==
      ParseTimestamp("2026-11-22 01:00:00"));
  // One that lies ahead is as good as missing.
  CHECK(
      *OneSession(start + R"(, "keepalive_date": "2100-01-01 00:00:00")").session().sign_of_life ==
      ParseTimestamp("2026-11-22 00:00:00"));
  CHECK_FALSE(OneSession(R"("kasm_id": "a")").session().sign_of_life);
}

}  // namespace
}  // namespace session_exporter
