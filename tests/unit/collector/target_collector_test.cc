#include "collector/target_collector.h"

#include <atomic>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "unit/collector/collector_fixture.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;
using test::CollectOnce;
using test::Gate;
using test::kPatience;
using test::OutcomeOf;
using test::PageBox;
using test::SessionsOf;
using test::Shown;

using Lines = std::vector<std::string>;

TEST_CASE("fifty scrapes at once make one collection", "[sharing]") {
  std::atomic<int> calls{0};
  Gate gate;
  std::vector<PageBox> boxes(50);
  test::CollectorFixture fixture;
  const auto collector = fixture.Collector("t", [&](const CollectionContext&) {
    ++calls;
    gate.Wait();
    return SessionsOf(3);
  });
  {
    std::vector<std::jthread> scrapes;
    for (PageBox& box : boxes) {
      scrapes.emplace_back([&] { collector->Collect(Deadline::After(kPatience), box.Receiver()); });
    }
  }
  gate.Open();
  const auto first = boxes[0].Wait();
  CHECK(OutcomeOf(first) == "up");
  for (PageBox& box : boxes) {
    CHECK(box.Wait() == first);
    CHECK(box.times() == 1);
  }
  CHECK(calls == 1);
  CHECK(fixture.Own(Metric::kExporterCollectionsShared) ==
        "session_exporter_collections_shared_total{target=\"t\"} 49\n");
}

TEST_CASE("a scrape that comes later is collected anew", "[sharing]") {
  std::atomic<int> calls{0};
  test::CollectorFixture fixture;
  const auto collector =
      fixture.Collector("t", [&](const CollectionContext&) { return SessionsOf(++calls); });
  CHECK(Shown(CollectOnce(*collector)).Series("session_info").size() == 1);
  CHECK(Shown(CollectOnce(*collector)).Series("session_info").size() == 2);
  CHECK(calls == 2);
}

TEST_CASE("min_interval shares a success until it is over", "[sharing]") {
  std::atomic<int> calls{0};
  test::CollectorFixture fixture;
  const auto collector = fixture.Collector(test::MakeTarget("t",
                                                            [&](const CollectionContext&) {
                                                              ++calls;
                                                              return SessionsOf(1);
                                                            }),
                                           60s);
  const auto first = CollectOnce(*collector);
  CHECK(CollectOnce(*collector) == first);
  fixture.clock.PutForward(30s);
  CHECK(CollectOnce(*collector) == first);
  CHECK(calls == 1);
  CHECK(fixture.Own(Metric::kExporterCollectionsShared) ==
        "session_exporter_collections_shared_total{target=\"t\"} 2\n");
  fixture.clock.PutForward(31s);
  CHECK(CollectOnce(*collector) != first);
  CHECK(calls == 2);
}

TEST_CASE("min_interval never shares a failure, nor the success before it", "[sharing]") {
  std::atomic<int> calls{0};
  std::atomic<bool> healthy{false};
  test::CollectorFixture fixture;
  const auto collector =
      fixture.Collector(test::MakeTarget("t",
                                         [&](const CollectionContext&) -> Result<Snapshot> {
                                           ++calls;
                                           if (!healthy)
                                             return Fail(ErrorKind::kConnect, "refused");
                                           return SessionsOf(1);
                                         }),
                        60s);
  CHECK(OutcomeOf(CollectOnce(*collector)) == "connect");
  CHECK(OutcomeOf(CollectOnce(*collector)) == "connect");
  CHECK(calls == 2);
  healthy = true;
  CHECK(OutcomeOf(CollectOnce(*collector)) == "up");
  CHECK(OutcomeOf(CollectOnce(*collector)) == "up");
  CHECK(calls == 3);
  healthy = false;
  fixture.clock.PutForward(61s);
  CHECK(OutcomeOf(CollectOnce(*collector)) == "connect");
  CHECK(OutcomeOf(CollectOnce(*collector)) == "connect");
  CHECK(calls == 5);
}

