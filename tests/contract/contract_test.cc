// Every backend through every fault, over real HTTP: the reason is the right one, nothing that is
// not true is shown, and a healthy target beside it is whole.
#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "catch.h"
#include "contract/backends_under_test.h"
#include "simulator/simulator.h"
#include "support/exposition_parser.h"
#include "support/in_process_exporter.h"

namespace session_exporter::test {
namespace {

using std::chrono::milliseconds;

struct Scenario {
  std::string_view fault;   // as the simulator takes it; empty: none
  std::string_view reason;  // empty: the target is up
  std::string_view further_options = {};
};

constexpr std::string_view kSmallBody = "max_response_bytes: 200000";

// The faults that end a collection, with the reason that the operator is to see.
const std::vector<Scenario>& Failures() {
  static const std::vector<Scenario> kFailures = {
      {"auth_error", "auth"},
      {"status=401", "auth"},
      {"permission", "permission"},
      {"status=403", "permission"},
      {"status=429", "rate_limited"},
      {"status=429,retry_after=120", "rate_limited"},
      {"status=400", "http"},
      {"status=404", "http"},
      {"status=500", "http"},
      {"status=502", "http"},
      {"status=503", "http"},
      {"status=204", "http"},
      {"redirect=301", "http"},
      {"redirect=302", "http"},
      {"redirect=307", "http"},
      {"redirect=308", "http"},
      {"echo", "http"},
      {"error_message", "backend"},
      {"html", "protocol"},
      {"not_json", "protocol"},
      {"empty", "protocol"},
      {"garbage", "protocol"},
      {"trailing", "protocol"},
      {"no_list", "protocol"},
      {"two_lists", "protocol"},
      {"list=null", "protocol"},
      {"list=string", "protocol"},
      {"list=object", "protocol"},
      {"list=number", "protocol"},
      {"cut", "protocol"},
      {"cut_chunked", "protocol"},
      {"bad_chunk", "protocol"},
      {"bad_gzip", "protocol"},
      {"bad_status_line", "protocol"},
      {"reset=half", "protocol"},
      {"reset", "connect"},
      {"close", "connect"},
      {"deep", "limit"},
      {"endless", "limit", kSmallBody},
      {"endless_spaces", "limit", kSmallBody},
      {"endless_string", "limit", kSmallBody},
      // Zeros, so the first byte already tells that it is no document.
      {"gzip_bomb=64", "protocol", "max_response_bytes: 1000000"},
      {"hang", "timeout", "timeout: 400ms"},
      {"hang_body", "timeout", "timeout: 400ms"},
      {"drip", "timeout", "timeout: 400ms"},
      {"slow_headers", "timeout", "timeout: 400ms"},
      {"delay=5", "timeout", "timeout: 400ms"},
  };
  return kFailures;
}

// The faults that cost at most a field or a session.
const std::vector<Scenario>& Oddities() {
  static const std::vector<Scenario> kOddities = {
      {"", ""},
      {"delay=0.1", ""},
      {"gzip", ""},
      {"chunked", ""},
      {"until_close", ""},
      {"bom", ""},
      {"no_date", ""},
      {"no_current_time", ""},
      {"no_current_time,no_date", ""},
      {"skew=86400", ""},
      {"skew=-86400", ""},
      {"wrong_types", ""},
      {"wrong_types=all", ""},
      {"items=null", ""},
      {"items=number", ""},
      {"nulls", ""},
      {"missing", ""},
      {"invalid_utf8", ""},
      {"control", ""},
      {"surrogates", ""},
      {"long_strings=5000", ""},
      {"duplicates", ""},
      {"no_ids", ""},
      {"absurd_numbers", ""},
      {"absurd_dates", ""},
      {"unknown_statuses=100", ""},
      {"distinct_labels", ""},
      {"no_sessions", ""},
  };
  return kOddities;
}

class Bench {
 public:
  explicit Bench(const BackendUnderTest& backend) : backend_(backend), simulator_(Options()) {}

