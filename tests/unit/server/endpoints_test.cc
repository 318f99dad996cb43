// What the endpoints ask of the program while they collect.
#include "server/endpoints.h"

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "catch.h"
#include "unit/collector/collector_fixture.h"

namespace session_exporter::test {
namespace {

// The timers that the endpoints ask for, which never come to their end by themselves.
struct Timers {
  std::vector<std::function<void()>> tasks;
  int cancelled = 0;

  Endpoints::Hooks Hooks() {
    Endpoints::Hooks hooks;
    hooks.after = [this](std::chrono::milliseconds, std::function<void()> task) {
      tasks.push_back(std::move(task));
      return [this] { ++cancelled; };
    };
    return hooks;
  }
};

struct Asked {
  Gate gate;  // outlives the workers that wait for it
  CollectorFixture fixture;
  Timers timers;
  Endpoints endpoints{{}, fixture.metrics, fixture.clock};
  Box<int> status;

  void Start(const Collectors& targets) {
    ServedTargets served;
    served.targets = targets;
    endpoints.Start(timers.Hooks(), std::make_shared<const ServedTargets>(std::move(served)));
  }
  // With a target that answers when the gate is opened.
  void StartWaiting() {
    Start({fixture.Collector("t", [this](const CollectionContext&) {
      gate.Wait();
      return SessionsOf(1);
    })});
  }
  void Scrape() {
    IncomingRequest request;
    request.method = "GET";
    request.path = "/metrics";
    endpoints.Handle(request, [receive = status.Receiver()](const OutgoingResponse& response) {
      receive(response.status);
    });
  }
};

TEST_CASE("the timer of a scrape that is answered at once is cancelled at once", "[endpoints]") {
  Asked asked;
  asked.Start({});
  asked.Scrape();
  CHECK(asked.status.Wait() == 200);
  CHECK(asked.timers.tasks.size() == 1);
  CHECK(asked.timers.cancelled == 1);
}

TEST_CASE("the timer of a scrape runs until its targets have answered", "[endpoints]") {
  Asked asked;
  asked.StartWaiting();
  asked.Scrape();
  CHECK(asked.timers.tasks.size() == 1);
  CHECK(asked.timers.cancelled == 0);
  asked.gate.Open();
  CHECK(asked.status.Wait() == 200);
  asked.fixture.workers.Stop();  // the cancelling comes after the answer
  CHECK(asked.timers.cancelled == 1);
}

TEST_CASE("a scrape that is ended by its timer is answered, and lets go of it", "[endpoints]") {
  Asked asked;
  asked.StartWaiting();
  asked.Scrape();
  asked.timers.tasks.front()();
  CHECK(asked.status.times() == 1);
  CHECK(asked.timers.cancelled == 1);
  asked.gate.Open();
  asked.fixture.workers.Stop();
  CHECK(asked.timers.cancelled == 1);
}

}  // namespace
}  // namespace session_exporter::test
