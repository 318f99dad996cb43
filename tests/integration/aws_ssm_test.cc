// AWS SSM over real HTTP: many accounts and regions, every way to credentials, and what AWS does in
// its own way.
#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "catch.h"
#include "integration/running_exporter.h"
#include "integration/still_simulator.h"

namespace session_exporter::test {
namespace {

using Variables = RunningExporter::Variables;

Variables Keys(const simulator::Simulator& simulator) {
  return {{"AWS_ACCESS_KEY_ID", "AKIDCANARYEXAMPLE0001"},
          {"AWS_SECRET_ACCESS_KEY", "CANARY-AWS-SECRET/K7MDENG+bPxRfiCYEXAMPLEKEY"},
          {"AWS_ENDPOINT_URL_STS", simulator.url()},
          {"AWS_CONFIG_FILE", "/nonexistent"},
          {"AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"}};
}

// Without keys of its own.
Variables NoKeys(const simulator::Simulator& simulator) {
  Variables variables = Keys(simulator);
  variables.erase("AWS_ACCESS_KEY_ID");
  variables.erase("AWS_SECRET_ACCESS_KEY");
  return variables;
}

std::string Target(const std::string& name, const std::string& url,
                   std::string_view further = "regions: [us-east-1]") {
  return "{name: " + name + ", backend: aws_ssm, endpoint_url: '" + url + "', " +
         std::string(further) + "}";
}

constexpr std::string_view kTwoRoles =
    "assume_roles: [{role_arn: 'arn:aws:iam::111122223333:role/Reader', name: one}, "
    "{role_arn: 'arn:aws:iam::444455556666:role/Reader', name: two}]";

TEST_CASE("the account's sessions are listed whole", "[aws_ssm]") {
  StillSimulator simulator;
  RunningExporter exporter(
      Yaml({Target("aws", simulator.url(),
                   "regions: [us-east-1], page_size: 7, account_id: '123456789012'")}),
      {}, Keys(simulator));
  const Exposition page = exporter.Scrape();
  CHECK(page.Value("session_up") == 1);
  CHECK(page.Series("session_info").size() == simulator.sessions().size());
  CHECK(page.Value("session_target_info", {{"aws_account_id", "123456789012"},
                                           {"aws_region", "us-east-1"},
                                           {"endpoint", simulator.url()}}) == 1);
  CHECK(page.Series("session_history_sessions").empty());
  CHECK(page.Value("session_sessions", {{"state", "idle"}, {"status", "Disconnected"}}) > 0);
}

TEST_CASE("roles and regions are collected, failing and timed by themselves", "[aws_ssm]") {
  StillSimulator simulator;
  simulator.SetFault("DescribeSessions/444455556666/eu-west-1", "hang");
  simulator.SetFault("DescribeSessions/111122223333/us-west-2", "permission");
  RunningExporter exporter(
      Yaml({Target("aws", simulator.url(),
                   "timeout: 500ms, regions: [eu-west-1, us-west-2], " + std::string(kTwoRoles))}),
      {}, Keys(simulator));
  const Exposition page = exporter.Scrape();
  CHECK(page.Value("session_up", {{"target", "aws/one/eu-west-1"}}) == 1);
  CHECK(page.Value("session_up", {{"target", "aws/two/us-west-2"}}) == 1);
  CHECK(page.Value("session_collection_error",
                   {{"target", "aws/two/eu-west-1"}, {"reason", "timeout"}}) == 1);
  CHECK(page.Value("session_collection_error",
                   {{"target", "aws/one/us-west-2"}, {"reason", "permission"}}) == 1);
  CHECK(page.Value("session_target_info",
                   {{"target", "aws/one/eu-west-1"}, {"aws_account_id", "111122223333"}}) == 1);
  // A role is assumed once for all of its regions, and kept.
  static_cast<void>(exporter.Scrape());
  CHECK(simulator.CountRequests("sts.AssumeRole/111122223333") == 1);
  CHECK(simulator.CountRequests("sts.AssumeRole/444455556666") == 1);
}

TEST_CASE("credentials are found where the SDKs find them", "[aws_ssm]") {
  StillSimulator simulator;
  const TemporaryFolder folder;
  Variables variables = NoKeys(simulator);
  SECTION("a profile of the shared files") {
    variables["AWS_SHARED_CREDENTIALS_FILE"] =
        folder.Write("credentials",
                     "[reader]\naws_access_key_id = AKIDCANARYEXAMPLE0001\n"
                     "aws_secret_access_key = CANARY-AWS-SECRET/K7MDENG+bPxRfiCYEXAMPLEKEY\n");
    variables["AWS_PROFILE"] = "reader";
  }
  SECTION("a role of a profile") {
    variables["AWS_CONFIG_FILE"] =
        folder.Write("config",
                     "[profile base]\naws_access_key_id = AKIDCANARYEXAMPLE0001\n"
                     "aws_secret_access_key = CANARY-AWS-SECRET/K7MDENG+bPxRfiCYEXAMPLEKEY\n"
                     "[profile reader]\nrole_arn = arn:aws:iam::123456789012:role/Reader\n"
                     "source_profile = base\n");
    variables["AWS_PROFILE"] = "reader";
  }
  SECTION("a program") {
    variables["AWS_CONFIG_FILE"] =
        folder.Write("config",
                     "[default]\ncredential_process = /bin/echo '{\"Version\": 1, "
                     "\"AccessKeyId\": \"AKIDCANARYEXAMPLE0001\", "
                     "\"SecretAccessKey\": \"CANARY-AWS-SECRET/K7MDENG+bPxRfiCYEXAMPLEKEY\"}'\n");
  }
  SECTION("a token of the cluster") {
    variables["AWS_WEB_IDENTITY_TOKEN_FILE"] =
        folder.Write("token", "CANARY-AWS-WEB-IDENTITY-TOKEN");
    variables["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/Reader";
  }
  SECTION("the container's agent") {
    variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = simulator.url() + "/v1/credentials";
    variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] =
        folder.Write("token", "CANARY-AWS-CONTAINER-TOKEN");
  }
  SECTION("the instance") { variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = simulator.url(); }
  RunningExporter exporter(Yaml({Target("aws", simulator.url())}), {}, variables);
  const Exposition page = exporter.Scrape();
  INFO(exporter.LogText());
  CHECK(page.Value("session_up") == 1);
  CHECK(page.Series("session_info").size() == simulator.sessions().size());
  CHECK(exporter.LogText().find("CANARY-AWS") == std::string::npos);
}

TEST_CASE("no credentials at all is auth at once", "[aws_ssm]") {
  StillSimulator simulator;
  Variables variables = NoKeys(simulator);
  variables["AWS_EC2_METADATA_DISABLED"] = "true";
  RunningExporter exporter(Yaml({Target("aws", simulator.url())}), {}, variables);
  const auto start = std::chrono::steady_clock::now();
  CHECK(exporter.Scrape().Value("session_collection_error", {{"reason", "auth"}}) == 1);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
  CHECK(simulator.CountRequests("DescribeSessions") == 0);
}

struct FaultCase {
  std::string_view fault;
  std::string_view reason;  // empty: up, with every session
};

TEST_CASE("what AWS does in its own way has the effect that it should", "[aws_ssm]") {
  const std::vector<FaultCase> cases = {
      {"throttle", "rate_limited"},
      {"aws_error=InternalServerError,aws_status=500", "http"},
      {"aws_error=AccessDeniedException,aws_status=403", "permission"},
      {"aws_error=AccessDeniedException,error_namespaced", "permission"},
      {"aws_error=UnrecognizedClientException,error_in=header", "auth"},
      {"expired_token", "auth"},
      {"repeat_token", "protocol"},
      {"empty_pages", ""},
      {"empty_pages=5", ""},
      {"endless_pages", "limit"},
      {"skew=1200", ""},  // our clock is twenty minutes behind, and corrected
      {"skew=-86400", ""},
  };
  StillSimulator simulator;
  const auto sessions = simulator.sessions().size();
  for (const FaultCase& example : cases) {
    INFO(example.fault);
    RunningExporter exporter(
        Yaml({Target("aws", simulator.url(example.fault),
                     "regions: [us-east-1], page_size: 20, max_pages: 30, max_sessions: 100000")}),
        {}, Keys(simulator));
    const Exposition page = exporter.Scrape();
    INFO(exporter.LogText());
    CHECK(page.Value("session_up") == (example.reason.empty() ? 1 : 0));
    if (example.reason.empty()) {
      // On another clock, others have come and gone.
      const auto listed = page.Series("session_info").size();
      CHECK((example.fault.starts_with("skew") ? listed > 0 : listed == sessions));
    } else {
      const std::string reason(example.reason);
      CHECK(page.Value("session_collection_error", {{"reason", reason}}) == 1);
      if (!example.fault.ends_with("pages") && !example.fault.starts_with("repeat")) {
        CHECK(page.Value("session_exporter_api_request_failures_total", {{"reason", reason}}) > 0);
      }
    }
    // A refused signature's message repeats the request.
    CHECK(exporter.LogText().find("CANARY") == std::string::npos);
  }
}

TEST_CASE("a failure that passes is not seen", "[aws_ssm]") {
  StillSimulator simulator;
  simulator.SetFault("DescribeSessions", "throttle", 1);
  simulator.SetFault("DescribeSessions", "aws_error=InternalServerError,aws_status=500", 1);
  RunningExporter exporter(Yaml({Target("aws", simulator.url())}), {}, Keys(simulator));
  const Exposition page = exporter.Scrape();
  CHECK(page.Value("session_up") == 1);
  CHECK(page.Value("session_collection_requests") >= 2);
}

TEST_CASE("a failing history leaves the target up and its series out", "[aws_ssm]") {
  StillSimulator simulator;
  constexpr std::string_view kHistory = "regions: [us-east-1], history: {enabled: true}";
  RunningExporter well(Yaml({Target("aws", simulator.url(), kHistory)}), {}, Keys(simulator));
  const Exposition page = well.Scrape();
  CHECK(page.Value("session_up") == 1);
  CHECK(page.Value("session_history_sessions", {{"status", "Terminated"}}) > 0);
  CHECK(page.Value("session_history_mean_duration_seconds") > 0);
  CHECK(page.Value("session_history_max_duration_seconds") > 0);
}

TEST_CASE("who is not to be seen is not seen in the session's id or owner", "[aws_ssm]") {
  StillSimulator simulator;
  const std::string policy = GENERATE("hash", "drop");
  RunningExporter exporter(
      Yaml({Target("aws", simulator.url(), "regions: [us-east-1], info_labels: [owner]")},
           "labels: {user: " + policy + "}"),
      {}, Keys(simulator));
  const std::string page = exporter.Get("/metrics").body;
  CHECK(page.find("session_info{") != std::string::npos);
  for (const simulator::Person& person : simulator.population().people()) {
    CAPTURE(person.name);
    CHECK(page.find(person.name) == std::string::npos);
  }
}

}  // namespace
}  // namespace session_exporter::test