  struct Answer {
    Exposition page;
    std::string text;
    std::string log;
    milliseconds took;
  };

  // One scrape of a target with the fault and a healthy one.
  Answer Scrape(const Scenario& scenario, milliseconds timeout = std::chrono::seconds(10)) {
    InProcessExporter exporter("targets: [" +
                                   TargetYaml(backend_, "odd", simulator_.url(scenario.fault),
                                              std::string(scenario.further_options)) +
                                   ", " + TargetYaml(backend_, "well", simulator_.url()) + "]",
                               backend_.environment);
    const auto start = std::chrono::steady_clock::now();
    std::string text = exporter.Scrape(timeout);
    const auto took =
        std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
    auto page = ParseExposition(text, Dialect::kText);
    INFO(text);
    REQUIRE(page.has_value());
    return {std::move(*page), std::move(text), exporter.LogText(), took};
  }

  simulator::Simulator& simulator() { return simulator_; }

 private:
  static simulator::SimulatorOptions Options() {
    simulator::SimulatorOptions options;
    options.speed = 0;
    options.kasm.api_key = "CANARY-KEY-71c0";
    options.kasm.api_key_secret = "CANARY-SECRET-9e2f";
    options.intersight.client_id = "contract";
    options.intersight.client_secret = "CANARY-CLIENT-5d1a";
    return options;
  }

