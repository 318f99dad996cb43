#include "exposition/session_table.h"

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "unit/exposition/session_fixture.h"

namespace session_exporter {
namespace {

using test::AllLines;
using test::Ids;
using test::kNow;
using test::Options;
using test::SnapshotBuilder;
using namespace std::chrono_literals;

using Names = std::vector<std::string>;

struct Times {
  std::string id;
  std::optional<int> keepalive;  // minutes ago
  std::optional<int> start;
};

SessionTable TableOf(const std::vector<Times>& sessions, std::size_t limit) {
  SnapshotBuilder builder;
  for (const Times& times : sessions) {
    Session& session = builder.Add(times.id);
    if (times.keepalive) session.keepalive = kNow - std::chrono::minutes(*times.keepalive);
    if (times.start) session.start = kNow - std::chrono::minutes(*times.start);
  }
  return {builder.Build(), Options(limit)};
}

TEST_CASE("beyond the limit the stalest sessions are shown, ordered by id", "[table]") {
  struct Row {
    std::string what;
    std::vector<Times> sessions;
    Names shown;  // of a limit of 2
  };
  const Row row = GENERATE(values<Row>({
      {"oldest keepalive", {{"a", 1, 90}, {"c", 30, 90}, {"b", 20, 90}}, {"b", "c"}},
      {"equal keepalives: oldest start", {{"a", 5, 6}, {"b", 5, 8}, {"c", 5, 7}}, {"b", "c"}},
      {"equal times: first by id", {{"c", 5, 6}, {"a", 5, 6}, {"b", 5, 6}}, {"a", "b"}},
      {"no start after equal keepalives", {{"a", 5, {}}, {"b", 5, 8}, {"c", 5, 7}}, {"b", "c"}},
      {"no keepalive: by its start", {{"a", 10, 99}, {"b", {}, 50}, {"c", 20, 99}}, {"b", "c"}},
      {"no date comes last", {{"a", {}, {}}, {"b", 1, 2}, {"c", {}, 1}}, {"b", "c"}},
      {"no date at all: by id", {{"c", {}, {}}, {"b", {}, {}}, {"a", {}, {}}}, {"a", "b"}},
  }));
  CAPTURE(row.what);
  const SessionTable table = TableOf(row.sessions, 2);
  CHECK(table.rows() == 2);
  CHECK(Ids(table) == row.shown);
}

TEST_CASE("up to the limit every session is shown", "[table]") {
  const std::vector<Times> three = {{"b", 1, 2}, {"c", {}, {}}, {"a", 5, 9}};
  CHECK(Ids(TableOf(three, 3)) == Names{"a", "b", "c"});
  CHECK(Ids(TableOf(three, 4)) == Names{"a", "b", "c"});
  CHECK(Ids(TableOf(three, 1)) == Names{"a"});
}

TEST_CASE("a limit of 0 and an empty list show no family", "[table]") {
  for (const SessionTable& table : {TableOf({{"a", 1, 2}}, 0), TableOf({}, 10)}) {
    CHECK(table.rows() == 0);
    for (const MetricDescription& metric : Catalogue()) {
      CAPTURE(metric.name);
      CHECK(!table.Has(metric.metric));
      CHECK(AllLines(table, metric.metric).empty());
    }
  }
}

// A session that gives every value, and one that gives none.
SessionTable FullAndEmpty() {
  SnapshotBuilder builder;
  Session& full = builder.Add("full", SessionState::kIdle, "running");
  full.start = kNow - 3h;
  full.keepalive = kNow - 90min - 250ms;
  full.sign_of_life = full.keepalive;
  full.expiration = kNow + 1h;
  full.idle_expiration = kNow + 30min;
  full.end = kNow + 1s;
  full.last_login = kNow - 4h;
  full.max_duration = 20min;
  full.failed_logins = 3;
  full.cpu_cores = 1.5;
  full.memory_bytes = 2147483648.0;
  builder.Add("none", SessionState::kUnknown, "what\"ever");
  return {builder.Build(), Options()};
}

TEST_CASE("each value has its line, and none where the backend gave none", "[table]") {
  struct Row {
    Metric metric;
    std::string line;
  };
  const Row row = GENERATE(values<Row>({
      {Metric::kStartTimestamp, "session_start_timestamp_seconds{L} 1717736400\n"},
      {Metric::kKeepaliveTimestamp, "session_keepalive_timestamp_seconds{L} 1717741799.75\n"},
      {Metric::kKeepaliveAge, "session_keepalive_age_seconds{L} 5400.25\n"},
      {Metric::kExpirationTimestamp, "session_expiration_timestamp_seconds{L} 1717750800\n"},
      {Metric::kIdleExpirationTimestamp,
       "session_idle_expiration_timestamp_seconds{L} 1717749000\n"},
      {Metric::kEndTimestamp, "session_end_timestamp_seconds{L} 1717747201\n"},
      {Metric::kLastLoginTimestamp, "session_last_login_timestamp_seconds{L} 1717732800\n"},
      {Metric::kMaxDuration, "session_max_duration_seconds{L} 1200\n"},
      {Metric::kFailedLogins, "session_failed_logins{L} 3\n"},
      {Metric::kCpuCores, "session_cpu_cores{L} 1.5\n"},
      {Metric::kMemory, "session_memory_bytes{L} 2147483648\n"},
  }));
  std::string expected = row.line;
  expected.replace(expected.find("{L}"), 3, "{target=\"t\",session=\"full\"}");
  const SessionTable table = FullAndEmpty();
  CHECK(table.Has(row.metric));
  CHECK(AllLines(table, row.metric) == expected);
}

TEST_CASE("status and staleness are shown of every session", "[table]") {
  const SessionTable table = FullAndEmpty();
  CHECK(AllLines(table, Metric::kStatus) ==
        "session_status{target=\"t\",session=\"full\",state=\"idle\",status=\"running\"} 1\n"
        "session_status{target=\"t\",session=\"none\",state=\"unknown\",status=\"what\\\"ever\"} "
        "1\n");
  CHECK(AllLines(table, Metric::kStale) ==
        "session_stale{target=\"t\",session=\"full\"} 1\n"
        "session_stale{target=\"t\",session=\"none\"} 0\n");
}

TEST_CASE("a family that no session has a value for is absent", "[table]") {
  SnapshotBuilder builder;
  builder.Add("a");
  const SessionTable table(builder.Build(), Options());
  for (const MetricDescription& metric : Catalogue()) {
    CAPTURE(metric.name);
    const bool always = metric.metric == Metric::kInfo || metric.metric == Metric::kStatus ||
                        metric.metric == Metric::kStale;
    CHECK(table.Has(metric.metric) == always);
    CHECK(AllLines(table, metric.metric).empty() == !always);
  }
}

TEST_CASE("zero is a value where the backend gave it", "[table]") {
  SnapshotBuilder builder;
  Session& session = builder.Add("a");
  session.failed_logins = 0;
  session.cpu_cores = 0;
  session.memory_bytes = 0;
  session.max_duration = 0s;
  session.start = Timestamp(0s);
  const SessionTable table(builder.Build(), Options());
  for (const Metric metric : {Metric::kFailedLogins, Metric::kCpuCores, Metric::kMemory,
                              Metric::kMaxDuration, Metric::kStartTimestamp}) {
    CHECK(AllLines(table, metric) ==
          std::string(Describe(metric).name) + "{target=\"t\",session=\"a\"} 0\n");
  }
}

TEST_CASE("staleness is strict and measured on the backend's clock", "[table]") {
  struct Row {
    std::string what;
    SessionState state;
    std::optional<Microseconds> sign_of_life;    // before our clock
    std::optional<Microseconds> backend_behind;  // our clock minus the backend's
    char stale;
  };
  const Row row = GENERATE(values<Row>({
      {"an hour to the microsecond", SessionState::kActive, 1h, {}, '0'},
      {"a microsecond more", SessionState::kActive, 1h + 1us, {}, '1'},
      {"any live state", SessionState::kFailed, 2h, {}, '1'},
      {"ended", SessionState::kEnded, 2h, {}, '0'},
      {"no sign of life", SessionState::kActive, {}, {}, '0'},
      {"the backend's clock is behind", SessionState::kActive, 70min, 20min, '0'},
      {"the backend's clock is ahead", SessionState::kActive, 50min, -20min, '1'},
  }));
  CAPTURE(row.what);
  SnapshotBuilder builder;
  Session& session = builder.Add("a", row.state, "x");
  if (row.sign_of_life) session.sign_of_life = kNow - *row.sign_of_life;
  if (row.backend_behind) builder->backend_time = kNow - *row.backend_behind;
  const SessionTable table(builder.Build(), Options());
  CHECK(AllLines(table, Metric::kStale) ==
        std::string("session_stale{target=\"t\",session=\"a\"} ") + row.stale + "\n");
}

TEST_CASE("an age is measured on the backend's clock and never negative", "[table]") {
  struct Row {
    Microseconds keepalive_before_us;
    Microseconds backend_behind;
    std::string age;
  };
  const Row row = GENERATE(values<Row>(
      {{10s, 0s, "10"}, {10s, 4s, "6"}, {10s, -4s, "14"}, {10s, 10s, "0"}, {10s, 11s, "0"}}));
  SnapshotBuilder builder;
  builder->backend_time = kNow - row.backend_behind;
  builder.Add("a").keepalive = kNow - row.keepalive_before_us;
  const SessionTable table(builder.Build(), Options());
  CHECK(AllLines(table, Metric::kKeepaliveAge) ==
        "session_keepalive_age_seconds{target=\"t\",session=\"a\"} " + row.age + "\n");
}

TEST_CASE("lines are taken in portions that join up, whatever their size", "[table]") {
  SnapshotBuilder builder;
  for (int i = 0; i < 50; ++i) {
    Session& session = builder.Add("s" + std::to_string(i));
    if (i % 3 != 0) session.cpu_cores = i;  // some have none, also the last of a portion
  }
  const SessionTable table(builder.Build(), Options());
  const std::string whole = AllLines(table, Metric::kCpuCores);
  for (std::size_t enough = 1; enough < whole.size() + 2; ++enough) {
    std::string joined;
    std::size_t at = 0;
    while (at < table.rows()) {
      std::string portion;
      const std::size_t next = table.Append(Metric::kCpuCores, at, enough, portion);
      REQUIRE(next > at);
      at = next;
      joined += portion;
    }
    REQUIRE(joined == whole);
  }
}

TEST_CASE("a table is written from several threads at once", "[table]") {
  SnapshotBuilder builder;
  for (int i = 0; i < 200; ++i) {
    Session& session = builder.Add("s" + std::to_string(i));
    session.Label(SessionLabel::kUser) = builder.Text("user \"" + std::to_string(i % 20) + "\"");
    session.cpu_cores = i;
  }
  SessionTableOptions options = Options();
  options.session_id_names_user = true;
  options.policies = test::Policies({{"user", LabelPolicy::kHash}});
  const SessionTable table(builder.Build(), options);
  const std::string expected = AllLines(table, Metric::kInfo);
  std::vector<std::string> written(4);
  {
    std::vector<std::jthread> threads;
    for (std::string& out : written) {
      threads.emplace_back([&table, &out] { out = AllLines(table, Metric::kInfo); });
    }
  }
  for (const std::string& out : written) CHECK(out == expected);
}

}  // namespace
}  // namespace session_exporter
