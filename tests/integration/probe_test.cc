// /probe: one target alone, with what /metrics shows of it, and its debug view.
#include <string>
#include <string_view>

#include "catch.h"
#include "integration/running_exporter.h"
#include "integration/still_simulator.h"

namespace session_exporter::test {
namespace {

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

struct Stage {
  StillSimulator simulator{{.seed = 7}};
  RunningExporter exporter{Yaml({KasmTarget("kasm/prod", simulator.url(), "info_labels: [port]"),
                                 KasmTarget("broken", simulator.url("status=403")),
                                 KasmTarget("z:1", simulator.url())})};
};

// The lines of a target, without those that move.
std::vector<std::string> LinesOf(const std::string& page, std::string_view target) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < page.size();) {
    const std::size_t end = page.find('\n', start);
    std::string line = page.substr(start, end - start);
    start = end + 1;
    const bool moves = line.starts_with("session_collection_duration_seconds") ||
                       line.starts_with("session_clock_skew_seconds") ||
                       line.starts_with("session_data_timestamp_seconds");
    if (!moves && Contains(line, "{target=\"" + std::string(target) + "\"")) {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

TEST_CASE("a probe shows what /metrics shows of its target, and only that", "[probe]") {
  Stage stage;
  const Reply all = stage.exporter.Get("/metrics");
  const std::string whole = Exposition(ParsePage(all)).Series("session_up").empty() ? "" : all.body;
  for (const std::string_view query : {"target=kasm/prod", "target=kasm%2Fprod"}) {
    const Reply probe = stage.exporter.Get("/probe?" + std::string(query));
    CHECK(probe.status == 200);
    CHECK(probe.Header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
    const Exposition page = ParsePage(probe);
    CHECK(page.Value("session_up") == 1);
    // The exporter's own lines about the target stay on /metrics.
    std::vector<std::string> expected;
    for (std::string& line : LinesOf(whole, "kasm/prod")) {
      if (!line.starts_with("session_exporter_")) expected.push_back(std::move(line));
    }
    CHECK(expected.size() > 300);
    CHECK(LinesOf(probe.body, "kasm/prod") == expected);
    CHECK(!Contains(probe.body, "session_exporter_"));
    CHECK(!Contains(probe.body, "process_"));
    CHECK(!Contains(probe.body, "broken"));
  }
}

TEST_CASE("a probe comes in the form that is asked for", "[probe]") {
  Stage stage;
  const Reply reply =
      stage.exporter.Get("/probe?target=z:1", {{"Accept", "application/openmetrics-text"}});
  CHECK(reply.Header("Content-Type") ==
        "application/openmetrics-text; version=1.0.0; charset=utf-8");
  CHECK(ParsePage(reply).Value("session_up") == 1);
  CHECK(reply.body.ends_with("# EOF\n"));
  const Reply packed = stage.exporter.Get("/probe?target=z:1", {{"Accept-Encoding", "gzip"}});
  CHECK(packed.Header("Content-Encoding") == "gzip");
}

TEST_CASE("a failed target is a failed request only for a strict probe", "[probe]") {
  Stage stage;
  const Reply lenient = stage.exporter.Get("/probe?target=broken");
  CHECK(lenient.status == 200);
  CHECK(ParsePage(lenient).Value("session_up") == 0);
  CHECK(ParsePage(lenient).Value("session_collection_error", {{"reason", "permission"}}) == 1);
  CHECK(stage.exporter.Get("/probe?target=broken&strict=false").status == 200);

  const Reply strict = stage.exporter.Get("/probe?target=broken&strict=true");
  CHECK(strict.status == 503);
  CHECK(
      Contains(strict.body, "session_collection_error{target=\"broken\",reason=\"permission\"} 1"));
  CHECK(stage.exporter.Get("/probe?target=z:1&strict=true").status == 200);
}

TEST_CASE("a probe without a known target is refused with the names of all", "[probe]") {
  struct Case {
    std::string_view query;
    int status;
    std::string_view word;
  };
  const Case cases[] = {{"", 400, "no target"},
                        {"?target=", 400, "no target"},
                        {"?target=z:1&target=broken", 400, "more than one"},
                        {"?target=z:1&strict=maybe", 400, "strict"},
                        {"?target=%", 400, "escape"},
                        {"?target=nope", 404, "unknown"},
                        {"?target=Z:1", 404, "unknown"},
                        {"?target=http://127.0.0.1:1/", 404, "unknown"}};
  Stage stage;
  for (const Case& example : cases) {
    const std::string path = "/probe" + std::string(example.query);
    INFO(path);
    const Reply reply = stage.exporter.Get(path);
    CHECK(reply.status == example.status);
    CHECK(reply.Header("Content-Type") == "text/plain; charset=utf-8");
    CHECK(Contains(reply.body, example.word));
    CHECK(Contains(reply.body, "broken\nkasm/prod\nz:1\n"));
    CHECK(stage.exporter.Ask("HEAD", path).status == example.status);
  }
  CHECK(!Contains(stage.exporter.Get("/probe?target=%3Cscript%3E").body, "script"));
  CHECK(stage.simulator.stats().requests_total == 0);
}

TEST_CASE("HEAD asks the backend only where the status depends on it", "[probe]") {
  Stage stage;
  const Reply head = stage.exporter.Ask("HEAD", "/probe?target=broken");
  CHECK(head.status == 200);
  CHECK(head.Header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(stage.exporter.Ask("HEAD", "/probe?target=broken&debug=true").Header("Content-Type") ==
        "text/plain; charset=utf-8");
  CHECK(stage.simulator.stats().requests_total == 0);
  CHECK(stage.exporter.Ask("HEAD", "/probe?target=broken&strict=true").status == 503);
  CHECK(stage.exporter.Ask("HEAD", "/probe?target=z:1&strict=true").status == 200);
  CHECK(stage.simulator.stats().requests_total == 2);
}

TEST_CASE("a probe ends by its header's deadline", "[probe]") {
  StillSimulator simulator;
  RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url("hang"))}));
  const Exposition page = ParsePage(
      exporter.Get("/probe?target=kasm", {{"X-Prometheus-Scrape-Timeout-Seconds", "0.5"}}));
  CHECK(page.Value("session_collection_error", {{"reason", "timeout"}}) == 1);
  CHECK(page.Value("session_collection_timeout_seconds") == Approx(0.45));
}

TEST_CASE("a probe counts as a scrape", "[probe]") {
  StillSimulator simulator;
  AppOptions options;
  options.max_requests = 1;
  RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url("delay=2"))}), options);
  RawClient first(exporter.address());
  first.Send(RequestText("GET", "/probe?target=kasm"));
  REQUIRE(Eventually([&] { return simulator.stats().requests_in_flight == 1; }));
  CHECK(exporter.Get("/metrics").status == 503);
  const Reply refused = exporter.Get("/probe?target=kasm");
  CHECK(refused.status == 503);
  CHECK(refused.Header("Retry-After").has_value());
  CHECK(ParsePage(first.ReadReply()).Value("session_up") == 1);
}

