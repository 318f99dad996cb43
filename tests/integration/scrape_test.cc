// Deadlines, sharing, limits and the end: several scrapes and slow backends at once.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "integration/running_exporter.h"
#include "integration/still_simulator.h"

namespace session_exporter::test {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr std::string_view kTimeoutHeader = "X-Prometheus-Scrape-Timeout-Seconds";

Headers TimeoutOf(std::string_view seconds) {
  return {{std::string(kTimeoutHeader), std::string(seconds)}};
}

milliseconds Since(Steady::time_point start) {
  return std::chrono::duration_cast<milliseconds>(Steady::now() - start);
}

TEST_CASE("a hanging target costs the scrape its deadline and nothing else", "[integration]") {
  struct Case {
    std::string_view header;
    double deadline;  // H - min(0.5, H / 10)
  };
  const Case cases[] = {{"1", 0.9}, {"0.5", 0.45}, {"6", 5.5}};
  StillSimulator simulator;
  RunningExporter exporter(
      Yaml({KasmTarget("hanging", simulator.url("hang")), KasmTarget("healthy", simulator.url())}));
  const std::size_t sessions = simulator.sessions().size();
  for (const Case& example : cases) {
    INFO("timeout header " << example.header);
    // The bound is the contract's. A machine that stops for longer than it, though, says nothing
    // about the exporter, so the best of three counts.
    milliseconds best = milliseconds::max();
    const milliseconds bound(std::lround(example.deadline * 1000) + 100);
    for (int attempt = 0; attempt < 3 && best > bound; ++attempt) {
      const auto start = Steady::now();
      const Exposition page = exporter.Scrape(TimeoutOf(example.header));
      best = std::min(best, Since(start));
      CHECK(page.Value("session_up", {{"target", "hanging"}}) == 0);
      CHECK(page.Value("session_collection_error",
                       {{"target", "hanging"}, {"reason", "timeout"}}) == 1);
      CHECK(page.Sum("session_collection_error") == 1);
      CHECK(page.Value("session_collection_timeout_seconds", {{"target", "hanging"}}) ==
            Approx(example.deadline));
      CHECK(page.Value("session_up", {{"target", "healthy"}}) == 1);
      CHECK(page.Series("session_info", {{"target", "healthy"}}).size() == sessions);
    }
    CHECK(best <= bound);
  }
}

TEST_CASE("a timeout header that is no positive number is ignored", "[integration]") {
  StillSimulator simulator;
  RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url())}, "scrape: {timeout: 7s}"));
  for (const std::string_view header :
       {"", "0", "-1", "abc", "1s", "nan", "inf", "1e999", "0x10", "1,5", "1 2", "99999999"}) {
    INFO(header);
    const Exposition page = exporter.Scrape(TimeoutOf(header));
    CHECK(page.Value("session_collection_timeout_seconds") == 7);
    CHECK(page.Value("session_up") == 1);
  }
}

TEST_CASE("--timeout-offset is kept back, but never more than a tenth", "[integration]") {
  struct Case {
    int offset_ms;
    std::string_view header;
    double timeout;
  };
  StillSimulator simulator;
  for (const Case& example : {Case{100, "3", 2.9}, Case{0, "3", 3}, Case{5'000, "3", 2.7}}) {
    AppOptions options;
    options.timeout_offset = milliseconds(example.offset_ms);
    RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url())}), options);
    INFO(example.offset_ms << " ms of " << example.header << " s");
    CHECK(exporter.Scrape(TimeoutOf(example.header)).Value("session_collection_timeout_seconds") ==
          example.timeout);
  }
}

TEST_CASE("a target's own timeout and the configured one are not prolonged", "[integration]") {
  StillSimulator simulator;
  RunningExporter exporter(Yaml(
      {KasmTarget("quick", simulator.url(), "timeout: 2s"), KasmTarget("slow", simulator.url())},
      "scrape: {timeout: 6s}"));
  const Exposition page = exporter.Scrape(TimeoutOf("60"));
  CHECK(page.Value("session_collection_timeout_seconds", {{"target", "quick"}}) == 2);
  CHECK(page.Value("session_collection_timeout_seconds", {{"target", "slow"}}) == 6);
}

TEST_CASE("fifty scrapes at once ask the backend once", "[integration]") {
  constexpr std::size_t kScrapes = 50;
  StillSimulator simulator;
  AppOptions options;
  options.max_requests = 100;
  // Long enough for all of them to arrive while the first is under way, on a busy machine too.
  RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url("delay=3"))}), options);
  std::vector<RawClient> clients;
  for (std::size_t i = 0; i < kScrapes; ++i) clients.emplace_back(exporter.address());
  for (RawClient& client : clients) client.Send(RequestText("GET", "/metrics"));
  for (RawClient& client : clients) {
    CHECK(ParsePage(client.ReadReply()).Value("session_up") == 1);
  }
  CHECK(simulator.stats().requests_total == 1);
  // The one more that asks shares nothing any more.
  const Exposition after = exporter.Scrape();
  CHECK(after.Value("session_exporter_collections_shared_total") == kScrapes - 1);
  CHECK(simulator.stats().requests_total == 2);
}

