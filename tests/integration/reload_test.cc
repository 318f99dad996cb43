// Loading the configuration again: over HTTP, under load, and what survives it.
#include <atomic>
#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "catch.h"
#include "integration/running_exporter.h"
#include "integration/still_simulator.h"

namespace session_exporter::test {
namespace {

const Headers kNoBody = {{"Content-Length", "0"}};

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST_CASE("POST and PUT reload, and a mistake is told and changes nothing", "[reload]") {
  StillSimulator simulator;
  RunningExporter exporter(Yaml({KasmTarget("first", simulator.url())}));
  for (const std::string method : {"POST", "PUT"}) {
    exporter.Write(Yaml({KasmTarget(method, simulator.url())}));
    const Reply reply = exporter.Ask(method, "/-/reload", kNoBody);
    CHECK(reply.status == 200);
    CHECK(exporter.Scrape().Value("session_up", {{"target", method}}) == 1);
    CHECK(!Contains(exporter.Get("/metrics").body, "\"first\""));
    CHECK(Contains(exporter.Get("/config").body, "name: " + method + "\n"));
  }
  exporter.Write("targets: [{name: x, backend: kasm, api_key: CANARY-1}]\nsurprise: 1\n");
  const Reply refused = exporter.Ask("POST", "/-/reload", kNoBody);
  CHECK(refused.status == 500);
  CHECK(Contains(refused.body, "session_exporter.yaml:2:1: surprise: "));
  CHECK(Contains(refused.body, "targets[0].url: missing"));
  CHECK(!Contains(refused.body, "CANARY"));
  const Exposition page = exporter.Scrape();
  CHECK(page.Value("session_up", {{"target", "PUT"}}) == 1);
  CHECK(page.Value("session_exporter_config_last_reload_successful") == 0);
  CHECK(Contains(exporter.Get("/config").body, "name: PUT\n"));

  exporter.Write(Yaml({KasmTarget("mended", simulator.url())}));
  CHECK(exporter.Ask("POST", "/-/reload", kNoBody).status == 200);
  CHECK(exporter.Scrape().Value("session_exporter_config_last_reload_successful") == 1);
}

TEST_CASE("a page of another site cannot reload, nor can a link", "[reload]") {
  StillSimulator simulator;
  RunningExporter exporter(Yaml({KasmTarget("old", simulator.url())}));
  exporter.Write(Yaml({KasmTarget("new", simulator.url())}));
  for (const Headers& headers :
       {Headers{{"Origin", "http://evil.example"}}, Headers{{"Origin", "null"}},
        Headers{{"Sec-Fetch-Site", "cross-site"}}}) {
    Headers all = headers;
    all.insert(all.end(), kNoBody.begin(), kNoBody.end());
    CHECK(exporter.Ask("POST", "/-/reload", all).status == 403);
  }
  const Reply get = exporter.Get("/-/reload");
  CHECK(get.status == 405);
  CHECK(get.Header("Allow") == "POST, PUT");
  CHECK(exporter.Scrape().Value("session_up", {{"target", "old"}}) == 1);
  CHECK(exporter.Ask("POST", "/-/reload", {{"Content-Length", "0"}, {"Origin", "http://exporter"}})
            .status == 200);
  CHECK(exporter.Scrape().Value("session_up", {{"target", "new"}}) == 1);
}

TEST_CASE("an unchanged target keeps its result, its collection and its state", "[reload]") {
  StillSimulator simulator;
  const std::string before = "scrape: {min_interval: 1h}";
  RunningExporter exporter(Yaml({KasmTarget("kept", simulator.url())}, before));
  const auto at = exporter.Scrape().Value("session_data_timestamp_seconds");
  exporter.Reload(
      Yaml({KasmTarget("new", simulator.url()), KasmTarget("kept", simulator.url())}, before));
  const Exposition page = exporter.Scrape();
  CHECK(page.Value("session_data_timestamp_seconds", {{"target", "kept"}}) == at);
  CHECK(page.Value("session_exporter_collections_shared_total", {{"target", "kept"}}) == 1);
  CHECK(simulator.stats().requests_total == 2);  // one for each target
  CHECK(Contains(exporter.LogText(), "targets=2 unchanged=1"));
  // Its state is not told again.
  const std::string log = exporter.LogText();
  const std::size_t first = log.find("msg=\"target is up\" target=kept");
  CHECK(first != std::string::npos);
  CHECK(log.find("msg=\"target is up\" target=kept", first + 1) == std::string::npos);

  // Another stale_after is another target, whose result is not that of the former.
  exporter.Reload(Yaml({KasmTarget("kept", simulator.url(), "stale_after: 2h")}, before));
  CHECK(exporter.Scrape().Value("session_stale_threshold_seconds") == 7200);
  CHECK(simulator.stats().requests_total == 3);
}

TEST_CASE("a collection under way is shared across a reload", "[reload]") {
  StillSimulator simulator;
  const std::string target = KasmTarget("kept", simulator.url("delay=1"));
  RunningExporter exporter(Yaml({target}));
  RawClient client(exporter.address());
  client.Send(RequestText("GET", "/metrics"));
  REQUIRE(Eventually([&] { return simulator.stats().requests_in_flight == 1; }));
  exporter.Reload(Yaml({target, KasmTarget("new", "http://127.0.0.1:1")}));
  CHECK(exporter.Scrape().Value("session_up", {{"target", "kept"}}) == 1);
  CHECK(ParsePage(client.ReadReply()).Value("session_up") == 1);
  CHECK(simulator.stats().requests_total == 1);
}

TEST_CASE("max_concurrency and min_interval take effect with a reload", "[reload]") {
  StillSimulator simulator;
  std::vector<std::string> targets;
  for (int i = 0; i < 4; ++i) {
    targets.push_back(KasmTarget("t" + std::to_string(i), simulator.url("delay=0.3")));
  }
  RunningExporter exporter(Yaml(targets, "scrape: {max_concurrency: 1}"));
  exporter.Scrape();
  CHECK(simulator.stats().requests_in_flight_peak == 1);
  exporter.Reload(Yaml(targets, "scrape: {max_concurrency: 4, min_interval: 1h}"));
  exporter.Scrape();
  CHECK(simulator.stats().requests_in_flight_peak > 1);
  exporter.Scrape();
  CHECK(simulator.stats().requests_total == 8);
}

TEST_CASE("no scrape fails and none mixes configurations, however often it is reloaded",
          "[reload]") {
  StillSimulator simulator{{.sessions = 5}};
  const std::string kept = KasmTarget("kept", simulator.url());
  const std::vector<std::string> files = {
      Yaml({kept, KasmTarget("a1", simulator.url()), KasmTarget("a2", simulator.url())}),
      Yaml({kept, KasmTarget("b1", simulator.url()), KasmTarget("b2", simulator.url())},
           "labels: {user: drop}"),
      "targets: broken\n"};
  RunningExporter exporter(files[0]);
  std::atomic<bool> done{false};
  std::atomic<int> scrapes{0};
  std::atomic<int> mixed{0};
  const auto scrape = [&] {
    while (!done) {
      const Exposition page = exporter.Scrape();
      const bool a = page.Value("session_up", {{"target", "a1"}}) == 1 &&
                     page.Value("session_up", {{"target", "a2"}}) == 1;
      const bool b = page.Value("session_up", {{"target", "b1"}}) == 1 &&
                     page.Value("session_up", {{"target", "b2"}}) == 1;
      const bool whole = page.Sum("session_up") == 3 && a != b;
      // With users dropped in all or in none.
      std::size_t named = 0;
      for (const ParsedSample& sample : page.Series("session_info")) {
        if (!sample.Label("user").empty()) ++named;
      }
      const bool labels_whole = (named == 0) == b;
      if (!whole || !labels_whole) ++mixed;
      ++scrapes;
    }
  };
  std::vector<std::future<void>> scrapers;
  for (int i = 0; i < 3; ++i) scrapers.push_back(std::async(std::launch::async, scrape));
  for (int i = 0; i < 60; ++i) {
    exporter.Reload(files[static_cast<std::size_t>(i) % files.size()]);
    const int before = scrapes;
    Eventually([&] { return scrapes > before; });
  }
  done = true;
  for (auto& scraper : scrapers) scraper.get();
  CHECK(mixed == 0);
  CHECK(scrapes > 60);
}

TEST_CASE("reloads that are asked for at once are all answered", "[reload]") {
  StillSimulator simulator;
  RunningExporter exporter(Yaml({KasmTarget("old", simulator.url())}));
  exporter.Write(Yaml({KasmTarget("new", simulator.url())}));
  std::vector<RawClient> clients;
  for (int i = 0; i < 50; ++i) clients.emplace_back(exporter.address());
  for (RawClient& client : clients) client.Send(RequestText("POST", "/-/reload", kNoBody));
  for (RawClient& client : clients) CHECK(client.ReadReply().status == 200);
  CHECK(exporter.Scrape().Value("session_up", {{"target", "new"}}) == 1);
}

}  // namespace
}  // namespace session_exporter::test
