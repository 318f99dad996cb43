// Temporary credentials: STS, the metadata service and the containers' endpoints.
#include <string>
#include <vector>

#include <fmt/format.h>
#include <rapidjson/document.h>

#include "catch.h"
#include "simulator/aws_test_client.h"
#include "simulator/json_member.h"
#include "simulator/simulator.h"

namespace simulator {
namespace {

SimulatorOptions Frozen() {
  SimulatorOptions options;
  options.start_time = ParseTime("2026-03-01T12:00:00");
  options.speed = 0;
  return options;
}

std::string AssumeForm(const std::string& account, const std::string& more = {}) {
  return fmt::format(
      "Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A{}%3Arole%2Fteam%2FMonitoring&"
      "RoleSessionName=exporter{}",
      account, more);
}

AwsTestRequest WithKeyOf(const Answer& sts) {
  AwsTestRequest request;
  request.key_id = XmlText(sts.body, "AccessKeyId");
  request.secret = XmlText(sts.body, "SecretAccessKey");
  request.session_token = XmlText(sts.body, "SessionToken");
  return request;
}

AwsTestRequest WithKeyIn(const Answer& answer) {
  rapidjson::Document document;
  document.Parse(answer.body.data(), answer.body.size());
  REQUIRE_FALSE(document.HasParseError());
  AwsTestRequest request;
  request.key_id = TextMember(document, "AccessKeyId");
  request.secret = TextMember(document, "SecretAccessKey");
  request.session_token = TextMember(document, "Token");
  return request;
}

std::string Imds(const Simulator& simulator, const std::string& path, int* status = nullptr) {
  const Answer token = Ask(simulator.port(), "PUT", "/latest/api/token", "",
                           "X-aws-ec2-metadata-token-ttl-seconds: 21600\r\n");
  REQUIRE(token.status == 200);
  const Answer answer =
      Ask(simulator.port(), "GET", path, "", "X-aws-ec2-metadata-token: " + token.body + "\r\n");
  if (status != nullptr) *status = answer.status;
  return answer.body;
}

}  // namespace

TEST_CASE("an assumed role's key works, in the role's account", "[aws]") {
  const Simulator simulator(Frozen());
  const Answer sts = AskSts(simulator.port(), AssumeForm("111122223333"));
  INFO(sts.body);
  REQUIRE(sts.status == 200);
  CHECK(XmlText(sts.body, "Arn") == "arn:aws:sts::111122223333:assumed-role/Monitoring/exporter");
  const AwsTestRequest with = WithKeyOf(sts);
  CHECK(AskAws(simulator.port(), with).status == 200);
  CHECK(simulator.CountRequests("DescribeSessions/111122223333/us-east-1") == 1);
  CHECK(simulator.CountRequests("/sts.AssumeRole/111122223333") == 1);
  CHECK(AskAws(simulator.port(), with).body.find("::111122223333:") != std::string::npos);

  AwsTestRequest unsigned_token = with;
  unsigned_token.sign_token = false;
  CHECK(AskAws(simulator.port(), unsigned_token)
            .body.find("'x-amz-security-token' must be a 'SignedHeader'") != std::string::npos);
  AwsTestRequest without = with;
  without.session_token.clear();
  CHECK(AskAws(simulator.port(), without).body.find("UnrecognizedClientException") !=
        std::string::npos);
  AwsTestRequest other = with;
  other.session_token =
      WithKeyOf(AskSts(simulator.port(), AssumeForm("444455556666"))).session_token;
  CHECK(AskAws(simulator.port(), other).body.find("UnrecognizedClientException") !=
        std::string::npos);
  const Answer identity = AskSts(simulator.port(), "Action=GetCallerIdentity", with);
  CHECK(XmlText(identity.body, "Account") == "111122223333");
}

TEST_CASE("STS refuses with its own codes, as XML", "[aws]") {
  SimulatorOptions options = Frozen();
  options.aws.external_id = "a&b";
  const Simulator simulator(options);
  struct Row {
    const char* what;
    std::string form;
    AwsTestRequest request;
    int status;
    std::string code;
  };
  const std::string right = AssumeForm("111122223333", "&ExternalId=a%26b");
  const std::string web = AssumeForm("111122223333");
  const std::vector<Row> rows{
      {"the right external id is no name that IAM allows", right, {}, 400, "ValidationError"},
      {"no external id", web, {}, 403, "AccessDenied"},
      {"another account", AssumeForm("999999999999", "&ExternalId=ab"), {}, 403, "AccessDenied"},
      {"no role", "Action=AssumeRole&RoleSessionName=exporter", {}, 400, "ValidationError"},
      {"no session name",
       "Action=AssumeRole&RoleArn=arn:aws:iam::111122223333:role/x",
       {},
       400,
       "ValidationError"},
      {"too short", AssumeForm("111122223333", "&DurationSeconds=899"), {}, 400, "ValidationError"},
      {"an unknown action", "Action=GetFederationToken", {}, 400, "InvalidAction"},
      {"a wrong secret", web, {.secret = "x"}, 403, "SignatureDoesNotMatch"},
      {"an unknown key", web, {.key_id = "AKIDNONE"}, 403, "InvalidClientTokenId"},
      {"no signature", web, {.authorization = ""}, 403, "MissingAuthenticationToken"},
      {"half a signature",
       web,
       {.authorization = "AWS4-HMAC-SHA256 x"},
       400,
       "IncompleteSignature"},
      {"an old signature",
       web,
       {.time = ParseTime("2020-01-01T00:00:00")},
       403,
       "SignatureDoesNotMatch"},
      {"by fault",
       web,
       {.path = "/fault/sts_error=RegionDisabledException,aws_status=403/"},
       403,
       "RegionDisabledException"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const Answer answer = AskSts(simulator.port(), row.form, row.request);
    INFO(answer.body);
    CHECK(answer.status == row.status);
    CHECK(answer.head.find("Content-Type: text/xml") != std::string::npos);
    CHECK(XmlText(answer.body, "Code") == row.code);
    CHECK_FALSE(XmlText(answer.body, "Message").empty());
  }
}

TEST_CASE("an external id is checked where one is set", "[aws]") {
  SimulatorOptions options = Frozen();
  options.aws.external_id = "customer:1";
  const Simulator simulator(options);
  CHECK(AskSts(simulator.port(), AssumeForm("111122223333", "&ExternalId=customer%3A1")).status ==
        200);
  CHECK(AskSts(simulator.port(), AssumeForm("111122223333", "&ExternalId=customer%3A2")).status ==
        403);
}

TEST_CASE("temporary keys expire", "[aws]") {
  SimulatorOptions options = Frozen();
  options.aws.simulated_clock = true;
  options.aws.credentials_lifetime = std::chrono::seconds(60);
  Simulator simulator(options);
  const Answer sts =
      AskSts(simulator.port(), AssumeForm("111122223333"), {.time = simulator.now()});
  CHECK(XmlText(sts.body, "Expiration") == "2026-03-01T12:01:00Z");
  AwsTestRequest with = WithKeyOf(sts);
  with.time = simulator.now();
  CHECK(AskAws(simulator.port(), with).status == 200);
  simulator.AdvanceClock(std::chrono::seconds(60));
  with.time = simulator.now();
  CHECK(AskAws(simulator.port(), with).body.find("ExpiredTokenException") != std::string::npos);
  const Answer chained = AskSts(simulator.port(), AssumeForm("444455556666"), with);
  CHECK(chained.status == 403);
  CHECK(XmlText(chained.body, "Code") == "ExpiredToken");
}

TEST_CASE("a role assumed by a role has an hour at most", "[aws]") {
  const Simulator simulator(Frozen());
  const std::string two_hours = AssumeForm("444455556666", "&DurationSeconds=7200");
  const Answer first = AskSts(simulator.port(), two_hours);
  CHECK(first.status == 200);
  const Answer chained = AskSts(simulator.port(), two_hours, WithKeyOf(first));
  CHECK(chained.status == 400);
  CHECK(XmlText(chained.body, "Message").find("role chaining") != std::string::npos);
}

TEST_CASE("a web identity is exchanged without a signature", "[aws]") {
  const Simulator simulator(Frozen());
  const AwsTestRequest unsigned_request{.authorization = ""};
  const std::string form =
      "Action=AssumeRoleWithWebIdentity&RoleArn=arn:aws:iam::444455556666:role/pod&"
      "RoleSessionName=exporter&WebIdentityToken=";
  const Answer sts =
      AskSts(simulator.port(), form + "CANARY-AWS-WEB-IDENTITY-TOKEN", unsigned_request);
  REQUIRE(sts.status == 200);
  CHECK(sts.body.find("<AssumeRoleWithWebIdentityResult>") != std::string::npos);
  CHECK(AskAws(simulator.port(), WithKeyOf(sts)).status == 200);
  const Answer wrong = AskSts(simulator.port(), form + "x", unsigned_request);
  CHECK(wrong.status == 400);
  CHECK(XmlText(wrong.body, "Code") == "InvalidIdentityToken");
}

TEST_CASE("the metadata service wants its token and gives the role's key", "[aws]") {
  Simulator simulator(Frozen());
  const std::string base = "/latest/meta-data/iam/security-credentials/";
  CHECK(Ask(simulator.port(), "GET", base).status == 401);
  CHECK(Ask(simulator.port(), "GET", base, "", "X-aws-ec2-metadata-token: x\r\n").status == 401);
  CHECK(Ask(simulator.port(), "PUT", "/latest/api/token").status == 400);
  CHECK(Ask(simulator.port(), "PUT", "/latest/api/token", "",
            "X-aws-ec2-metadata-token-ttl-seconds: 21601\r\n")
            .status == 400);
  CHECK(Ask(simulator.port(), "PUT", "/latest/api/token", "",
            "X-aws-ec2-metadata-token-ttl-seconds: 60\r\nX-Forwarded-For: 10.0.0.1\r\n")
            .status == 403);
  CHECK(Imds(simulator, base) == "exporter-instance");
  CHECK(Imds(simulator, "/latest/meta-data/placement/region") == "us-east-1");
  int status = 0;
  Imds(simulator, base + "another", &status);
  CHECK(status == 404);
  Answer credentials;
  credentials.body = Imds(simulator, base + "exporter-instance");
  CHECK(credentials.body.find("\"Code\": \"Success\"") != std::string::npos);
  CHECK(AskAws(simulator.port(), WithKeyIn(credentials)).status == 200);
  CHECK(Imds(simulator, base + "exporter-instance").find(WithKeyIn(credentials).key_id) !=
        std::string::npos);

  CHECK(Ask(simulator.port(), "PUT", "/fault/imds_off/latest/api/token").status == 403);
  simulator.SetFault("security-credentials/exporter-instance", "imds_code=Failed", 1);
  CHECK(Imds(simulator, base + "exporter-instance").find("\"Code\": \"Failed\"") !=
        std::string::npos);
  simulator.SetFault("security-credentials/exporter-instance", "stale_credentials", 1);
  credentials.body = Imds(simulator, base + "exporter-instance");
  CHECK(AskAws(simulator.port(), WithKeyIn(credentials)).status == 200);
}

TEST_CASE("containers get keys, EKS's for the right token only", "[aws]") {
  const Simulator simulator(Frozen());
  const Answer ecs =
      Ask(simulator.port(), "GET", "/v2/credentials/0f0e1d2c-0000-4000-8000-123456789abc");
  REQUIRE(ecs.status == 200);
  CHECK(ecs.head.find("Content-Type: application/json") != std::string::npos);
  CHECK(AskAws(simulator.port(), WithKeyIn(ecs)).status == 200);
  const Answer eks = Ask(simulator.port(), "GET", "/v1/credentials", "",
                         "Authorization: CANARY-AWS-CONTAINER-TOKEN\r\n");
  REQUIRE(eks.status == 200);
  CHECK(AskAws(simulator.port(), WithKeyIn(eks)).status == 200);
  CHECK(Ask(simulator.port(), "GET", "/v1/credentials").status == 400);
  CHECK(Ask(simulator.port(), "GET", "/v1/credentials", "", "Authorization: x\r\n").status == 401);
}

TEST_CASE("the honeypot knows AWS's secrets", "[aws]") {
  const Simulator simulator(Frozen());
  const Answer sts = AskSts(simulator.port(), AssumeForm("111122223333"));
  const std::vector<std::string> secrets{
      "CANARY-AWS-SECRET/K7MDENG+bPxRfiCYEXAMPLEKEY", "CANARY-AWS-CONTAINER-TOKEN",
      "CANARY-AWS-WEB-IDENTITY-TOKEN", XmlText(sts.body, "SecretAccessKey"),
      XmlText(sts.body, "SessionToken")};
  for (const std::string& secret : secrets) {
    Ask(simulator.port(), "GET", "/simulator/honeypot", "", "X-Test: " + secret + "\r\n");
  }
  CHECK(simulator.stats().honeypot_requests == secrets.size());
  CHECK(simulator.stats().honeypot_secrets == secrets.size());
}

}  // namespace simulator