TEST_CASE("a longer min_interval brings back no success from before a failure",
          "[sharing][reload]") {
  std::atomic<bool> healthy{true};
  test::CollectorFixture fixture;
  const auto collector =
      fixture.Collector(test::MakeTarget("t",
                                         [&](const CollectionContext&) -> Result<Snapshot> {
                                           if (!healthy)
                                             return Fail(ErrorKind::kConnect, "refused");
                                           return SessionsOf(1);
                                         }),
                        1s);
  CHECK(OutcomeOf(CollectOnce(*collector)) == "up");
  healthy = false;
  fixture.clock.PutForward(2s);
  CHECK(OutcomeOf(CollectOnce(*collector)) == "connect");
  collector->SetMinInterval(1h);
  CHECK(OutcomeOf(CollectOnce(*collector)) == "connect");
}

// A backend whose first call hangs until the deadline that it began with, as one might that is not
// told of more, and whose others succeed.
struct HangsOnce {
  Gate started;
  std::atomic<int> calls{0};

  test::ListFunction list() {
    return [this](const CollectionContext& context) -> Result<Snapshot> {
      if (++calls > 1) return SessionsOf(1);
      const auto first_limit = context.deadline.at();
      started.Open();
      Gate never;
      never.Wait(first_limit);
      return Fail(ErrorKind::kTimeout, "no answer in time");
    };
  }
};

TEST_CASE("a scrape that had no more time takes no collection from those who have", "[sharing]") {
  HangsOnce backend;
  PageBox leader;
  PageBox equal;
  PageBox patient;
  PageBox patient_too;
  test::CollectorFixture fixture;
  const auto collector = fixture.Collector("t", backend.list());
  const Deadline soon = Deadline::After(200ms);
  collector->Collect(soon, leader.Receiver());
  REQUIRE(backend.started.Wait());
  collector->Collect(soon, equal.Receiver());
  collector->Collect(Deadline::After(kPatience), patient.Receiver());
  collector->Collect(Deadline::After(kPatience), patient_too.Receiver());
  CHECK(OutcomeOf(leader.Wait()) == "timeout");
  CHECK(OutcomeOf(equal.Wait()) == "timeout");
  CHECK(OutcomeOf(patient.Wait()) == "up");
  CHECK(OutcomeOf(patient_too.Wait()) == "up");
  CHECK(backend.calls == 2);  // made again once, for both
  for (PageBox* box : {&leader, &equal, &patient, &patient_too}) CHECK(box->times() == 1);
}

TEST_CASE("a scrape that has longer keeps the collection going that another began", "[sharing]") {
  std::atomic<int> calls{0};
  Gate started;
  PageBox hurried;
  PageBox patient;
  test::CollectorFixture fixture;
  const auto collector = fixture.Collector("t", [&](const CollectionContext& context) {
    ++calls;
    const auto first_limit = context.deadline.at();
    started.Open();
    while (std::chrono::steady_clock::now() < first_limit + 50ms && !context.deadline.Passed()) {
      std::this_thread::sleep_for(1ms);
    }
    return context.deadline.Passed() ? Result<Snapshot>(Fail(ErrorKind::kTimeout, "too late"))
                                     : Result<Snapshot>(SessionsOf(1));
  });
  collector->Collect(Deadline::After(300ms), hurried.Receiver());
  REQUIRE(started.Wait());
  collector->Collect(Deadline::After(kPatience), patient.Receiver());
  CHECK(OutcomeOf(patient.Wait()) == "up");
  CHECK(Shown(patient.Wait()).Value("session_collection_timeout_seconds") > 10);
  CHECK(calls == 1);
}

