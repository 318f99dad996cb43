// Pages, refusals and what is tried again.
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "auth/aws_sts.h"
#include "catch.h"
#include "unit/backends/aws_ssm_setup.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;
using test::AwsAnswerOf;
using test::AwsErrorAnswer;
using test::AwsSsmSetup;
using test::kSsmArrival;
using test::SessionRows;
using test::SessionsPage;

std::string Header(const SentRequest& sent, std::string_view name) {
  for (const auto& [header, value] : sent.request.headers) {
    if (header == name) return std::string(value.Reveal());
  }
  return {};
}

TEST_CASE("each request is signed for the target's region", "[aws_ssm]") {
  AwsSsmSetup setup;
  setup.Answer(SessionsPage(SessionRows("a", 2)));
  REQUIRE(setup.List());
  REQUIRE(setup.http.sent().size() == 1);
  const SentRequest& sent = setup.http.sent()[0];
  CHECK(sent.operation == "describe_sessions");
  CHECK(Header(sent, "Authorization")
            .starts_with("AWS4-HMAC-SHA256 "
                         "Credential=AKIDTEST/20260820/eu-west-1/ssm/aws4_request, "
                         "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;"
                         "x-amz-target, Signature="));
  CHECK(Header(sent, "X-Amz-Date") == "20260820T091000Z");
  CHECK(Header(sent, "X-Amz-Security-Token") == "CANARY-AWS-TOKEN");
}

TEST_CASE("pages are read until there is no token, empty ones included", "[aws_ssm]") {
  AwsSsmSetup setup;
  setup.config->page_size = 50;
  setup.Answer(SessionsPage(SessionRows("a", 2), "t1"));
  setup.Answer(SessionsPage("", "t2"));
  setup.Answer(SessionsPage(SessionRows("b", 1), "t3"));
  setup.Answer(R"({"Sessions":[],"NextToken":null})");
  const auto snapshot = setup.List();
  REQUIRE(snapshot);
  CHECK(snapshot->sessions.size() == 3);
  CHECK(setup.SentBodies() ==
        std::vector<std::string>{R"({"State":"Active","MaxResults":50})",
                                 R"({"State":"Active","MaxResults":50,"NextToken":"t1"})",
                                 R"({"State":"Active","MaxResults":50,"NextToken":"t2"})",
                                 R"({"State":"Active","MaxResults":50,"NextToken":"t3"})"});
}

TEST_CASE("an empty token is the end as well", "[aws_ssm]") {
  AwsSsmSetup setup;
  setup.Answer(R"({"NextToken":"","Sessions":[]})");
  REQUIRE(setup.List());
  CHECK(setup.http.sent().size() == 1);
}

TEST_CASE("no more pages of SSM are read than max_sessions needs", "[aws_ssm]") {
  AwsSsmSetup setup;
  setup.target.max_sessions = 3;
  setup.Answer(SessionsPage(SessionRows("a", 2), "t1"));
  setup.Answer(SessionsPage(SessionRows("b", 2), "t2"));
  const auto snapshot = setup.List();
  REQUIRE(snapshot);
  CHECK(snapshot->sessions.size() == 3);
  CHECK(snapshot->truncated);
  CHECK(setup.http.sent().size() == 2);
}

struct BrokenCase {
  std::vector<std::string> answers;
  ErrorKind kind;
  std::string_view message;
};

TEST_CASE("a list of SSM that is not whole is an error, not half a list", "[aws_ssm]") {
  const auto& c = GENERATE(values<BrokenCase>({
      {{SessionsPage("", "t"), SessionsPage("", "t")}, ErrorKind::kProtocol, "token came twice"},
      {{SessionsPage("", "t"), SessionsPage("", "u"), SessionsPage("", "t")},
       ErrorKind::kProtocol,
       "token came twice"},
      {{SessionsPage("", "1"), SessionsPage("", "2"), SessionsPage("", "3"), SessionsPage("", "4")},
       ErrorKind::kLimit,
       "max_pages (4)"},
      {{R"({"Sessions":[],"NextToken":7})"}, ErrorKind::kProtocol, "NextToken"},
      {{R"({"Sessions":null})"}, ErrorKind::kProtocol, "another type"},
      {{R"({"NextToken":"t"})"}, ErrorKind::kProtocol, "no list \"Sessions\""},
      {{SessionsPage(SessionRows("a", 1), "t"), "{\"Sessions\":[{"}, ErrorKind::kProtocol, "cut"},
      {{"<html>"}, ErrorKind::kProtocol, ""},
      {{""}, ErrorKind::kProtocol, "empty"},
  }));
  AwsSsmSetup setup;
  setup.target.max_pages = 4;
  for (const std::string& answer : c.answers) setup.Answer(answer);
  const auto snapshot = setup.List();
  REQUIRE(!snapshot);
  CAPTURE(snapshot.error().message());
  CHECK(snapshot.error().kind() == c.kind);
  CHECK(snapshot.error().message().starts_with("describe sessions: "));
  CHECK(snapshot.error().message().find(c.message) != std::string::npos);
}

