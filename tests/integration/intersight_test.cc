// Intersight over real HTTP: what the simulator's own faults do to a target, and what is sent.
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "catch.h"
#include "integration/running_exporter.h"
#include "integration/still_simulator.h"

namespace session_exporter::test {
namespace {

constexpr std::string_view kV2 =
    "api_key_id: 5f0000000000000000000001/5f0000000000000000000002/5f0000000000000000000003, "
    "secret_key_file: '" SESSION_EXPORTER_FIXTURES "/intersight/v2_rsa.pem'";
constexpr std::string_view kV3 =
    "api_key_id: 5f0000000000000000000001/5f0000000000000000000002/5f0000000000000000000004, "
    "secret_key_file: '" SESSION_EXPORTER_FIXTURES "/intersight/v3_ec_mislabelled.pem'";
constexpr std::string_view kOAuth2 =
    "oauth2: {client_id: demo-client, client_secret: demo-client-secret}";

std::string Target(const std::string& name, const std::string& url, std::string_view credentials,
                   std::string_view further = {}) {
  return "{name: " + name + ", backend: intersight, url: '" + url + "', " +
         std::string(credentials) + (further.empty() ? "" : ", ") + std::string(further) + "}";
}

TEST_CASE("each way to authorise lists every session", "[intersight]") {
  StillSimulator simulator;
  RunningExporter exporter(
      Yaml({Target("v2", simulator.url(), kV2), Target("v3", simulator.url(), kV3),
            Target("oauth2", simulator.url(), kOAuth2)}));
  const Exposition page = exporter.Scrape();
  const auto sessions = simulator.sessions().size();
  for (const std::string target : {"v2", "v3", "oauth2"}) {
    INFO(target);
    CHECK(page.Value("session_up", {{"target", target}}) == 1);
    CHECK(page.Series("session_info", {{"target", target}}).size() == sessions);
    CHECK(page.Value("session_limit_sessions", {{"target", target}, {"scope", "account"}}) == 128);
    CHECK(page.Value("session_limit_sessions", {{"target", target}, {"scope", "user"}}) == 32);
    CHECK(page.Value("session_idle_timeout_seconds", {{"target", target}}) == 1800);
    CHECK(page.Value("session_lifetime_seconds", {{"target", target}}) == 57600);
    CHECK_FALSE(page.Series("session_keepalive_age_seconds", {{"target", target}}).empty());
    // Two requests, and the token's where there is one.
    CHECK(page.Value("session_collection_requests", {{"target", target}}) ==
          (target == "oauth2" ? 3 : 2));
  }
}

TEST_CASE("the session's token is never asked for", "[intersight]") {
  StillSimulator simulator;
  RunningExporter exporter(Yaml({Target("i", simulator.url(), kV2, "page_size: 5"),
                                 Target("old", simulator.url("no_login_type"), kOAuth2)}));
  CHECK(exporter.Scrape().Sum("session_up") == 2);
  int lists = 0;
  for (const simulator::Request& request : simulator.requests()) {
    CHECK(request.method != "DELETE");
    if (request.path.find("iam/Sessions") == std::string::npos) continue;
    ++lists;
    CHECK(request.target.find("select=") != std::string::npos);
    CHECK(request.target.find("SessionId") == std::string::npos);
  }
  CHECK(lists > 5);
}

struct FaultCase {
  std::string_view fault;
  std::string_view reason;  // empty: up, with every session
  std::string_view further = {};
};

TEST_CASE("what Intersight does in its own way has the effect that it should", "[intersight]") {
  const std::vector<FaultCase> cases = {
      {"no_login_type", ""},
      {"limits_permission", ""},
      {"limits_status=404", ""},
      {"limits_status=500", "http"},
      {"limits_status=429", "rate_limited"},
      {"limits_fault=list=null", "protocol"},
      {"limits_fault=wrong_types=all", ""},
      {"limits_fault=html", "", "session_limits: false"},
      {"count_missing", ""},
      {"count_missing", "", "page_size: 7"},
      {"count_wrong", "protocol"},
      {"count_wrong=3", ""},
      {"clamp_top=3", ""},
      {"clamp_top=3,count_missing", ""},
      {"shuffle", "", "page_size: 5"},
      {"token_error", "auth"},
      {"token_error=invalid_request", "http"},
      {"token_missing", "protocol"},
      {"token_expires_in", ""},
      {"token_expires_in=0", "auth"},
      {"token_revoked", "auth"},
      {"", "", "filter: \"Moid ne 'x' and CreateTime gt 2000-01-01T00:00:00Z\""},
      {"", "http", "filter: \"Status eq\""},
  };
  StillSimulator simulator;
  const auto sessions = simulator.sessions().size();
  for (const FaultCase& example : cases) {
    INFO(example.fault << " " << example.further);
    RunningExporter exporter(
        Yaml({Target("i", simulator.url(example.fault), kOAuth2, example.further)}));
    const Exposition page = exporter.Scrape();
    CHECK(page.Value("session_up") == (example.reason.empty() ? 1 : 0));
    if (example.reason.empty()) {
      // A page that the server cuts short looks like the last where nobody counts.
      const bool uncounted = example.fault == "clamp_top=3,count_missing";
      CHECK(page.Series("session_info").size() == (uncounted ? 3 : sessions));
    } else {
      const std::string reason(example.reason);
      CHECK(page.Value("session_collection_error", {{"reason", reason}}) == 1);
    }
  }
}

TEST_CASE("a filter narrows the list", "[intersight]") {
  StillSimulator simulator;
  RunningExporter exporter(Yaml({
      Target("all", simulator.url(), kV2),
      Target("ended", simulator.url(), kV2, "filter: \"Status ne 'Active'\""),
  }));
  const Exposition page = exporter.Scrape();
  const double ended =
      page.Value("session_sessions", {{"target", "all"}, {"status", "Ended"}}).value_or(-1) +
      page.Value("session_sessions", {{"target", "all"}, {"status", "Terminated"}}).value_or(-1);
  CHECK(ended > 0);
  CHECK(page.Sum("session_sessions", {{"target", "ended"}}) == ended);
}

TEST_CASE("however many targets ask, a token is fetched once", "[intersight]") {
  StillSimulator simulator;
  std::vector<std::string> targets;
  for (int i = 0; i < 12; ++i) {
    targets.push_back(Target("t" + std::to_string(i), simulator.url(), kOAuth2));
  }
  RunningExporter exporter(Yaml(targets));
  CHECK(exporter.Scrape().Sum("session_up") == 12);
  CHECK(exporter.Scrape().Sum("session_up") == 12);
  CHECK(simulator.CountRequests("/iam/token") == 1);
}

TEST_CASE("a clock that is a day off is named as the cause", "[intersight]") {
  StillSimulator simulator;
  RunningExporter exporter(Yaml({Target("i", simulator.url("skew=86400"), kV2)}));
  const Exposition page = exporter.Scrape();
  CHECK(page.Value("session_collection_error", {{"reason", "auth"}}) == 1);
  CHECK(exporter.LogText().find("(this host's clock is 86") != std::string::npos);
}

TEST_CASE("a key file that goes bad fails its target alone", "[intersight]") {
  StillSimulator simulator;
  const TemporaryFolder folder;
  std::ifstream pem(SESSION_EXPORTER_FIXTURES "/intersight/v2_rsa.pem");
  const std::string key =
      folder.Write("key.pem", std::string(std::istreambuf_iterator<char>(pem), {}));
  RunningExporter exporter(Yaml({
      Target("i", simulator.url(),
             "api_key_id: 5f0000000000000000000001/5f0000000000000000000002/"
             "5f0000000000000000000003, secret_key_file: " +
                 key),
      Target("other", simulator.url(), kOAuth2),
  }));
  CHECK(exporter.Scrape().Sum("session_up") == 2);
  static_cast<void>(folder.Write("key.pem", "CANARY-NOT-A-KEY"));
  const Exposition page = exporter.Scrape();
  CHECK(page.Value("session_collection_error", {{"target", "i"}, {"reason", "config"}}) == 1);
  CHECK(page.Value("session_up", {{"target", "other"}}) == 1);
  CHECK(exporter.LogText().find("CANARY") == std::string::npos);
}

}  // namespace
}  // namespace session_exporter::test
