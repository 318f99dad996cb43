#include "exposition/exporter_metrics.h"

#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "catch.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;

// The lines of a family; empty when it has none.
std::string Lines(const ExporterMetrics& metrics, Metric metric) {
  std::string lines;
  int families = 0;
  for (const OwnFamily& family : metrics.Collect()) {
    if (family.metric != metric) continue;
    lines = family.lines;
    ++families;
  }
  CHECK(families <= 1);
  return lines;
}

TEST_CASE("what is known from the start is shown at 0", "[metrics]") {
  ExporterMetrics metrics({"1.2.3", "abc\"def", "g++ 12"});
  CHECK(Lines(metrics, Metric::kExporterBuildInfo) ==
        "session_exporter_build_info{version=\"1.2.3\",revision=\"abc\\\"def\","
        "compiler=\"g++ 12\"} 1\n");
  CHECK(Lines(metrics, Metric::kExporterLogMessages) ==
        "session_exporter_log_messages_total{level=\"debug\"} 0\n"
        "session_exporter_log_messages_total{level=\"error\"} 0\n"
        "session_exporter_log_messages_total{level=\"info\"} 0\n"
        "session_exporter_log_messages_total{level=\"warn\"} 0\n");
  CHECK(Lines(metrics, Metric::kExporterScrapesRejected) ==
        "session_exporter_scrapes_rejected_total{reason=\"saturated\"} 0\n"
        "session_exporter_scrapes_rejected_total{reason=\"stopping\"} 0\n");
  CHECK(Lines(metrics, Metric::kExporterScrapesInFlight) ==
        "session_exporter_scrapes_in_flight 0\n");
  CHECK(Lines(metrics, Metric::kExporterApiRequests).empty());
  metrics.SetTargets({"b", "a"});
  CHECK(Lines(metrics, Metric::kExporterTargets) == "session_exporter_targets 2\n");
  CHECK(Lines(metrics, Metric::kExporterCollectionsShared) ==
        "session_exporter_collections_shared_total{target=\"a\"} 0\n"
        "session_exporter_collections_shared_total{target=\"b\"} 0\n");
  CHECK(Lines(metrics, Metric::kExporterApiResponseBytes) ==
        "session_exporter_api_response_bytes_total{target=\"a\"} 0\n"
        "session_exporter_api_response_bytes_total{target=\"b\"} 0\n");
}

TEST_CASE("requests are counted by target, operation and outcome, labels in order", "[metrics]") {
  ExporterMetrics metrics({});
  metrics.SetTargets({"s", "t"});
  metrics.CountApiRequest({"t", "list", 200, std::nullopt, 10ms, 100});
  metrics.CountApiRequest({"t", "list", 200, std::nullopt, 10ms, 50});
  metrics.CountApiRequest({"t", "list", 429, ErrorKind::kRateLimited, 10ms, 0});
  metrics.CountApiRequest({"t", "list", 0, ErrorKind::kTimeout, 10ms, 0});
  metrics.CountApiRequest({"s", "token", 200, std::nullopt, 10ms, 7});
  CHECK(Lines(metrics, Metric::kExporterApiRequests) ==
        "session_exporter_api_requests_total{target=\"s\",operation=\"token\",code=\"200\"} 1\n"
        "session_exporter_api_requests_total{target=\"t\",operation=\"list\",code=\"200\"} 2\n"
        "session_exporter_api_requests_total{target=\"t\",operation=\"list\",code=\"429\"} 1\n"
        "session_exporter_api_requests_total{target=\"t\",operation=\"list\",code=\"none\"} 1\n");
  CHECK(Lines(metrics, Metric::kExporterApiRequestFailures) ==
        "session_exporter_api_request_failures_total{target=\"t\",operation=\"list\","
        "reason=\"rate_limited\"} 1\n"
        "session_exporter_api_request_failures_total{target=\"t\",operation=\"list\","
        "reason=\"timeout\"} 1\n");
  CHECK(Lines(metrics, Metric::kExporterApiResponseBytes) ==
        "session_exporter_api_response_bytes_total{target=\"s\"} 7\n"
        "session_exporter_api_response_bytes_total{target=\"t\"} 150\n");
}