TEST_CASE("a scrape too many is refused at once, told when to come again, and counted",
          "[integration]") {
  StillSimulator simulator;
  AppOptions options;
  options.max_requests = 1;
  RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url())}), options);
  const auto fault = simulator.SetFault("get_kasms", "hang");
  RawClient first(exporter.address());
  first.Send(RequestText("GET", "/metrics", TimeoutOf("2")));
  REQUIRE(Eventually([&] { return simulator.stats().requests_in_flight == 1; }));

  const Reply refused = exporter.Get("/metrics");
  CHECK(refused.status == 503);
  CHECK(refused.Header("Retry-After").has_value());
  CHECK(refused.body.find("--web.max-requests") != std::string::npos);
  CHECK(exporter.Get("/-/healthy").status == 200);

  CHECK(ParsePage(first.ReadReply()).Value("session_up") == 0);
  simulator.RemoveFault(fault);
  const Exposition page = exporter.Scrape();
  CHECK(page.Value("session_up") == 1);
  CHECK(page.Value("session_exporter_scrapes_rejected_total", {{"reason", "saturated"}}) == 1);
  CHECK(page.Value("session_exporter_scrapes_rejected_total", {{"reason", "stopping"}}) == 0);
}

TEST_CASE("a scrape too many does not wait for a client that reads slowly", "[integration]") {
  StillSimulator simulator{{.sessions = 2000}};
  AppOptions options;
  options.max_requests = 1;
  RunningExporter exporter(
      Yaml({KasmTarget("kasm", simulator.url(), "per_session: {limit: 2000}")}), options);
  RawClient slow(exporter.address(), RawClient::Window::kSmall);
  slow.Send(RequestText("GET", "/metrics"));
  REQUIRE(slow.HasInput(milliseconds(10'000)));
  CHECK(exporter.Scrape().Value("session_up") == 1);
  CHECK(ParsePage(slow.ReadReply()).Value("session_up") == 1);
}

TEST_CASE("within min_interval a success is shared, a failure is not", "[integration]") {
  StillSimulator simulator;
  RunningExporter exporter(
      Yaml({KasmTarget("kasm", simulator.url())}, "scrape: {min_interval: 1h}"));
  simulator.SetFault("get_kasms", "status=500", 1);
  CHECK(exporter.Scrape().Value("session_up") == 0);
  const Exposition first = exporter.Scrape();
  const Exposition second = exporter.Scrape();
  CHECK(first.Value("session_up") == 1);
  CHECK(second.Value("session_up") == 1);
  CHECK(first.Value("session_data_timestamp_seconds") ==
        second.Value("session_data_timestamp_seconds"));
  CHECK(second.Value("session_exporter_collections_shared_total") == 1);
  CHECK(simulator.stats().requests_total == 2);
}

TEST_CASE("a client that goes away leaves nothing behind", "[integration]") {
  StillSimulator simulator;
  RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url())}));
  const auto fault = simulator.SetFault("get_kasms", "delay=0.5");
  for (int i = 0; i < 5; ++i) {
    RawClient client(exporter.address());
    client.Send(RequestText("GET", "/metrics"));
    REQUIRE(Eventually([&] { return simulator.stats().requests_in_flight == 1; }));
  }
  simulator.RemoveFault(fault);
  REQUIRE(Eventually([&] {
    // This scrape counts itself.
    return exporter.Scrape().Value("session_exporter_scrapes_in_flight").value_or(9) <= 1;
  }));
}

TEST_CASE("a stop ends within its grace though a backend hangs", "[integration]") {
  StillSimulator simulator;
  auto exporter = std::make_unique<RunningExporter>(
      Yaml({KasmTarget("kasm", simulator.url("hang"))}, "scrape: {timeout: 60s}"));
  RawClient client(exporter->address());
  client.Send(RequestText("GET", "/metrics"));
  REQUIRE(Eventually([&] { return simulator.stats().requests_in_flight == 1; }));
  const auto start = Steady::now();
  exporter->Stop(milliseconds(300));
  exporter.reset();
  CHECK(Since(start) < milliseconds(3'000));
  CHECK_FALSE(client.ReadReply().complete);
}

TEST_CASE("a stop lets a scrape under way finish", "[integration]") {
  StillSimulator simulator;
  RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url("delay=0.5"))}));
  RawClient client(exporter.address());
  client.Send(RequestText("GET", "/metrics"));
  REQUIRE(Eventually([&] { return simulator.stats().requests_in_flight == 1; }));
  std::thread stopping([&] { exporter.Stop(std::chrono::seconds(20)); });
  const Reply reply = client.ReadReply();
  stopping.join();
  CHECK(ParsePage(reply).Value("session_up") == 1);
  CHECK_THROWS(RawClient(exporter.address()));
}

}  // namespace
}  // namespace session_exporter::test
