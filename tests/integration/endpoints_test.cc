// What each path answers, and in which form.
#include <map>
#include <string>
#include <string_view>

#include "catch.h"
#include "integration/gunzip.h"
#include "integration/running_exporter.h"
#include "integration/still_simulator.h"

namespace session_exporter::test {
namespace {

constexpr std::string_view kTextType = "text/plain; version=0.0.4; charset=utf-8";
constexpr std::string_view kOpenMetricsType =
    "application/openmetrics-text; version=1.0.0; charset=utf-8";

// As the servers send them.
constexpr std::string_view kPrometheus242 =
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
constexpr std::string_view kPrometheus255 =
    "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;"
    "q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
constexpr std::string_view kPrometheus255Protobuf =
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;"
    "q=0.5,application/openmetrics-text;version=1.0.0;q=0.4,application/openmetrics-text;"
    "version=0.0.1;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
constexpr std::string_view kPrometheus3 =
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
    "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;"
    "escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
constexpr std::string_view kPrometheus1 =
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;"
    "q=0.7,text/plain;version=0.0.4;q=0.3,*/*;q=0.1";

struct Stage {
  StillSimulator simulator{{.seed = 7}};
  RunningExporter exporter{Yaml({KasmTarget("kasm", simulator.url())})};
};

// By name and labels, without what a second scrape changes.
std::map<std::string, double> StillValues(const Exposition& page) {
  std::map<std::string, double> values;
  for (const ParsedFamily& family : page.Families()) {
    if (family.name.starts_with("process_") || family.name.starts_with("session_exporter_") ||
        family.name == "session_collection_duration_seconds" ||
        family.name == "session_clock_skew_seconds" ||
        family.name == "session_data_timestamp_seconds") {
      continue;
    }
    for (const ParsedSample& sample : family.samples) {
      std::string key = sample.name;
      for (const auto& [label, value] : sample.labels) key += "|" + label + "=" + value;
      values[key] = sample.value;
    }
  }
  return values;
}

TEST_CASE("the format follows the Accept header of real servers", "[integration]") {
  struct Case {
    std::string_view accept;
    std::string_view type;
  };
  const Case cases[] = {{"", kTextType},
                        {"*/*", kTextType},
                        {"text/html,application/xhtml+xml,*/*;q=0.8", kTextType},
                        {kPrometheus1, kTextType},
                        {kPrometheus242, kOpenMetricsType},
                        {kPrometheus255, kOpenMetricsType},
                        {kPrometheus255Protobuf, kOpenMetricsType},
                        {kPrometheus3, kOpenMetricsType}};
  Stage stage;
  for (const Case& example : cases) {
    INFO(example.accept);
    const Reply reply = stage.exporter.Get("/metrics", {{"Accept", std::string(example.accept)}});
    CHECK(reply.status == 200);
    CHECK(reply.Header("Content-Type") == example.type);
    CHECK(ParsePage(reply).Value("session_up") == 1);
    CHECK(reply.body.ends_with("# EOF\n") == (example.type == kOpenMetricsType));
  }
}

TEST_CASE("both formats show the same values", "[integration]") {
  Stage stage;
  const auto text = StillValues(stage.exporter.Scrape());
  const auto open_metrics =
      StillValues(stage.exporter.Scrape({{"Accept", std::string(kPrometheus3)}}));
  CHECK(text.size() > 300);
  CHECK(text == open_metrics);
}

TEST_CASE("gzip is what Accept-Encoding asks for, and only that", "[integration]") {
  Stage stage;
  for (const std::string_view accept : {kPrometheus242, std::string_view("*/*")}) {
    const Reply packed = stage.exporter.Get(
        "/metrics", {{"Accept", std::string(accept)}, {"Accept-Encoding", "gzip"}});
    REQUIRE(packed.complete);
    CHECK(packed.Header("Content-Encoding") == "gzip");
    CHECK(packed.Header("Vary").has_value());
    Reply plain = packed;
    plain.body = Gunzip(packed.body);
    CHECK(plain.body.size() > 4 * packed.body.size());
    CHECK(ParsePage(plain).Value("session_up") == 1);
  }
  for (const std::string encoding : {"identity", "gzip;q=0", "br", ""}) {
    INFO(encoding);
    const Reply plain = stage.exporter.Get("/metrics", {{"Accept-Encoding", encoding}});
    CHECK_FALSE(plain.Header("Content-Encoding").has_value());
    CHECK(ParsePage(plain).Value("session_up") == 1);
  }
}

TEST_CASE("HEAD tells the form and asks no backend", "[integration]") {
  Stage stage;
  const Reply head = stage.exporter.Ask("HEAD", "/metrics", {{"Accept-Encoding", "gzip"}});
  CHECK(head.status == 200);
  CHECK(head.Header("Content-Type") == kTextType);
  CHECK(head.Header("Content-Encoding") == "gzip");
  CHECK(head.body.empty());
  const Reply open_metrics =
      stage.exporter.Ask("HEAD", "/metrics", {{"Accept", std::string(kPrometheus3)}});
  CHECK(open_metrics.Header("Content-Type") == kOpenMetricsType);
  CHECK(stage.simulator.stats().requests_total == 0);
}

TEST_CASE("health and readiness depend on no backend", "[integration]") {
  Stage stage;
  stage.simulator.SetFault("", "status=500");
  for (const std::string_view path : {"/-/healthy", "/-/ready"}) {
    INFO(path);
    CHECK(stage.exporter.Get(path).status == 200);
    CHECK(stage.exporter.Ask("HEAD", path).status == 200);
  }
  CHECK(stage.simulator.stats().requests_total == 0);
}

TEST_CASE("the status page names the version, the targets and where to go on", "[integration]") {
  Stage stage;
  const Reply page = stage.exporter.Get("/");
  CHECK(page.status == 200);
  CHECK(page.Header("Content-Type") == "text/html; charset=utf-8");
  CHECK(page.body.find("kasm") != std::string::npos);
  CHECK(page.body.find("href=\"/metrics\"") != std::string::npos);
  CHECK(page.body.find(VersionText().substr(0, VersionText().find(' '))) != std::string::npos);
  CHECK(stage.simulator.stats().requests_total == 0);
}

TEST_CASE("only the very paths are there", "[integration]") {
  Stage stage;
  for (const std::string_view path :
       {"/metrics/", "/metricsx", "//metrics", "/%6Detrics", "/Metrics", "/metrics/..",
        "/./metrics", "/-/", "/-/healthy/"}) {
    INFO(path);
    CHECK(stage.exporter.Get(path).status == 404);
  }
  CHECK(stage.exporter.Get("/metrics?whatever=1").status == 200);
  CHECK(stage.simulator.stats().requests_total == 1);
}

TEST_CASE("another method is refused with those that are taken", "[integration]") {
  Stage stage;
  for (const std::string_view method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"}) {
    for (const std::string_view path : {"/metrics", "/-/healthy", "/"}) {
      INFO(method << " " << path);
      const Reply reply = stage.exporter.Ask(method, path, {{"Content-Length", "0"}});
      CHECK(reply.status == 405);
      CHECK(reply.Header("Allow") == "GET, HEAD");
    }
  }
  CHECK(stage.simulator.stats().requests_total == 0);
}

TEST_CASE("--web.telemetry-path moves the page and its link", "[integration]") {
  StillSimulator simulator;
  AppOptions options;
  options.telemetry_path = "/sessions";
  RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url())}), options);
  CHECK(exporter.Get("/sessions").status == 200);
  CHECK(exporter.Get("/metrics").status == 404);
  CHECK(exporter.Get("/").body.find("href=\"/sessions\"") != std::string::npos);
}

}  // namespace
}  // namespace session_exporter::test
