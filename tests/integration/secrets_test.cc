// Nothing secret leaves the exporter, whatever a backend answers.
#include <string>
#include <string_view>
#include <vector>

#include "catch.h"
#include "integration/running_exporter.h"
#include "simulator/faults.h"
#include "simulator/simulator.h"

namespace session_exporter::test {
namespace {

using simulator::FaultKind;
using simulator::FaultScope;
using simulator::Simulator;
using simulator::SimulatorOptions;

// In base64 a secret looks otherwise: these are what HTTP Basic makes of the key's beginning,
// "CANARY-KEY-".
constexpr std::string_view kKeyInBase64 = "Q0FOQVJZLUtFWS";

void CheckHoldsNoSecret(std::string_view where, std::string_view text) {
  INFO(where);
  REQUIRE_FALSE(text.empty());
  for (const std::string_view secret : {std::string_view("CANARY"), kKeyInBase64}) {
    const std::size_t at = text.find(secret);
    INFO(text.substr(at == std::string_view::npos || at < 200 ? 0 : at - 200, 400));
    CHECK(at == std::string_view::npos);
  }
}

std::vector<std::string> FaultsOfAnswers() {
  std::vector<std::string> faults = {""};
  for (const FaultKind& kind : simulator::FaultKinds()) {
    if (kind.scope != FaultScope::kDocument && kind.scope != FaultScope::kAnswer) continue;
    faults.emplace_back(kind.name);
    // The ways in which what was sent, or what is secret in the answer, could come back.
    if (kind.name == "echo") {
      for (const std::string_view status : {"200", "400", "401", "403", "404", "429", "503"}) {
        faults.push_back("echo=" + std::string(status));
      }
    }
    if (kind.name == "redirect") faults.emplace_back("redirect=307");
    if (kind.name == "wrong_types") faults.emplace_back("wrong_types=all");
  }
  for (const std::string_view delivery :
       {"cut", "cut_chunked", "bad_chunk", "garbage", "trailing", "bad_gzip", "bad_status_line",
        "two_lengths", "reset", "close"}) {
    faults.emplace_back(delivery);
  }
  return faults;
}

TEST_CASE("no secret is on any page or in any log line", "[integration][secrets]") {
  SimulatorOptions options;
  options.speed = 0;
  options.kasm.api_key = "CANARY-KEY-71c0";
  options.kasm.api_key_secret = "CANARY-SECRET-9e2f";
  Simulator simulator(options);
  // Not on the connections that broken answers leave behind.
  Simulator faultless(options);
  const TemporaryFolder folder;
  const std::string hash_key = folder.Write("hash.key", "CANARY-HASH-KEY\n");
  const std::string secret_file = folder.Write("secret", "CANARY-SECRET-9e2f\n");

  const std::vector<std::string> faults = FaultsOfAnswers();
  std::vector<std::string> targets;
  for (const std::string_view auth : {"body", "basic"}) {
    for (std::size_t i = 0; i < faults.size(); ++i) {
      const std::string url = i == 0 ? faultless.url() : simulator.url(faults[i]);
      targets.push_back(
          "{name: " + std::string(auth) + "-" + std::to_string(i) + ", backend: kasm, url: '" +
          url + "', api_key: '${KASM_KEY}', api_key_secret_file: '" + secret_file +
          "', auth: " + std::string(auth) +
          ", http: {headers: {X-Gateway-Key: CANARY-HEADER-30d1}}, info_labels: [image_id, "
          "image_name, user_id, server_id, container_id, container_ip, port, persistent_profile]}");
    }
  }
  RunningExporter exporter(Yaml(targets, "labels: {user: hash, hash_key_file: '" + hash_key + "'}"),
                           {}, {{"KASM_KEY", "CANARY-KEY-71c0"}});

  const Exposition page = exporter.Scrape();
  // To be sure that the requests were taken.
  CHECK(page.Value("session_up", {{"target", "body-0"}}) == 1);
  CHECK(page.Value("session_up", {{"target", "basic-0"}}) == 1);
  CHECK(page.Series("session_up").size() == targets.size());

  CheckHoldsNoSecret("/metrics", exporter.Get("/metrics").body);
  CheckHoldsNoSecret("OpenMetrics",
                     exporter.Get("/metrics", {{"Accept", "application/openmetrics-text"}}).body);
  CheckHoldsNoSecret("/", exporter.Get("/").body);
  CheckHoldsNoSecret("/config", exporter.Get("/config").body);
  CheckHoldsNoSecret("/sd", exporter.Get("/sd").body);
  for (std::size_t i = 0; i < faults.size(); ++i) {
    const std::string path = "/probe?debug=true&target=basic-" + std::to_string(i);
    CheckHoldsNoSecret(path + " of " + faults[i], exporter.Get(path).body);
  }
  CheckHoldsNoSecret("/metrics/", exporter.Get("/metrics/").body);
  CheckHoldsNoSecret("log", exporter.LogText());
  CHECK(exporter.LogText().find("level=debug") != std::string::npos);
  CHECK(simulator.stats().honeypot_requests == 0);
}

TEST_CASE("a backend's own words are logged, but not when they repeat a secret",
          "[integration][secrets]") {
  SimulatorOptions options;
  options.kasm.api_key = "CANARY-KEY-71c0";
  options.kasm.api_key_secret = "CANARY-SECRET-9e2f";
  Simulator simulator(options);
  RunningExporter exporter(
      Yaml({"{name: kasm, backend: kasm, url: '" + simulator.url() +
            "', api_key: CANARY-KEY-71c0, api_key_secret: CANARY-SECRET-9e2f}"}));
  for (const std::string_view words :
       {"No such key CANARY-KEY-71c0", "wrong secret: CANARY-SECRET-9e2f!",
        "The licence expired"}) {
    simulator.SetFault("get_kasms", "error_message=" + std::string(words), 1);
    CHECK(exporter.Scrape().Value("session_collection_error", {{"reason", "backend"}}) == 1);
    CHECK(exporter.Scrape().Value("session_up") == 1);
  }
  CHECK(exporter.LogText().find("The licence expired") != std::string::npos);
  CheckHoldsNoSecret("log", exporter.LogText());
}

TEST_CASE("an expired deadline tells no secret either", "[integration][secrets]") {
  SimulatorOptions options;
  options.kasm.api_key = "CANARY-KEY-71c0";
  options.kasm.api_key_secret = "CANARY-SECRET-9e2f";
  Simulator simulator(options);
  std::vector<std::string> targets;
  for (const std::string_view fault : {"hang", "hang_body", "drip", "slow_headers"}) {
    targets.push_back("{name: " + std::string(fault) + ", backend: kasm, url: '" +
                      simulator.url(fault) +
                      "', api_key: CANARY-KEY-71c0, api_key_secret: CANARY-SECRET-9e2f}");
  }
  RunningExporter exporter(Yaml(targets));
  const Reply reply = exporter.Get("/metrics", {{"X-Prometheus-Scrape-Timeout-Seconds", "1"}});
  CHECK(ParsePage(reply).Sum("session_collection_error", {{"reason", "timeout"}}) == 4);
  CheckHoldsNoSecret("/metrics", reply.body);
  CheckHoldsNoSecret("log", exporter.LogText());
}

}  // namespace
}  // namespace session_exporter::test
