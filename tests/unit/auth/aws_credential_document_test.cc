#include "auth/aws_credential_document.h"

#include <chrono>
#include <string>
#include <string_view>

#include "base/timestamp.h"
#include "catch.h"
#include "unit/auth/aws_fixture.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;
using test::Contains;

TEST_CASE("a container's credentials are read", "[aws_credential_document]") {
  const auto document = ReadAwsCredentialDocument(
      R"({"RoleArn":"r","AccessKeyId":"ASIA1","SecretAccessKey":"s/+=","Token":"t==",)"
      R"("Expiration":"2025-01-01T00:00:00Z","AccountId":"123456789012"})",
      TokenName::kToken);
  REQUIRE(document);
  CHECK(document->credentials.access_key_id == "ASIA1");
  CHECK(document->credentials.secret_access_key.Reveal() == "s/+=");
  CHECK(document->credentials.session_token.Reveal() == "t==");
  CHECK(document->credentials.account_id == "123456789012");
  CHECK(document->expiration == ParseTimestamp("2025-01-01T00:00:00Z"));
}

TEST_CASE("a program's credentials may have no token and no end", "[aws_credential_document]") {
  const auto document = ReadAwsCredentialDocument(
      R"({"Version":1,"AccessKeyId":"AKIA1","SecretAccessKey":"s","Expiration":null})",
      TokenName::kSessionToken);
  REQUIRE(document);
  CHECK(document->credentials.session_token.empty());
  CHECK(!document->expiration);
}

struct BrokenCase {
  std::string_view json;
  TokenName name;
  ErrorKind kind;
  std::string_view message;
};

TEST_CASE("what is not such a document is refused", "[aws_credential_document]") {
  constexpr TokenName kAgent = TokenName::kToken;
  constexpr TokenName kProgram = TokenName::kSessionToken;
  constexpr ErrorKind kProtocol = ErrorKind::kProtocol;
  const auto& c = GENERATE_REF(values<BrokenCase>({
      {"", kAgent, kProtocol, "not the JSON expected"},
      {"<html>CANARY", kAgent, kProtocol, "not the JSON expected"},
      {R"({"SecretAccessKey":"CANARY)", kAgent, kProtocol, "not the JSON expected"},
      {"{}", kAgent, kProtocol, "there is no access key id"},
      {R"({"AccessKeyId":"A"})", kAgent, kProtocol, "there is no secret access key"},
      {R"({"AccessKeyId":7,"SecretAccessKey":"CANARY"})", kAgent, kProtocol, "access key id"},
      {R"({"AccessKeyId":"A","SecretAccessKey":"CANARY\n"})", kAgent, kProtocol,
       "the secret access key has a blank, a line break"},
      {R"({"AccessKeyId":"A","SecretAccessKey":"s","Token":"CANARY\r\nX: y"})", kAgent, kProtocol,
       "the session token has a blank"},
      {R"({"AccessKeyId":"A/CANARY","SecretAccessKey":"s"})", kAgent, kProtocol,
       "the access key id has"},
      {R"({"AccessKeyId":"A","SecretAccessKey":"CANARY","Expiration":"soon"})", kAgent, kProtocol,
       "the Expiration is no date"},
      {R"({"AccessKeyId":"A","SecretAccessKey":"CANARY","Expiration":5})", kAgent, kProtocol,
       "the Expiration is no date"},
      {R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"CANARY"})", kAgent, ErrorKind::kAuth,
       "there are none: AssumeRoleUnauthorizedAccess"},
      {R"({"AccessKeyId":"A","SecretAccessKey":"CANARY"})", kProgram, kProtocol, "\"Version\": 1"},
      {R"({"Version":2,"AccessKeyId":"A","SecretAccessKey":"CANARY"})", kProgram, kProtocol,
       "\"Version\": 1"},
      {R"({"Version":"1","AccessKeyId":"A","SecretAccessKey":"CANARY"})", kProgram, kProtocol,
       "\"Version\": 1"},
  }));
  CAPTURE(c.json);
  const auto document = ReadAwsCredentialDocument(c.json, c.name);
  REQUIRE(!document);
  CHECK(document.error().kind() == c.kind);
  CAPTURE(document.error().message());
  CHECK(Contains(document.error().message(), c.message));
  CHECK(!Contains(document.error().message(), "CANARY"));
}

TEST_CASE("credentials live until their end", "[aws_credential_document]") {
  const Timestamp now(1'700'000'000s);
  CHECK(LivingUntil({{}, now + 1h}, now, 5min).valid_for == 1h);
  CHECK(LivingUntil({{}, now - 1h}, now, 5min).valid_for == -1h);
  CHECK(LivingUntil({{}, std::nullopt}, now, 5min).valid_for == 5min);
  CHECK(LivingUntil({{}, ParseTimestamp("9999-12-31T23:59:59Z")}, now, 5min).valid_for == 168h);
  // Beyond the 292 years that nanoseconds hold.
  CHECK(LivingUntil({{}, ParseTimestamp("1700-01-01T00:00:00Z")}, now, 5min).valid_for == -168h);
}

TEST_CASE("an end is told by the server's clock where it shows it", "[aws_credential_document]") {
  const test::ManualClock clock;
  AwsAnswer answer;
  CHECK(answer.Now(clock) == clock.Now());
  answer.head.date = clock.Now() + 2h;
  CHECK(answer.Now(clock) == clock.Now() + 2h);
}

TEST_CASE("an answer is read to its end, or not at all", "[aws_credential_document]") {
  FakeHttpClient http;
  http.Answer(test::AnswerOf(403, "0123456789"));
  FakeAnswer cut = test::AnswerOf(200, "0123456789");
  cut.body_error = Error(ErrorKind::kProtocol, "cut");
  http.Answer(cut);
  const RequestContext context{"x", Deadline::After(1s), nullptr, 0, nullptr};
  const auto answer = SendForAnswer(http, {}, context);
  REQUIRE(answer);
  CHECK(answer->head.status == 403);
  CHECK(answer->body.Reveal() == "0123456789");
  CHECK(http.sent().front().max_body_bytes == 65536);
  CHECK(SendForAnswer(http, {}, context).error().message() == "cut");
}

}  // namespace
}  // namespace session_exporter