struct RefusalCase {
  std::string_view code;
  int status;
  ErrorKind kind;
  std::size_t requests;
};

TEST_CASE("a refusal is judged by its code, and tried again where that can help", "[aws_ssm]") {
  const auto& c = GENERATE(values<RefusalCase>({
      {"AccessDeniedException", 400, ErrorKind::kPermission, 1},
      {"AccessDeniedException", 403, ErrorKind::kPermission, 1},
      {"UnrecognizedClientException", 400, ErrorKind::kAuth, 1},
      {"InvalidFilterKey", 400, ErrorKind::kHttp, 1},
      {"ValidationException", 400, ErrorKind::kHttp, 1},
      {"com.amazonaws.ssm#AccessDeniedException", 400, ErrorKind::kPermission, 1},
      {"InternalServerError", 500, ErrorKind::kHttp, 3},
      {"ServiceUnavailable", 503, ErrorKind::kHttp, 3},
  }));
  CAPTURE(c.code, c.status);
  AwsSsmSetup setup;
  for (int i = 0; i < 5; ++i) setup.Answer(AwsErrorAnswer(c.code, c.status));
  const auto snapshot = setup.List();
  REQUIRE(!snapshot);
  CHECK(snapshot.error().kind() == c.kind);
  CHECK(snapshot.error().message().find("CANARY") == std::string::npos);
  CHECK(setup.http.sent().size() == c.requests);
  CHECK(setup.http.judged() == std::vector<ErrorKind>(c.requests, c.kind));
}

TEST_CASE("a missing permission names the one that is needed", "[aws_ssm]") {
  AwsSsmSetup setup;
  setup.Answer(AwsErrorAnswer("AccessDeniedException"));
  CHECK(setup.List().error().message() ==
        "describe sessions: HTTP 400 AccessDeniedException; the policy must allow "
        "ssm:DescribeSessions on Resource \"*\"");
}

TEST_CASE("a failure that passes costs a request and no more", "[aws_ssm]") {
  AwsSsmSetup setup;
  FakeAnswer broken = AwsAnswerOf("");
  broken.head_error = Error(ErrorKind::kConnect, "reset");
  setup.Answer(broken);
  setup.Answer(AwsErrorAnswer("InternalServerError", 500));
  setup.Answer(SessionsPage(SessionRows("a", 1)));
  const auto snapshot = setup.List();
  REQUIRE(snapshot);
  CHECK(snapshot->sessions.size() == 1);
  CHECK(setup.http.sent().size() == 3);
}

TEST_CASE("there is no waiting past the deadline", "[aws_ssm]") {
  AwsSsmSetup setup;
  setup.time_left = 60ms;
  FakeAnswer throttled = AwsErrorAnswer("ThrottlingException");
  throttled.head.headers["x-amz-retry-after"] = "4000";
  for (int i = 0; i < 3; ++i) setup.Answer(throttled);
  const auto start = std::chrono::steady_clock::now();
  CHECK(setup.List().error().kind() == ErrorKind::kRateLimited);
  CHECK(setup.http.sent().size() == 1);
  CHECK(std::chrono::steady_clock::now() - start < 2s);
}

TEST_CASE("the program's end cuts a retry's wait short", "[aws_ssm]") {
  AwsSsmSetup setup;
  FakeAnswer throttled = AwsErrorAnswer("ThrottlingException");
  throttled.head.headers["x-amz-retry-after"] = "30000";
  setup.Answer(throttled);
  std::jthread ending([&] {
    std::this_thread::sleep_for(30ms);
    setup.stop.request_stop();
  });
  const auto start = std::chrono::steady_clock::now();
  CHECK(setup.List().error().kind() == ErrorKind::kRateLimited);
  CHECK(std::chrono::steady_clock::now() - start < 4s);
}

