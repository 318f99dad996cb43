// What a collection and a collector tell beyond the metrics.
#include "collector/collection_report.h"

#include <string>

#include "catch.h"
#include "unit/collector/collector_fixture.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;
using test::CollectOnce;

RequestRecord RecordOf(int status) {
  RequestRecord record;
  record.operation = "list";
  record.method = "GET";
  record.url = "https://backend/list";
  record.status = status;
  record.bytes = 11;
  record.duration = 30ms;
  return record;
}

TEST_CASE("a report has every request as it ended", "[report]") {
  test::CollectorFixture fixture;
  const auto collector = fixture.Collector("t", [](const CollectionContext& context) {
    context.observer->OnRequest(RecordOf(503));
    RequestRecord again = RecordOf(200);
    again.attempt = 2;
    context.observer->OnRequest(again);
    RequestRecord broken = RecordOf(0);
    broken.failure = ErrorKind::kDns;
    broken.failure_message = "no such name";
    context.observer->OnRequest(broken);
    return test::SessionsOf(1);
  });
  const auto collected = CollectOnce(*collector);
  const auto& requests = collected->report.requests;
  REQUIRE(requests.size() == 3);
  CHECK(collected->report.request_count == 3);
  CHECK(requests[0].operation == "list");
  CHECK(requests[0].method == "GET");
  CHECK(requests[0].url == "https://backend/list");
  CHECK(requests[0].bytes == 11);
  CHECK(requests[0].duration == 30ms);
  CHECK(requests[0].failure == ErrorKind::kHttp);
  CHECK(requests[0].attempt == 1);
  CHECK(requests[1].status == 200);
  CHECK(!requests[1].failure);
  CHECK(requests[1].attempt == 2);
  CHECK(requests[2].failure == ErrorKind::kDns);
  CHECK(requests[2].failure_message == "no such name");
}

TEST_CASE("of a backend with pages without end only the first requests are kept", "[report]") {
  test::CollectorFixture fixture;
  const auto collector = fixture.Collector("t", [](const CollectionContext& context) {
    for (int i = 0; i < 1000; ++i) context.observer->OnRequest(RecordOf(200));
    return test::SessionsOf(1);
  });
  const auto collected = CollectOnce(*collector);
  CHECK(collected->report.requests.size() == CollectionReport::kMostRequests);
  CHECK(collected->report.request_count == 1000);
}

TEST_CASE("a report counts the sessions, and those that are stale", "[report]") {
  test::CollectorFixture fixture;
  const auto target = test::MakeTarget("t", [](const CollectionContext&) {
    test::SnapshotBuilder builder;
    builder.Add("fresh").sign_of_life = test::kNow - 1min;
    builder.Add("stale").sign_of_life = test::kNow - 3h;
    builder->truncated = true;
    return std::move(*builder);
  });
  target->config.stale_after = 2h;
  const auto collected = CollectOnce(*fixture.Collector(target));
  CHECK(collected->report.sessions == 2);
  CHECK(collected->report.stale_sessions == 1);
  CHECK(collected->report.truncated);
  CHECK(collected->report.ended_at == test::kNow);
  CHECK(collected->report.timeout > 0s);
}

TEST_CASE("a collector tells its last outcome and its last failure", "[status]") {
  std::optional<ErrorKind> failure;
  test::CollectorFixture fixture;
  const auto collector = fixture.Collector("t", [&](const CollectionContext& context) {
    context.observer->OnRequest(RecordOf(200));
    return failure ? Result<Snapshot>(Fail(*failure, "it broke")) : test::SessionsOf(4);
  });
  CHECK(!collector->status().last);
  CHECK(!collector->status().last_failure);

  CollectOnce(*collector);
  TargetStatus status = collector->status();
  REQUIRE(status.last);
  CHECK(!status.last->failure);
  CHECK(status.last->sessions == 4);
  CHECK(status.last->request_count == 1);
  CHECK(status.last->requests.empty());  // of no use to a page that is read hours later
  CHECK(!status.last_failure);

  failure = ErrorKind::kAuth;
  CollectOnce(*collector);
  status = collector->status();
  REQUIRE(status.last->failure);
  CHECK(status.last->failure->kind() == ErrorKind::kAuth);
  CHECK(status.last->sessions == 0);
  REQUIRE(status.last_failure);
  CHECK(status.last_failure->error.message() == "it broke");
  CHECK(status.last_failure->at == test::kNow);

  failure.reset();
  CollectOnce(*collector);
  status = collector->status();
  CHECK(!status.last->failure);
  CHECK(status.last_failure->error.kind() == ErrorKind::kAuth);  // still the last one
}

}  // namespace
}  // namespace session_exporter