TEST_CASE("durations fall into buckets whose bounds are floats", "[metrics]") {
  ExporterMetrics metrics({});
  metrics.SetTargets({"t"});
  for (const auto duration : {10ms, 11ms, 1000ms, 60'000ms}) {
    metrics.CountApiRequest({"t", "list", 200, std::nullopt, duration, 0});
  }
  std::string expected;
  for (const auto& [bound, count] : std::vector<std::pair<std::string, int>>{{"0.01", 1},
                                                                             {"0.025", 2},
                                                                             {"0.05", 2},
                                                                             {"0.1", 2},
                                                                             {"0.25", 2},
                                                                             {"0.5", 2},
                                                                             {"1.0", 3},
                                                                             {"2.5", 3},
                                                                             {"5.0", 3},
                                                                             {"10.0", 3},
                                                                             {"+Inf", 4}}) {
    expected += "session_exporter_api_request_duration_seconds_bucket{target=\"t\",";
    expected += "operation=\"list\",le=\"" + bound + "\"} " + std::to_string(count) + "\n";
  }
  expected +=
      "session_exporter_api_request_duration_seconds_sum{target=\"t\",operation=\"list\"} 61.021\n"
      "session_exporter_api_request_duration_seconds_count{target=\"t\",operation=\"list\"} 4\n";
  CHECK(Lines(metrics, Metric::kExporterApiRequestDuration) == expected);
}

TEST_CASE("everything else that is counted has its line", "[metrics]") {
  ExporterMetrics metrics({});
  metrics.SetTargets({"t"});
  metrics.CountParseWarnings("t", "start_date", 3);
  metrics.CountParseWarnings("t", "cores", 1);
  metrics.CountParseWarnings("t", "start_date", 2);
  CHECK(Lines(metrics, Metric::kExporterParseWarnings) ==
        "session_exporter_parse_warnings_total{target=\"t\",field=\"cores\"} 1\n"
        "session_exporter_parse_warnings_total{target=\"t\",field=\"start_date\"} 5\n");
  metrics.CountSharedCollection("t");
  metrics.CountSharedCollection("t");
  CHECK(Lines(metrics, Metric::kExporterCollectionsShared) ==
        "session_exporter_collections_shared_total{target=\"t\"} 2\n");
  metrics.CountLogMessage(LogLevel::kWarn);
  CHECK(Lines(metrics, Metric::kExporterLogMessages).find("{level=\"warn\"} 1\n") !=
        std::string::npos);
  metrics.CountRejectedScrape(ExporterMetrics::Rejection::kSaturated);
  CHECK(Lines(metrics, Metric::kExporterScrapesRejected) ==
        "session_exporter_scrapes_rejected_total{reason=\"saturated\"} 1\n"
        "session_exporter_scrapes_rejected_total{reason=\"stopping\"} 0\n");
}

std::size_t LinesWith(const ExporterMetrics& metrics, std::string_view text) {
  std::size_t count = 0;
  for (const OwnFamily& family : metrics.Collect()) {
    std::size_t at = 0;
    while ((at = family.lines.find(text, at)) != std::string::npos) ++count, ++at;
  }
  return count;
}

TEST_CASE("a target that is no longer configured takes its series with it", "[metrics]") {
  ExporterMetrics metrics({});
  metrics.SetTargets({"gone", "kept"});
  const auto count = [&metrics](std::string_view target) {
    metrics.CountApiRequest({target, "list", 500, ErrorKind::kHttp, 10ms, 100});
    metrics.CountParseWarnings(target, "cores", 1);
    metrics.CountSharedCollection(target);
  };
  count("gone");
  count("kept");
  const std::size_t each = LinesWith(metrics, "{target=\"kept\"");
  CHECK(LinesWith(metrics, "{target=\"gone\"") == each);
  metrics.SetTargets({"kept", "new"});
  count("gone");  // a collection that outlasts the reload
  CHECK(LinesWith(metrics, "{target=\"gone\"") == 0);
  CHECK(LinesWith(metrics, "{target=\"kept\"") == each);
  CHECK(LinesWith(metrics, "{target=\"new\"") == 2);
  metrics.SetTargets({"gone"});
  CHECK(Lines(metrics, Metric::kExporterCollectionsShared) ==
        "session_exporter_collections_shared_total{target=\"gone\"} 0\n");
}

TEST_CASE("scrapes in flight rise and fall", "[metrics]") {
  ExporterMetrics metrics({});
  metrics.AddScrapesInFlight(1);
  metrics.AddScrapesInFlight(1);
  metrics.AddScrapesInFlight(-1);
  CHECK(Lines(metrics, Metric::kExporterScrapesInFlight) ==
        "session_exporter_scrapes_in_flight 1\n");
  metrics.AddScrapesInFlight(-1);
  CHECK(Lines(metrics, Metric::kExporterScrapesInFlight) ==
        "session_exporter_scrapes_in_flight 0\n");
}

TEST_CASE("a failed reload keeps the time of the last that succeeded", "[metrics]") {
  ExporterMetrics metrics({});
  const auto lines = [&metrics] {
    return Lines(metrics, Metric::kExporterConfigReloadSuccessful) +
           Lines(metrics, Metric::kExporterConfigReloadSuccessTimestamp);
  };
  const Timestamp at(1'717'747'200'500'000us);
  metrics.SetConfigLoaded(true, at);
  CHECK(lines() ==
        "session_exporter_config_last_reload_successful 1\n"
        "session_exporter_config_last_reload_success_timestamp_seconds 1717747200.5\n");
  metrics.SetConfigLoaded(false, at + 1h);
  CHECK(lines() ==
        "session_exporter_config_last_reload_successful 0\n"
        "session_exporter_config_last_reload_success_timestamp_seconds 1717747200.5\n");
}

TEST_CASE("every metric of the exporter and the process is collected", "[metrics]") {
  ExporterMetrics metrics({"1", "2", "3"});
  metrics.SetTargets({"t"});
  metrics.CountApiRequest({"t", "list", 500, ErrorKind::kHttp, 1ms, 0});
  metrics.CountParseWarnings("t", "f", 1);
  for (const MetricDescription& metric : Catalogue()) {
    const bool own =
        metric.name.starts_with("process_") || metric.name.starts_with("session_exporter_");
    CAPTURE(metric.name);
    CHECK(Lines(metrics, metric.metric).empty() == !own);
  }
}

TEST_CASE("counts add up while they are read and targets come and go", "[metrics]") {
  ExporterMetrics metrics({});
  const std::vector<std::string> targets = {"t", "t0", "t1", "t2", "t3", "t4"};
  metrics.SetTargets(targets);
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&metrics, thread] {
        for (int i = 0; i < 250; ++i) {
          const std::string target = "t" + std::to_string((thread + i) % 5);
          metrics.CountApiRequest({target, "list", 200, ErrorKind::kHttp, 1ms, 1});
          metrics.CountParseWarnings(target, "f", 1);
          metrics.CountSharedCollection("t");
          metrics.CountLogMessage(LogLevel::kInfo);
          metrics.AddScrapesInFlight(i % 2 == 0 ? 1 : -1);
          metrics.CountApiRequest({"passing", "list", 200, ErrorKind::kHttp, 1ms, 1});
        }
      });
    }
    threads.emplace_back([&metrics] {
      for (int i = 0; i < 20; ++i) static_cast<void>(metrics.Collect());
    });
    threads.emplace_back([&metrics, &targets] {
      std::vector<std::string> more = targets;
      more.push_back("passing");
      for (int i = 0; i < 200; ++i) metrics.SetTargets(i % 2 == 0 ? more : targets);
    });
  }
  CHECK(Lines(metrics, Metric::kExporterCollectionsShared).find("{target=\"t\"} 1000\n") !=
        std::string::npos);
  CHECK(Lines(metrics, Metric::kExporterScrapesInFlight) ==
        "session_exporter_scrapes_in_flight 0\n");
  CHECK(Lines(metrics, Metric::kExporterApiRequests)
            .find("{target=\"t3\",operation=\"list\",code=\"200\"} 200\n") != std::string::npos);
}

}  // namespace
}  // namespace session_exporter
