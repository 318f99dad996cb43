#include "collector/scrape.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "unit/collector/collector_fixture.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;
using test::Gate;
using test::kPatience;
using test::OutcomeOf;
using test::Shown;

using Pages = Scrape::Pages;
using PagesBox = test::Box<Pages>;

test::ListFunction Lists(int sessions) {
  return [sessions](const CollectionContext&) { return test::SessionsOf(sessions); };
}

// Answers when the gate opens or its deadline passes.
test::ListFunction HangsAt(Gate& gate) {
  return [&gate](const CollectionContext& context) -> Result<Snapshot> {
    if (!gate.Wait(context.deadline.at())) return Fail(ErrorKind::kTimeout, "no answer");
    return test::SessionsOf(1);
  };
}

// Does not even look at its deadline.
test::ListFunction IgnoresItsDeadlineAt(Gate& gate) {
  return [&gate](const CollectionContext&) {
    gate.Wait();
    return test::SessionsOf(1);
  };
}

TEST_CASE("a scrape of no targets is answered at once", "[scrape]") {
  PagesBox box;
  Scrape::Start({}, Deadline::After(kPatience), box.Receiver());
  CHECK(box.times() == 1);
  CHECK(box.Wait().empty());
}

TEST_CASE("pages come in the order of the targets", "[scrape]") {
  PagesBox box;
  test::CollectorFixture fixture;
  Scrape::Targets targets;
  for (int i = 0; i < 20; ++i) {
    targets.push_back(fixture.Collector("t" + std::to_string(i), Lists(i)));
  }
  Scrape::Start(targets, Deadline::After(kPatience), box.Receiver());
  const Pages pages = box.Wait();
  REQUIRE(pages.size() == 20);
  for (std::size_t i = 0; i < 20; ++i) {
    CHECK(pages[i]->page->target() == "t" + std::to_string(i));
    CHECK(Shown(pages[i]).Series("session_info").size() == i);
  }
}

TEST_CASE("all targets are collected at the same time", "[scrape]") {
  std::atomic<int> started{0};
  Gate all;
  PagesBox box;
  test::CollectorFixture fixture;
  Scrape::Targets targets;
  for (int i = 0; i < 8; ++i) {
    targets.push_back(fixture.Collector("t" + std::to_string(i), [&](const CollectionContext&) {
      if (++started == 8) all.Open();
      all.Wait();
      return test::SessionsOf(1);
    }));
  }
  Scrape::Start(targets, Deadline::After(kPatience), box.Receiver());
  const Pages pages = box.Wait();
  REQUIRE(pages.size() == 8);
  for (const auto& page : pages) CHECK(OutcomeOf(page) == "up");
}

TEST_CASE("a target that hangs never delays the others nor the scrape", "[scrape]") {
  Gate never;
  PagesBox box;
  test::CollectorFixture fixture;
  Scrape::Targets targets = {
      fixture.Collector("a", Lists(3)), fixture.Collector("b", IgnoresItsDeadlineAt(never)),
      fixture.Collector("c", Lists(5)), fixture.Collector("d", HangsAt(never))};
  const Deadline deadline = Deadline::After(300ms);
  const auto scrape = Scrape::Start(targets, deadline, box.Receiver());
  // As a server does: its timer expires the scrape a moment after the deadline.
  CHECK(box.Wait(deadline.at() + kExpiryGrace).empty());
  scrape->Expire();
  const auto ended = std::chrono::steady_clock::now();
  const Pages pages = box.Wait();
  REQUIRE(pages.size() == 4);
  CHECK(ended - deadline.at() < 100ms);
  CHECK(OutcomeOf(pages[0]) == "up");
  CHECK(Shown(pages[0]).Series("session_info").size() == 3);
  CHECK(OutcomeOf(pages[1]) == "timeout");
  CHECK(OutcomeOf(pages[2]) == "up");
  CHECK(Shown(pages[2]).Series("session_info").size() == 5);
  CHECK(OutcomeOf(pages[3]) == "timeout");
  never.Open();
}