TEST_CASE("a collection that had all of its target's time is not made again", "[sharing]") {
  std::atomic<int> calls{0};
  Gate started;
  PageBox leader;
  PageBox follower;
  test::CollectorFixture fixture;
  const auto target =
      test::MakeTarget("t", [&](const CollectionContext& context) -> Result<Snapshot> {
        ++calls;
        started.Open();
        while (!context.deadline.Passed()) std::this_thread::sleep_for(1ms);
        return Fail(ErrorKind::kTimeout, "no answer in time");
      });
  target->config.timeout = 300ms;
  const auto collector = fixture.Collector(target);
  collector->Collect(Deadline::After(kPatience), leader.Receiver());
  REQUIRE(started.Wait());
  std::this_thread::sleep_for(100ms);
  collector->Collect(Deadline::After(kPatience), follower.Receiver());
  CHECK(OutcomeOf(leader.Wait()) == "timeout");
  CHECK(OutcomeOf(follower.Wait()) == "timeout");
  CHECK(Shown(follower.Wait()).Value("session_collection_timeout_seconds") == 0.3);
  CHECK(calls == 1);
  CHECK(fixture.Own(Metric::kExporterCollectionsShared) ==
        "session_exporter_collections_shared_total{target=\"t\"} 1\n");
}

TEST_CASE("any other failure is everyone's", "[sharing]") {
  std::atomic<int> calls{0};
  Gate gate;
  PageBox leader;
  PageBox follower;
  test::CollectorFixture fixture;
  const auto collector = fixture.Collector("t", [&](const CollectionContext&) -> Result<Snapshot> {
    ++calls;
    gate.Wait();
    return Fail(ErrorKind::kAuth, "the key was refused");
  });
  collector->Collect(Deadline::After(10s), leader.Receiver());
  collector->Collect(Deadline::After(kPatience), follower.Receiver());
  gate.Open();
  CHECK(OutcomeOf(leader.Wait()) == "auth");
  CHECK(OutcomeOf(follower.Wait()) == "auth");
  CHECK(calls == 1);
}

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

TEST_CASE("a scrape that fails with its page takes it from no other", "[sharing]") {
  Gate gate;
  PageBox box;
  test::CollectorFixture fixture;
  const auto collector = fixture.Collector("t", [&](const CollectionContext&) {
    gate.Wait();
    return SessionsOf(1);
  });
  collector->Collect(Deadline::After(kPatience), [](const auto&) { throw std::bad_alloc(); });
  collector->Collect(Deadline::After(kPatience), box.Receiver());
  gate.Open();
  CHECK(OutcomeOf(box.Wait()) == "up");
  CHECK(OutcomeOf(CollectOnce(*collector)) == "up");
}

TEST_CASE("a collection outlasts whoever asked for it", "[sharing]") {
  Gate gate;
  PageBox box;
  test::CollectorFixture fixture;
  {
    const auto collector = fixture.Collector("t", [&](const CollectionContext&) {
      gate.Wait();
      return SessionsOf(1);
    });
    collector->Collect(Deadline::After(kPatience), box.Receiver());
  }  // as when the configuration was read again
  gate.Open();
  CHECK(OutcomeOf(box.Wait()) == "up");
}

TEST_CASE("a new min_interval holds from the next collection on", "[sharing][reload]") {
  std::atomic<int> calls{0};
  test::CollectorFixture fixture;
  const auto collector = fixture.Collector(
      test::MakeTarget("t", [&](const CollectionContext&) { return SessionsOf(++calls); }), 60s);
  const auto first = CollectOnce(*collector);
  collector->SetMinInterval(30s);
  CHECK(CollectOnce(*collector) == first);
  fixture.clock.PutForward(31s);
  CHECK(CollectOnce(*collector) != first);
  collector->SetMinInterval(0s);
  CollectOnce(*collector);
  CollectOnce(*collector);
  CHECK(calls == 4);
  // What was kept before the sharing ended is not shared when it begins again.
  collector->SetMinInterval(60s);
  CollectOnce(*collector);
  CHECK(calls == 5);
}

}  // namespace
}  // namespace session_exporter
