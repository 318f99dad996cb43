// One collection of a target at a time, whoever asks for it.
#include <chrono>
#include <string>
#include <vector>

#include "catch.h"
#include "integration/running_exporter.h"
#include "integration/still_simulator.h"

namespace session_exporter::test {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

Headers TimeoutOf(std::string_view seconds) {
  return {{"X-Prometheus-Scrape-Timeout-Seconds", std::string(seconds)}};
}

TEST_CASE("two hundred scrapes at once make one call to each backend", "[sharing]") {
  constexpr std::size_t kScrapes = 200;
  StillSimulator first;
  StillSimulator second;
  AppOptions options;
  options.max_requests = 300;
  // Long enough for all of them to arrive while the first is under way, on a busy machine too.
  RunningExporter exporter(
      Yaml({KasmTarget("a", first.url("delay=3")), KasmTarget("b", second.url("delay=3"))}),
      options);
  std::vector<RawClient> clients;
  for (std::size_t i = 0; i < kScrapes; ++i) clients.emplace_back(exporter.address());
  // Pages and probes share too.
  const std::vector<std::string> paths = {"/metrics", "/probe?target=a", "/metrics",
                                          "/probe?target=b&debug=true"};
  for (std::size_t i = 0; i < kScrapes; ++i) {
    clients[i].Send(RequestText("GET", paths[i % paths.size()]));
  }
  for (RawClient& client : clients) {
    const Reply reply = client.ReadReply();
    CHECK(reply.status == 200);
    CHECK(reply.body.find("session_up{target=") != std::string::npos);
    CHECK(reply.body.find("\"} 0\n# HELP session_up") == std::string::npos);
  }
  CHECK(first.stats().requests_total == 1);
  CHECK(second.stats().requests_total == 1);
}

TEST_CASE("a follower with less time leaves, and the leader stays", "[sharing]") {
  StillSimulator simulator;
  RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url("delay=3"))}));
  RawClient leader(exporter.address());
  leader.Send(RequestText("GET", "/metrics", TimeoutOf("9")));
  REQUIRE(Eventually([&] { return simulator.stats().requests_in_flight == 1; }));
  const auto start = Steady::now();
  const Exposition follower = exporter.Scrape(TimeoutOf("1"));
  CHECK(Steady::now() - start < milliseconds(2'000));
  CHECK(follower.Value("session_collection_error", {{"reason", "timeout"}}) == 1);
  CHECK(follower.Value("session_collection_timeout_seconds") == Approx(0.9));
  CHECK(ParsePage(leader.ReadReply()).Value("session_up") == 1);
  CHECK(simulator.stats().requests_total == 1);
}

TEST_CASE("a leader whose time is over takes nothing from a follower that has more", "[sharing]") {
  StillSimulator simulator;
  RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url("delay=3"))}));
  RawClient leader(exporter.address());
  leader.Send(RequestText("GET", "/metrics", TimeoutOf("1")));
  REQUIRE(Eventually([&] { return simulator.stats().requests_in_flight == 1; }));
  const auto start = Steady::now();
  RawClient follower(exporter.address());
  follower.Send(RequestText("GET", "/metrics", TimeoutOf("9")));
  const Exposition left = ParsePage(leader.ReadReply());
  CHECK(Steady::now() - start < milliseconds(2'000));
  CHECK(left.Value("session_collection_error", {{"reason", "timeout"}}) == 1);
  const Exposition whole = ParsePage(follower.ReadReply());
  CHECK(whole.Value("session_up") == 1);
  CHECK(whole.Value("session_collection_timeout_seconds") > 5);
  CHECK(simulator.stats().requests_total == 1);
}

TEST_CASE("a leader whose client goes away takes nothing from a follower", "[sharing]") {
  StillSimulator simulator;
  RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url("delay=1"))}));
  auto leader = std::make_unique<RawClient>(exporter.address());
  leader->Send(RequestText("GET", "/metrics"));
  REQUIRE(Eventually([&] { return simulator.stats().requests_in_flight == 1; }));
  RawClient follower(exporter.address());
  follower.Send(RequestText("GET", "/probe?target=kasm"));
  leader.reset();
  CHECK(ParsePage(follower.ReadReply()).Value("session_up") == 1);
  CHECK(simulator.stats().requests_total == 1);
}

}  // namespace
}  // namespace session_exporter::test
