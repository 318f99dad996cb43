#include "collector/target_collector.h"

#include <atomic>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "catch.h"
#include "unit/collector/collector_fixture.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;
using test::CollectOnce;
using test::OutcomeOf;
using test::SessionsOf;
using test::Shown;

using Lines = std::vector<std::string>;

TEST_CASE("a collection has the time of its scrape or of its target, whichever is less",
          "[deadline]") {
  Deadline given = Deadline::After(0ms);
  test::CollectorFixture fixture;
  const auto target = test::MakeTarget("t", [&](const CollectionContext& context) {
    given = context.deadline;
    return SessionsOf(0);
  });
  target->config.timeout = 7s;
  const auto collector = fixture.Collector(target);
  const Deadline early = Deadline::After(5s);
  auto shown = Shown(CollectOnce(*collector, early));
  CHECK(given == early);
  CHECK(*shown.Value("session_collection_timeout_seconds") > 4.5);
  CHECK(*shown.Value("session_collection_timeout_seconds") <= 5);
  shown = Shown(CollectOnce(*collector, Deadline::After(60s)));
  CHECK(given.at() <= std::chrono::steady_clock::now() + 7s);
  CHECK(shown.Value("session_collection_timeout_seconds") == 7);
}

TEST_CASE("a collection whose deadline passed in the queue is a timeout that says so",
          "[deadline]") {
  std::atomic<int> calls{0};
  test::CollectorFixture fixture;
  const auto collector = fixture.Collector("t", [&](const CollectionContext&) {
    ++calls;
    return SessionsOf(1);
  });
  CHECK(OutcomeOf(CollectOnce(*collector, Deadline::After(-1ms))) == "timeout");
  CHECK(calls == 0);
  const Lines lines = fixture.lines.Take();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("reason=timeout") != std::string::npos);
  CHECK(lines[0].find("waited for its turn; raise scrape.max_concurrency") != std::string::npos);
}

TEST_CASE("who leaves early is told what time there was", "[deadline]") {
  test::CollectorFixture fixture;
  const auto target = test::MakeTarget("t", [](const CollectionContext&) { return SessionsOf(1); });
  target->config.timeout = 3s;
  const auto collector = fixture.Collector(target);
  for (const auto& [had, shown_as] : {std::pair{2s, 2.0}, std::pair{60s, 3.0}}) {
    const auto page = collector->LeftEarly(had);
    CHECK(OutcomeOf(page) == "timeout");
    CHECK(Shown(page).Value("session_collection_timeout_seconds") == shown_as);
    CHECK(Shown(page).Value("session_collection_duration_seconds") == shown_as);
  }
}

TEST_CASE("what is thrown while collecting fails the collection only", "[failure]") {
  struct Row {
    std::string what;
    std::function<void()> listing;
    std::function<Result<LabelPolicies>()> policies;
    std::string reason;
    std::string message;
  };
  const auto none = [] {};
  const auto keep = [] { return LabelPolicies(); };
  const Row row = GENERATE_COPY(values<Row>({
      {"listing throws", [] { throw std::runtime_error("boom"); }, keep, "protocol",
       "internal error: boom"},
      {"listing takes too much", [] { throw std::bad_alloc(); }, keep, "limit", "out of memory"},
      {"showing throws", none,
       []() -> Result<LabelPolicies> { throw std::runtime_error("hash broke"); }, "protocol",
       "internal error: hash broke"},
      {"the hash key is gone", none,
       []() -> Result<LabelPolicies> { return Fail(ErrorKind::kConfig, "no such file: /k"); },
       "config", "no such file: /k"},
  }));
  CAPTURE(row.what);
  test::CollectorFixture fixture;
  const auto target = test::MakeTarget("t", [&](const CollectionContext&) {
    row.listing();
    return SessionsOf(1);
  });
  target->policies = row.policies;
  const auto page = CollectOnce(*fixture.Collector(target));
  CHECK(OutcomeOf(page) == row.reason);
  CHECK(Shown(page).Series("session_info").empty());
  CHECK(Shown(page).Series("session_sessions").empty());
  const Lines lines = fixture.lines.Take();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find(row.message) != std::string::npos);
}

