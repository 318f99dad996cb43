#include "exposition/catalogue.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "catch.h"
#include "model/session.h"
#include "support/exposition_lines.h"

namespace session_exporter {
namespace {

std::vector<std::string> LabelsOf(const MetricDescription& metric) {
  std::vector<std::string> labels;
  std::string_view rest = metric.labels;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    labels.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return labels;
}

bool EndsInOneOf(std::string_view name, const std::vector<std::string_view>& suffixes) {
  return std::any_of(suffixes.begin(), suffixes.end(),
                     [name](std::string_view suffix) { return name.ends_with(suffix); });
}

TEST_CASE("the catalogue lists each metric once, in the order of their names", "[catalogue]") {
  REQUIRE(Catalogue().size() == kMetricCount);
  for (std::size_t i = 0; i < kMetricCount; ++i) {
    CAPTURE(Catalogue()[i].name);
    CHECK(static_cast<std::size_t>(Catalogue()[i].metric) == i);
    CHECK(Describe(Catalogue()[i].metric).name == Catalogue()[i].name);
    if (i > 0) CHECK(Catalogue()[i - 1].name < Catalogue()[i].name);
  }
}

TEST_CASE("names are legal and within the prefixes that are ours", "[catalogue]") {
  for (const MetricDescription& metric : Catalogue()) {
    CAPTURE(metric.name);
    CHECK(test::IsMetricName(metric.name));
    CHECK(metric.name.find(':') == std::string_view::npos);  // kept for recording rules
    CHECK((metric.name.starts_with("session_") || metric.name.starts_with("process_")));
  }
}

TEST_CASE("label names are legal, distinct, and begin with the target", "[catalogue]") {
  for (const MetricDescription& metric : Catalogue()) {
    CAPTURE(metric.name, metric.labels);
    const std::vector<std::string> labels = LabelsOf(metric);
    for (const std::string& label : labels) {
      CHECK(test::IsLabelName(label));
      CHECK(label != "le");
      CHECK(label != "job");
      CHECK(label != "instance");
    }
    CHECK(std::set<std::string>(labels.begin(), labels.end()).size() == labels.size());
    CHECK(!metric.labels.ends_with(','));
    const bool own =
        metric.name.starts_with("process_") || metric.name.starts_with("session_exporter_");
    if (!own) CHECK(metric.labels.starts_with("target"));
  }
}

TEST_CASE("help is one sentence or more in printable ASCII", "[catalogue]") {
  for (const MetricDescription& metric : Catalogue()) {
    CAPTURE(metric.name, metric.help);
    REQUIRE(!metric.help.empty());
    CHECK((std::isupper(static_cast<unsigned char>(metric.help[0])) != 0 ||
           std::isdigit(static_cast<unsigned char>(metric.help[0])) != 0));
    CHECK((metric.help.ends_with('.')));
    CHECK(std::all_of(metric.help.begin(), metric.help.end(),
                      [](char c) { return c >= ' ' && c <= '~'; }));
    CHECK(metric.help.find("  ") == std::string_view::npos);
  }
}

TEST_CASE("a name ends as its type asks", "[catalogue]") {
  for (const MetricDescription& metric : Catalogue()) {
    CAPTURE(metric.name);
    if (metric.type == MetricType::kCounter) {
      CHECK(metric.name.ends_with("_total"));
    } else {
      CHECK(!EndsInOneOf(metric.name, {"_total", "_count", "_sum", "_bucket", "_created"}));
    }
  }
}

TEST_CASE("a name ends in its base unit", "[catalogue]") {
  for (const MetricDescription& metric : Catalogue()) {
    CAPTURE(metric.name);
    std::string_view name = metric.name;
    if (name.ends_with("_total")) name.remove_suffix(std::string_view("_total").size());
    for (const std::string_view word :
         {"_timestamp", "_duration", "_age", "_timeout", "_skew", "_threshold", "_start_time"}) {
      if (name.find(word) != std::string_view::npos) CHECK(name.ends_with("_seconds"));
    }
    if (name.find("memory") != std::string_view::npos) CHECK(name.ends_with("_bytes"));
    CHECK(!EndsInOneOf(
        name, {"_ms", "_milliseconds", "_minutes", "_hours", "_kb", "_mb", "_mib", "_percent"}));
    // No unit stands anywhere but at the end.
    CHECK(name.find("_seconds_") == std::string_view::npos);
    CHECK(name.find("_bytes_") == std::string_view::npos);
  }
}

TEST_CASE("everything is a gauge but the exporter's counts of events and its durations",
          "[catalogue]") {
  std::set<std::string_view> others;
  for (const MetricDescription& metric : Catalogue()) {
    if (metric.type != MetricType::kGauge) others.insert(metric.name);
  }
  CHECK(others == std::set<std::string_view>{
                      "process_cpu_seconds_total",
                      "session_exporter_api_request_duration_seconds",
                      "session_exporter_api_request_failures_total",
                      "session_exporter_api_requests_total",
                      "session_exporter_api_response_bytes_total",
                      "session_exporter_collections_shared_total",
                      "session_exporter_log_messages_total",
                      "session_exporter_parse_warnings_total",
                      "session_exporter_scrapes_rejected_total",
                  });
  CHECK(Describe(Metric::kExporterApiRequestDuration).type == MetricType::kHistogram);
}

TEST_CASE("session_info is documented with the labels that sessions have", "[catalogue]") {
  std::vector<std::string> expected = {"target", "session", "backend"};
  expected.insert(expected.end(), kSessionLabelNames.begin(), kSessionLabelNames.end());
  CHECK(LabelsOf(Describe(Metric::kInfo)) == expected);
}

TEST_CASE("the families of single sessions carry target and session, and no others do",
          "[catalogue]") {
  std::set<std::string_view> names;
  for (const MetricDescription& metric : Catalogue()) {
    if (metric.labels.find("session") == std::string_view::npos) continue;
    CHECK(metric.labels.starts_with("target,session"));
    names.insert(metric.name);
  }
  CHECK(names == std::set<std::string_view>{
                     "session_cpu_cores", "session_end_timestamp_seconds",
                     "session_expiration_timestamp_seconds", "session_failed_logins",
                     "session_idle_expiration_timestamp_seconds", "session_info",
                     "session_keepalive_age_seconds", "session_keepalive_timestamp_seconds",
                     "session_last_login_timestamp_seconds", "session_max_duration_seconds",
                     "session_memory_bytes", "session_stale", "session_start_timestamp_seconds",
                     "session_status"});
}

}  // namespace
}  // namespace session_exporter