TEST_CASE("a clock that is off is corrected from the Date header, once", "[aws_ssm]") {
  AwsSsmSetup setup;
  FakeAnswer skewed = AwsErrorAnswer("InvalidSignatureException");
  skewed.head.date = kSsmArrival + 20min;
  setup.Answer(skewed);
  SECTION("and the request is signed again by AWS's clock, as are all later ones") {
    setup.Answer(SessionsPage(SessionRows("a", 1)));
    setup.Answer(SessionsPage(SessionRows("a", 1)));
    REQUIRE(setup.List());
    REQUIRE(setup.List());
    const auto& sent = setup.http.sent();
    REQUIRE(sent.size() == 3);
    CHECK(Header(sent[0], "X-Amz-Date") == "20260820T091000Z");
    CHECK(Header(sent[1], "X-Amz-Date") == "20260820T093000Z");
    CHECK(Header(sent[2], "X-Amz-Date") == "20260820T093000Z");
  }
  SECTION("and when that does not help, it is the signature") {
    setup.Answer(skewed);
    setup.Answer(skewed);
    CHECK(setup.List().error().kind() == ErrorKind::kAuth);
    CHECK(setup.http.sent().size() == 2);
  }
}

TEST_CASE("a signature that is refused at the right time is not signed again", "[aws_ssm]") {
  AwsSsmSetup setup;
  FakeAnswer refused = AwsErrorAnswer("InvalidSignatureException");
  refused.head.date = kSsmArrival;
  setup.Answer(refused);
  CHECK(setup.List().error().kind() == ErrorKind::kAuth);
  CHECK(setup.http.sent().size() == 1);
}

std::string AssumeRoleAnswer(std::string_view key) {
  return fmt::format(
      "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>{}</AccessKeyId>"
      "<SecretAccessKey>CANARY</SecretAccessKey><SessionToken>CANARY</SessionToken>"
      "<Expiration>2026-08-20T10:10:00Z</Expiration></Credentials></AssumeRoleResult>"
      "</AssumeRoleResponse>",
      key);
}

TEST_CASE("credentials that expired early are fetched again, once", "[aws_ssm]") {
  AwsSsmSetup setup;
  auto role = AssumedRole::Make(setup.config->credentials,
                                {.arn = "arn:aws:iam::111122223333:role/Reader",
                                 .session_name = "session-exporter",
                                 .external_id = "",
                                 .duration = {}},
                                {"https://sts.eu-west-1.amazonaws.com", "eu-west-1"});
  REQUIRE(role);
  setup.config->credentials = *role;
  setup.Answer(AssumeRoleAnswer("ASIAFIRST"));
  setup.Answer(AwsErrorAnswer("ExpiredTokenException"));
  setup.Answer(AssumeRoleAnswer("ASIASECOND"));
  SECTION("and the new ones serve") {
    setup.Answer(SessionsPage(SessionRows("a", 1)));
    REQUIRE(setup.List());
    const auto& sent = setup.http.sent();
    REQUIRE(sent.size() == 4);
    CHECK(Header(sent[1], "Authorization").find("Credential=ASIAFIRST/") != std::string::npos);
    CHECK(Header(sent[3], "Authorization").find("Credential=ASIASECOND/") != std::string::npos);
  }
  SECTION("and if those have expired too, the target fails") {
    setup.Answer(AwsErrorAnswer("ExpiredTokenException"));
    CHECK(setup.List().error().kind() == ErrorKind::kAuth);
    CHECK(setup.http.sent().size() == 4);
  }
}

TEST_CASE("a page token that is refused begins the list anew, once", "[aws_ssm]") {
  AwsSsmSetup setup;
  setup.Answer(SessionsPage(SessionRows("a", 2), "t1"));
  setup.Answer(AwsErrorAnswer("InvalidNextToken"));
  setup.Answer(SessionsPage(SessionRows("a", 2), "t2"));
  SECTION("and nothing is counted twice") {
    setup.Answer(SessionsPage(SessionRows("b", 1)));
    const auto snapshot = setup.List();
    REQUIRE(snapshot);
    CHECK(snapshot->sessions.size() == 3);
    CHECK(snapshot->duplicate_sessions == 0);
  }
  SECTION("and no page either") {
    setup.target.max_pages = 2;
    setup.Answer(SessionsPage(SessionRows("b", 1)));
    CHECK(setup.List());
  }
  SECTION("and not again") {
    setup.Answer(AwsErrorAnswer("InvalidNextToken"));
    CHECK(setup.List().error().kind() == ErrorKind::kHttp);
    CHECK(setup.http.sent().size() == 4);
  }
}

TEST_CASE("without credentials nothing is asked", "[aws_ssm]") {
  AwsSsmSetup setup;
  setup.config->credentials = std::make_shared<NoAwsCredentials>();
  const auto snapshot = setup.List();
  REQUIRE(!snapshot);
  CHECK(snapshot.error().kind() == ErrorKind::kAuth);
  CHECK(snapshot.error().message().starts_with("describe sessions: credentials: "));
  CHECK(setup.http.sent().empty());
}

}  // namespace
}  // namespace session_exporter