TEST_CASE("a target's state is logged when it changes and only then", "[log]") {
  std::optional<ErrorKind> failure;
  test::CollectorFixture fixture;
  const auto collector = fixture.Collector("t", [&](const CollectionContext&) -> Result<Snapshot> {
    if (failure) return Fail(*failure, "it \"failed\"");
    return SessionsOf(1);
  });
  const auto log_of = [&](std::optional<ErrorKind> next) {
    failure = next;
    CollectOnce(*collector);
    return fixture.lines.Take();
  };
  const Lines up = {"level=info msg=\"target is up\" target=t"};
  CHECK(log_of({}) == up);
  CHECK(log_of({}).empty());
  CHECK(
      log_of(ErrorKind::kAuth) ==
      Lines{"level=warn msg=\"target is down\" target=t reason=auth error=\"it \\\"failed\\\"\""});
  CHECK(log_of(ErrorKind::kAuth).empty());
  CHECK(log_of(ErrorKind::kConnect) ==
        Lines{"level=warn msg=\"target is down\" target=t reason=connect "
              "error=\"it \\\"failed\\\"\""});
  CHECK(log_of({}) == up);
}

TEST_CASE("the requests of a collection are counted, and tell the backend's clock", "[requests]") {
  std::optional<Timestamp> backend_time;
  test::CollectorFixture fixture;
  const auto collector = fixture.Collector("t", [&](const CollectionContext& context) {
    RequestRecord record;
    record.operation = "list";
    record.status = 500;
    record.bytes = 11;
    record.clock_skew = -3s;
    context.observer->OnRequest(record);
    record.status = 200;
    record.clock_skew = std::nullopt;
    context.observer->OnRequest(record);
    record.status = 0;
    record.failure = ErrorKind::kDns;
    context.observer->OnRequest(record);
    record.failure = std::nullopt;  // given up, which is no failure
    context.observer->OnRequest(record);
    Snapshot snapshot = SessionsOf(1);
    snapshot.backend_time = backend_time;
    snapshot.parse_warnings = {{"cores", 2}};
    return snapshot;
  });
  auto shown = Shown(CollectOnce(*collector));
  CHECK(shown.Value("session_collection_requests") == 4);
  CHECK(shown.Value("session_clock_skew_seconds") == -3);
  backend_time = test::kNow + 1500ms;
  shown = Shown(CollectOnce(*collector));
  CHECK(shown.Value("session_collection_requests") == 4);  // of this collection alone
  CHECK(shown.Value("session_clock_skew_seconds") == 1.5);
  CHECK(fixture.Own(Metric::kExporterApiRequests) ==
        "session_exporter_api_requests_total{target=\"t\",operation=\"list\",code=\"200\"} 2\n"
        "session_exporter_api_requests_total{target=\"t\",operation=\"list\",code=\"500\"} 2\n"
        "session_exporter_api_requests_total{target=\"t\",operation=\"list\",code=\"none\"} 4\n");
  CHECK(fixture.Own(Metric::kExporterApiRequestFailures) ==
        "session_exporter_api_request_failures_total{target=\"t\",operation=\"list\","
        "reason=\"dns\"} 2\n"
        "session_exporter_api_request_failures_total{target=\"t\",operation=\"list\","
        "reason=\"http\"} 2\n");
  CHECK(fixture.Own(Metric::kExporterParseWarnings) ==
        "session_exporter_parse_warnings_total{target=\"t\",field=\"cores\"} 4\n");
}

TEST_CASE("a failed collection tells its requests and the backend's clock too", "[requests]") {
  test::CollectorFixture fixture;
  const auto collector =
      fixture.Collector("t", [&](const CollectionContext& context) -> Result<Snapshot> {
        RequestRecord record;
        record.operation = "list";
        record.status = 403;
        record.clock_skew = 600s;
        context.observer->OnRequest(record);
        return Fail(ErrorKind::kPermission, "HTTP 403");
      });
  const auto shown = Shown(CollectOnce(*collector));
  CHECK(shown.Value("session_collection_requests") == 1);
  CHECK(shown.Value("session_clock_skew_seconds") == 600);
}

TEST_CASE("statuses that a backend invents are limited", "[failure]") {
  test::CollectorFixture fixture;
  const auto collector = fixture.Collector("t", [](const CollectionContext&) {
    test::SnapshotBuilder builder;
    for (int i = 0; i < 30; ++i) {
      builder.Add("s" + std::to_string(i), SessionState::kUnknown, "new" + std::to_string(i));
    }
    return std::move(*builder);
  });
  const auto shown = Shown(CollectOnce(*collector));
  CHECK(shown.Series("session_sessions", {{"state", "unknown"}}).size() == 21);
  CHECK(shown.Value("session_sessions", {{"status", "other"}}) == 10);
}

}  // namespace
}  // namespace session_exporter
