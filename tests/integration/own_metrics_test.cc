// The metrics about the exporter itself.
#include <string>
#include <string_view>

#include "catch.h"
#include "integration/running_exporter.h"
#include "integration/still_simulator.h"

namespace session_exporter::test {
namespace {

TEST_CASE("requests to the backend are counted by what came of them", "[integration]") {
  StillSimulator simulator;
  RunningExporter exporter(
      Yaml({KasmTarget("kasm", simulator.url()), KasmTarget("refused", "http://127.0.0.1:1")}));
  CHECK(exporter.Scrape().Value("session_up", {{"target", "kasm"}}) == 1);
  simulator.SetFault("get_kasms", "status=500", 1);
  CHECK(exporter.Scrape().Value("session_up", {{"target", "kasm"}}) == 0);
  simulator.SetFault("get_kasms", "status=429", 1);
  CHECK(exporter.Scrape().Value("session_up", {{"target", "kasm"}}) == 0);
  // The exporter's own families are taken last, so this page has this scrape in it.
  const Exposition page = exporter.Scrape();
  struct Case {
    std::string_view code;
    double requests;
  };
  for (const Case& example : {Case{"200", 2}, Case{"500", 1}, Case{"429", 1}}) {
    INFO(example.code);
    CHECK(page.Value("session_exporter_api_requests_total",
                     {{"target", "kasm"}, {"code", example.code}}) == example.requests);
  }
  CHECK(page.Value("session_exporter_api_requests_total",
                   {{"target", "refused"}, {"code", "none"}}) == 4);
  CHECK(page.Value("session_exporter_api_request_failures_total",
                   {{"target", "kasm"}, {"reason", "http"}}) == 1);
  CHECK(page.Value("session_exporter_api_request_failures_total",
                   {{"target", "kasm"}, {"reason", "rate_limited"}}) == 1);
  CHECK(page.Value("session_exporter_api_request_failures_total",
                   {{"target", "refused"}, {"reason", "connect"}}) == 4);
  CHECK(page.Value("session_exporter_api_request_duration_seconds_count", {{"target", "kasm"}}) ==
        4);
  CHECK(page.Value("session_exporter_api_request_duration_seconds_bucket",
                   {{"target", "kasm"}, {"le", "+Inf"}}) == 4);
  CHECK(page.Value("session_exporter_api_request_duration_seconds_sum", {{"target", "kasm"}}) > 0);
  // Each session takes more than a kilobyte in Kasm's answer.
  CHECK(page.Value("session_exporter_api_response_bytes_total", {{"target", "kasm"}}) > 50'000);
  CHECK(page.Value("session_collection_requests", {{"target", "kasm"}}) == 1);
}

TEST_CASE("the duration of requests is that of the backend", "[integration]") {
  StillSimulator simulator;
  RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url("delay=0.6"))}));
  const Exposition page = exporter.Scrape();
  CHECK(page.Value("session_exporter_api_request_duration_seconds_sum").value_or(0) > 0.59);
  CHECK(page.Value("session_exporter_api_request_duration_seconds_bucket", {{"le", "0.5"}}) == 0);
  CHECK(page.Value("session_collection_duration_seconds").value_or(0) > 0.59);
}

TEST_CASE("values of a wrong type are counted by their field", "[integration]") {
  StillSimulator simulator;
  RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url())}));
  CHECK(exporter.Scrape().Sum("session_exporter_parse_warnings_total") == 0);
  simulator.SetFault("get_kasms", "wrong_types=all", 1);
  const Exposition page = exporter.Scrape();
  CHECK(page.Value("session_up") == 1);
  CHECK(page.Series("session_exporter_parse_warnings_total", {{"target", "kasm"}}).size() >= 5);
  CHECK(page.Sum("session_exporter_parse_warnings_total") >= 100);
  CHECK(exporter.Scrape().Sum("session_exporter_parse_warnings_total") ==
        page.Sum("session_exporter_parse_warnings_total"));
}

TEST_CASE("log lines are counted by level, and a state is told once", "[integration]") {
  StillSimulator simulator;
  RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url())}));
  const auto warnings = [&] {
    return *exporter.Scrape().Value("session_exporter_log_messages_total", {{"level", "warn"}});
  };
  const double before = warnings();
  const auto fault = simulator.SetFault("get_kasms", "permission");
  warnings();
  warnings();
  simulator.RemoveFault(fault);
  CHECK(warnings() == before + 1);
  const std::string log = exporter.LogText();
  const auto down = log.find("target is down");
  REQUIRE(down != std::string::npos);
  CHECK(log.find("reason=permission", down) != std::string::npos);
  CHECK(log.find("target is down", down + 1) == std::string::npos);
  CHECK(log.find("target is up", down) != std::string::npos);
  const Exposition page = exporter.Scrape();
  CHECK(page.Value("session_exporter_log_messages_total", {{"level", "error"}}) == 0);
}

TEST_CASE("what the exporter tells of itself is there from the first scrape", "[integration]") {
  StillSimulator simulator;
  RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url())}));
  const Exposition page = exporter.Scrape();
  for (const std::string_view name :
       {"session_exporter_build_info", "session_exporter_config_last_reload_successful",
        "session_exporter_config_last_reload_success_timestamp_seconds", "session_exporter_targets",
        "session_exporter_scrapes_in_flight", "session_exporter_collections_shared_total",
        "process_cpu_seconds_total", "process_resident_memory_bytes",
        "process_virtual_memory_bytes", "process_open_fds", "process_max_fds",
        "process_start_time_seconds", "process_threads"}) {
    INFO(name);
    CHECK(page.Value(name).has_value());
  }
  CHECK(page.Value("session_exporter_build_info") == 1);
  CHECK(page.Value("process_threads") > 1);
  CHECK(page.Value("process_open_fds") > 3);
  CHECK(page.Value("process_resident_memory_bytes") > 1e6);
  CHECK(page.Series("session_exporter_log_messages_total").size() == 4);
  CHECK(page.Series("session_exporter_scrapes_rejected_total").size() == 2);
}

}  // namespace
}  // namespace session_exporter::test
