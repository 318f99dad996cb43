#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "catch.h"
#include "exposition/exporter_metrics.h"
#include "exposition/page_writer.h"
#include "support/exposition_parser.h"
#include "unit/exposition/session_fixture.h"

namespace session_exporter {
namespace {

using test::Dialect;
using test::kNow;
using test::SnapshotBuilder;

std::string Write(Page page, ExpositionFormat format) {
  PageWriter writer(std::move(page), format);
  std::string whole;
  std::string piece;
  while (writer.Next(piece)) whole += piece;
  return whole;
}

test::Exposition Parse(const std::string& text, ExpositionFormat format) {
  auto parsed = test::ParseExposition(
      text, format == ExpositionFormat::kText ? Dialect::kText : Dialect::kOpenMetrics);
  if (!parsed) {
    FAIL("line " << parsed.error().line << ": " << parsed.error().message);
  }
  return *parsed;
}

std::shared_ptr<TargetPage> MakeTarget(const std::string& name) {
  SnapshotBuilder builder;
  for (const char* id : {"b", "c\"\\", "a", "B", "é"}) {
    Session& session = builder.Add(id);
    session.start = kNow;
    session.Label(SessionLabel::kUser) = builder.Text("CORP\\mary\n");
  }
  auto page = std::make_shared<TargetPage>(name);
  page->Add(Metric::kUp, {{"backend", "fake"}}, 1);
  page->AddSeconds(Metric::kCollectionDuration, {}, Microseconds(1500));
  SessionTableOptions options = test::Options();
  options.target = name;
  page->SetSessions(std::make_shared<SessionTable>(builder.Build(), options));
  return page;
}

Page FullPage() {
  ExporterMetrics metrics({"1.2.3", "abc", "g++"});
  metrics.SetTargets({"x", "y"});
  metrics.CountApiRequest({"x", "list", 200, std::nullopt, std::chrono::milliseconds(30), 1000});
  metrics.CountParseWarnings("x", "start_date", 2);
  Page page;
  page.targets = {MakeTarget("x"), MakeTarget("y")};
  page.own = metrics.Collect();
  return page;
}

TEST_CASE("the text format begins a family with HELP and TYPE", "[format]") {
  Page page;
  page.own = {{Metric::kProcessCpuSeconds, "process_cpu_seconds_total 2\n"},
              {Metric::kExporterTargets, "session_exporter_targets 1\n"}};
  CHECK(Write(page, ExpositionFormat::kText) ==
        "# HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.\n"
        "# TYPE process_cpu_seconds_total counter\n"
        "process_cpu_seconds_total 2\n"
        "# HELP session_exporter_targets Configured targets.\n"
        "# TYPE session_exporter_targets gauge\n"
        "session_exporter_targets 1\n");
}

TEST_CASE("OpenMetrics names counters without _total, tells units and ends in EOF", "[format]") {
  Page page;
  page.own = {{Metric::kProcessCpuSeconds, "process_cpu_seconds_total 2\n"},
              {Metric::kProcessResidentMemory, "process_resident_memory_bytes 3\n"},
              {Metric::kExporterTargets, "session_exporter_targets 1\n"}};
  CHECK(Write(page, ExpositionFormat::kOpenMetrics) ==
        "# TYPE process_cpu_seconds counter\n"
        "# UNIT process_cpu_seconds seconds\n"
        "# HELP process_cpu_seconds Total user and system CPU time spent in seconds.\n"
        "process_cpu_seconds_total 2\n"
        "# TYPE process_resident_memory_bytes gauge\n"
        "# UNIT process_resident_memory_bytes bytes\n"
        "# HELP process_resident_memory_bytes Resident memory size in bytes.\n"
        "process_resident_memory_bytes 3\n"
        "# TYPE session_exporter_targets gauge\n"
        "# HELP session_exporter_targets Configured targets.\n"
        "session_exporter_targets 1\n"
        "# EOF\n");
}

TEST_CASE("a page of nothing is empty, but for the EOF of OpenMetrics", "[format]") {
  Page page;
  page.own = {{Metric::kProcessOpenFds, ""}};
  page.targets = {std::make_shared<TargetPage>("t")};
  CHECK(Write(page, ExpositionFormat::kText).empty());
  CHECK(Write(page, ExpositionFormat::kOpenMetrics) == "# EOF\n");
}

TEST_CASE("a full page is valid and its families are in the order of their names", "[format]") {
  const auto format = GENERATE(ExpositionFormat::kText, ExpositionFormat::kOpenMetrics);
  const test::Exposition page = Parse(Write(FullPage(), format), format);
  std::vector<std::string> names;
  for (const test::ParsedFamily& family : page.Families()) {
    names.push_back(family.name +
                    (family.type == "counter" && !family.name.ends_with("_total") ? "_total" : ""));
  }
  CHECK(names.size() > 20);
  CHECK(std::is_sorted(names.begin(), names.end()));
  CHECK(page.Family("session_cpu_cores") == nullptr);  // no session has a value
}

TEST_CASE("series are in the order of their label values", "[format]") {
  const auto format = GENERATE(ExpositionFormat::kText, ExpositionFormat::kOpenMetrics);
  const test::Exposition page = Parse(Write(FullPage(), format), format);
  for (const test::ParsedFamily& family : page.Families()) {
    if (family.type == "histogram") continue;  // its parts have an order of their own
    CAPTURE(family.name);
    std::vector<std::vector<std::string>> values;
    for (const test::ParsedSample& sample : family.samples) {
      std::vector<std::string>& of_sample = values.emplace_back();
      for (const auto& [name, value] : sample.labels) of_sample.push_back(value);
    }
    CHECK(std::is_sorted(values.begin(), values.end()));
  }
  std::vector<std::string_view> ids;
  const auto series = page.Series("session_status", {{"target", "x"}});
  for (const test::ParsedSample& sample : series) ids.push_back(sample.Label("session"));
  CHECK(ids == std::vector<std::string_view>{"B", "a", "b", "c\"\\", "é"});
}

TEST_CASE("both formats hold the same samples", "[format]") {
  const Page page = FullPage();
  const test::Exposition text =
      Parse(Write(page, ExpositionFormat::kText), ExpositionFormat::kText);
  const test::Exposition open =
      Parse(Write(page, ExpositionFormat::kOpenMetrics), ExpositionFormat::kOpenMetrics);
  REQUIRE(text.Families().size() == open.Families().size());
  for (std::size_t i = 0; i < text.Families().size(); ++i) {
    const test::ParsedFamily& a = text.Families()[i];
    const test::ParsedFamily& b = open.Families()[i];
    CHECK(a.help == b.help);
    CHECK(a.type == b.type);
    REQUIRE(a.samples.size() == b.samples.size());
    for (std::size_t j = 0; j < a.samples.size(); ++j) {
      CHECK(a.samples[j].name == b.samples[j].name);
      CHECK(a.samples[j].labels == b.samples[j].labels);
      CHECK(a.samples[j].value == b.samples[j].value);
    }
  }
}

TEST_CASE("label values come through both formats unharmed", "[format]") {
  const auto format = GENERATE(ExpositionFormat::kText, ExpositionFormat::kOpenMetrics);
  const test::Exposition page = Parse(Write(FullPage(), format), format);
  const auto series = page.Series("session_info", {{"target", "y"}, {"session", "c\"\\"}});
  REQUIRE(series.size() == 1);
  CHECK(series[0].Label("user") == "CORP\\mary\n");
  CHECK(page.Value("session_collection_duration_seconds", {{"target", "x"}}) == 0.0015);
}

TEST_CASE("a unit is told of every family that has one, in its name", "[format]") {
  const test::Exposition page =
      Parse(Write(FullPage(), ExpositionFormat::kOpenMetrics), ExpositionFormat::kOpenMetrics);
  for (const test::ParsedFamily& family : page.Families()) {
    CAPTURE(family.name);
    const bool seconds = family.name.ends_with("_seconds");
    const bool bytes = family.name.ends_with("_bytes");
    CHECK(family.unit == (seconds ? "seconds" : bytes ? "bytes" : ""));
  }
}

}  // namespace
}  // namespace session_exporter
