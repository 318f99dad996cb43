// Who shares a collection with whom, and for how long.
#include "collector/target_collector.h"

#include <atomic>
#include <new>
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