  const BackendUnderTest& backend_;
  simulator::Simulator simulator_;
};

void RequireWellIsWhole(const Exposition& page, std::size_t sessions) {
  CHECK(page.Value("session_up", {{"target", "well"}}) == 1);
  CHECK(page.Series("session_info", {{"target", "well"}}).size() == sessions);
}

void RequireNoSecret(const BackendUnderTest& backend, const Bench::Answer& answer) {
  for (const std::string& secret : backend.secrets) {
    CHECK(answer.text.find(secret) == std::string::npos);
    CHECK(answer.log.find(secret) == std::string::npos);
  }
}

// No number of the failed target but those that tell of the failure.
void RequireNothingElse(const Exposition& page) {
  for (const auto& family : page.Families()) {
    const bool expected =
        family.name == "session_up" || family.name == "session_target_info" ||
        family.name.starts_with("session_collection_") || family.name == "session_list_truncated" ||
        family.name == "session_series_dropped" || family.name == "session_clock_skew_seconds" ||
        family.name.starts_with("session_exporter_");
    for (const auto& sample : family.samples) {
      if (expected) continue;
      INFO(family.name);
      CHECK(sample.Label("target") != "odd");
    }
  }
}

void RequireFailed(const Exposition& page, std::string_view reason) {
  CHECK(page.Value("session_up", {{"target", "odd"}}) == 0);
  for (const ErrorKind kind : kAllErrorKinds) {
    const std::string label(ReasonOf(kind));
    INFO(label);
    CHECK(page.Value("session_collection_error", {{"target", "odd"}, {"reason", label}}) ==
          (label == reason ? 1 : 0));
  }
}

bool Applies(const BackendUnderTest& backend, const Scenario& scenario) {
  return std::count(backend.other_faults.begin(), backend.other_faults.end(), scenario.fault) == 0;
}

TEST_CASE("a failing target shows its reason, nothing else, and harms no other", "[contract]") {
  for (const BackendUnderTest& backend : BackendsUnderTest()) {
    Bench bench(backend);
    const std::size_t sessions = bench.simulator().sessions().size();
    for (const Scenario& scenario : Failures()) {
      if (!Applies(backend, scenario)) continue;
      INFO(backend.name << " with " << scenario.fault);
      const auto answer = bench.Scrape(scenario);
      INFO(answer.log);
      RequireFailed(answer.page, scenario.reason);
      RequireNothingElse(answer.page);
      RequireWellIsWhole(answer.page, sessions);
      RequireNoSecret(backend, answer);
    }
    CHECK(bench.simulator().stats().honeypot_requests == 0);
  }
}

TEST_CASE("odd answers cost a field or a session at most", "[contract]") {
  for (const BackendUnderTest& backend : BackendsUnderTest()) {
    Bench bench(backend);
    const std::size_t sessions = bench.simulator().sessions().size();
    for (const Scenario& scenario : Oddities()) {
      if (!Applies(backend, scenario)) continue;
      INFO(backend.name << " with " << scenario.fault);
      const auto answer = bench.Scrape(scenario);
      INFO(answer.log);
      CHECK(answer.page.Value("session_up", {{"target", "odd"}}) == 1);
      RequireWellIsWhole(answer.page, sessions);
      RequireNoSecret(backend, answer);
    }
  }
}

TEST_CASE("sessions listed twice are shown once and counted", "[contract]") {
  for (const BackendUnderTest& backend : BackendsUnderTest()) {
    Bench bench(backend);
    const double sessions = static_cast<double>(bench.simulator().sessions().size());
    const auto answer = bench.Scrape({"duplicates", ""});
    CHECK(answer.page.Value("session_series_dropped",
                            {{"target", "odd"}, {"reason", "duplicate"}}) == sessions);
    CHECK(answer.page.Series("session_info").size() == static_cast<std::size_t>(2 * sessions));
  }
}

TEST_CASE("sessions without an id are counted and not shown", "[contract]") {
  for (const BackendUnderTest& backend : BackendsUnderTest()) {
    Bench bench(backend);
    const double sessions = static_cast<double>(bench.simulator().sessions().size());
    const auto answer = bench.Scrape({"no_ids", ""});
    CHECK(answer.page.Value("session_series_dropped", {{"target", "odd"}, {"reason", "invalid"}}) ==
          sessions);
  }
}

TEST_CASE("a list beyond max_sessions is cut and says so", "[contract]") {
  for (const BackendUnderTest& backend : BackendsUnderTest()) {
    Bench bench(backend);
    const auto answer = bench.Scrape({"", "", "max_sessions: 7"});
    CHECK(answer.page.Value("session_up", {{"target", "odd"}}) == 1);
    CHECK(answer.page.Value("session_list_truncated", {{"target", "odd"}}) == 1);
    CHECK(answer.page.Value("session_list_truncated", {{"target", "well"}}) == 0);
    CHECK(answer.page.Sum("session_sessions", {{"target", "odd"}}) == 7);
  }
}

TEST_CASE("a target that hangs does not delay the scrape beyond its deadline", "[contract]") {
  for (const BackendUnderTest& backend : BackendsUnderTest()) {
    Bench bench(backend);
    const std::size_t sessions = bench.simulator().sessions().size();
    for (const std::string_view fault : {"hang", "hang_body", "drip"}) {
      INFO(backend.name << " with " << fault);
      const auto answer = bench.Scrape({fault, "timeout"}, milliseconds(500));
      RequireFailed(answer.page, "timeout");
      RequireWellIsWhole(answer.page, sessions);
      CHECK(answer.took < milliseconds(600));
    }
  }
}

TEST_CASE("a target that nobody answers for is told apart by how", "[contract]") {
  struct Case {
    std::string_view url;
    std::string_view reason;
  };
  // RFC 6761: nobody has a name under .invalid.
  const Case cases[] = {{"http://127.0.0.1:1", "connect"}, {"http://kasm.invalid", "dns"}};
  for (const BackendUnderTest& backend : BackendsUnderTest()) {
    for (const Case& example : cases) {
      INFO(backend.name << " at " << example.url);
      InProcessExporter exporter(
          "targets: [" + TargetYaml(backend, "odd", std::string(example.url)) + "]",
          backend.environment);
      const auto page = ParseExposition(exporter.Scrape(), Dialect::kText);
      INFO(exporter.LogText());
      REQUIRE(page.has_value());
      RequireFailed(*page, example.reason);
    }
  }
}

}  // namespace
}  // namespace session_exporter::test