TEST_CASE("the debug view tells the requests, the outcome and the metrics", "[probe][debug]") {
  Stage stage;
  const Reply good = stage.exporter.Get("/probe?target=kasm/prod&debug=true");
  CHECK(good.status == 200);
  CHECK(good.Header("Content-Type") == "text/plain; charset=utf-8");
  const std::string request = "POST " + stage.simulator.url() + "/api/public/get_kasms\n";
  for (const std::string& part :
       {std::string("Requests: 1\n"), request, std::string("get_kasms, status 200, "),
        std::string("retries 0"), std::string("Outcome: up\n"), std::string("session_up{")}) {
    INFO(part << " in\n" << good.body.substr(0, 1000));
    CHECK(Contains(good.body, part));
  }
  CHECK(good.body.find("Requests") < good.body.find("Outcome"));
  CHECK(good.body.find("Outcome") < good.body.find("Metrics"));
  const auto page = ParseExposition(good.body.substr(good.body.find("# HELP")), Dialect::kText);
  REQUIRE(page);
  CHECK(page->Series("session_info").size() == stage.simulator.sessions().size());

  const Reply bad = stage.exporter.Get("/probe?target=broken&debug=true");
  CHECK(bad.status == 200);
  CHECK(Contains(bad.body, "status 403"));
  CHECK(Contains(bad.body, "failed (permission)"));
  CHECK(Contains(bad.body, "Outcome: down\n  reason    permission\n  error     list sessions: "));
  CHECK(stage.exporter.Get("/probe?target=broken&debug=true&strict=true").status == 503);
}

TEST_CASE("the debug view of a shared result says how old it is", "[probe][debug]") {
  StillSimulator simulator;
  RunningExporter exporter(
      Yaml({KasmTarget("kasm", simulator.url())}, "scrape: {min_interval: 1h}"));
  CHECK(!Contains(exporter.Get("/probe?target=kasm&debug=true").body, "shared "));
  const Reply again = exporter.Get("/probe?target=kasm&debug=true");
  CHECK(Contains(again.body, "  shared    from 0."));
  CHECK(Contains(again.body, "Requests: 1\n"));
  CHECK(simulator.stats().requests_total == 1);
}

TEST_CASE("the debug view shows which request was sent again", "[probe][debug]") {
  StillSimulator simulator;
  simulator.SetFault("iam/Sessions", "status=503,retry_after=0", 1);
  RunningExporter exporter(
      Yaml({"{name: i, backend: intersight, url: '" + simulator.url() +
            "', oauth2: {client_id: demo-client, client_secret: demo-client-secret}}"}));
  const Reply reply = exporter.Get("/probe?target=i&debug=true");
  INFO(reply.body.substr(0, 2000));
  CHECK(Contains(reply.body, "Outcome: up"));
  CHECK(Contains(reply.body, "status 503"));
  CHECK(Contains(reply.body, "retries 1"));
}

}  // namespace
}  // namespace session_exporter::test