TEST_CASE("a target that fails is shown as failed beside the others", "[scrape]") {
  PagesBox box;
  test::CollectorFixture fixture;
  Scrape::Targets targets = {fixture.Collector("a",
                                               [](const CollectionContext&) -> Result<Snapshot> {
                                                 return Fail(ErrorKind::kTls,
                                                             "the certificate expired");
                                               }),
                             fixture.Collector("b", Lists(2))};
  Scrape::Start(targets, Deadline::After(kPatience), box.Receiver());
  const Pages pages = box.Wait();
  REQUIRE(pages.size() == 2);
  CHECK(OutcomeOf(pages[0]) == "tls");
  CHECK(OutcomeOf(pages[1]) == "up");
}

TEST_CASE("what comes after a scrape expired is ignored, and it expires once", "[scrape]") {
  PagesBox box;
  Gate gate;
  std::shared_ptr<Scrape> scrape;
  {
    test::CollectorFixture fixture;
    scrape = Scrape::Start({fixture.Collector("a", IgnoresItsDeadlineAt(gate))},
                           Deadline::After(50ms), box.Receiver());
    scrape->Expire();
    CHECK(box.times() == 1);
    scrape->Expire();
    gate.Open();
  }  // the workers are joined: the late answer has come
  CHECK(box.times() == 1);
  CHECK(OutcomeOf(box.Wait()[0]) == "timeout");
}

TEST_CASE("a scrape that is complete does not expire", "[scrape]") {
  PagesBox box;
  test::CollectorFixture fixture;
  const auto scrape =
      Scrape::Start({fixture.Collector("a", Lists(1))}, Deadline::After(kPatience), box.Receiver());
  CHECK(OutcomeOf(box.Wait().at(0)) == "up");
  scrape->Expire();
  CHECK(box.times() == 1);
}

TEST_CASE("a scrape is answered once when it expires as its targets finish", "[scrape]") {
  for (int round = 0; round < 100; ++round) {
    PagesBox box;
    {
      test::CollectorFixture fixture;
      Gate gate;
      Scrape::Targets targets;
      for (int i = 0; i < 3; ++i) {
        targets.push_back(fixture.Collector("t" + std::to_string(i), IgnoresItsDeadlineAt(gate)));
      }
      const auto scrape = Scrape::Start(targets, Deadline::After(kPatience), box.Receiver());
      std::vector<std::jthread> threads;
      threads.emplace_back([&gate] { gate.Open(); });
      for (int i = 0; i < 2; ++i) threads.emplace_back([&scrape] { scrape->Expire(); });
      threads.clear();  // joins
    }
    REQUIRE(box.times() == 1);
    REQUIRE(box.Wait().size() == 3);
  }
}

TEST_CASE("a scrape with less time leaves a collection that goes on for another", "[scrape]") {
  std::atomic<int> calls{0};
  Gate gate;
  PagesBox patient;
  PagesBox hurried;
  test::CollectorFixture fixture;
  const auto collector = fixture.Collector("a", [&](const CollectionContext&) {
    ++calls;
    gate.Wait();
    return test::SessionsOf(2);
  });
  const auto long_scrape =
      Scrape::Start({collector}, Deadline::After(kPatience), patient.Receiver());
  const auto short_scrape = Scrape::Start({collector}, Deadline::After(2s), hurried.Receiver());
  short_scrape->Expire();
  const Pages left = hurried.Wait();
  CHECK(OutcomeOf(left.at(0)) == "timeout");
  const test::Exposition shown = Shown(left[0]);
  CHECK(*shown.Value("session_collection_timeout_seconds") > 1.5);
  CHECK(*shown.Value("session_collection_timeout_seconds") <= 2);
  CHECK(shown.Series("session_sessions").empty());
  CHECK(patient.times() == 0);
  gate.Open();
  CHECK(OutcomeOf(patient.Wait().at(0)) == "up");
  CHECK(hurried.times() == 1);
  CHECK(calls == 1);
}

}  // namespace
}  // namespace session_exporter
