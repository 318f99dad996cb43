#include "auth/aws_error.h"

#include <chrono>
#include <string>
#include <string_view>

#include "catch.h"
#include "fakes/fake_http_client.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;

struct CodeCase {
  std::string_view written;
  std::string_view code;
};

TEST_CASE("a code is read with and without what AWS writes around it", "[aws_error]") {
  const auto& c = GENERATE(values<CodeCase>({
      {"ThrottlingException", "ThrottlingException"},
      {"com.amazon.coral.service#UnrecognizedClientException", "UnrecognizedClientException"},
      {"AccessDeniedException:http://internal.amazon.com/coral/com.amazon.coral.service/",
       "AccessDeniedException"},
      {"aws.protocoltests#FooError:http://internal.amazon.com/#x", "FooError"},
      {"Client.RequestLimitExceeded", "Client.RequestLimitExceeded"},
      {"", ""},
      {"no code at all", ""},
      {"<b>", ""},
  }));
  CHECK(AwsErrorCode(c.written) == c.code);
  CHECK(AwsErrorCode(std::string(101, 'a')).empty());
}

struct BodyCase {
  std::string_view header;
  std::string_view body;
  std::string_view code;
};

TEST_CASE("a code is found in the header, else in a body of JSON or XML", "[aws_error]") {
  const auto& c = GENERATE(values<BodyCase>({
      {"", R"({"__type":"ThrottlingException","message":"Rate exceeded"})", "ThrottlingException"},
      {"", R"({"__type":"com.amazonaws.services.ssm#InvalidFilterKey"})", "InvalidFilterKey"},
      {"", R"({"code":"SlowDown"})", "SlowDown"},
      {"", R"({"code":"SlowDown","__type":"Throttling"})", "Throttling"},
      {"", R"({"code":"SlowDown","__type":7})", "SlowDown"},
      {"", R"({"message":"x"})", ""},
      {"", R"({"__type":"Thrott)", ""},
      {"", "[]", ""},
      {"", "", ""},
      {"", "Service Unavailable", ""},
      {"", "<html><body>Bad Gateway</body></html>", ""},
      {"",
       "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>"
       "<Type>Sender</Type><Code>ExpiredToken</Code><Message>m</Message></Error>"
       "<RequestId>r</RequestId></ErrorResponse>",
       "ExpiredToken"},
      {"", "\n<Response><Errors><Error><Code>AuthFailure</Code></Error></Errors></Response>",
       "AuthFailure"},
      {"UnrecognizedClientException:http://internal.amazon.com/", R"({"__type":"Other"})",
       "UnrecognizedClientException"},
      {"not a code", R"({"__type":"Other"})", "Other"},
  }));
  CAPTURE(c.header, c.body);
  FakeAnswer answer;
  answer.head.status = 400;
  if (!c.header.empty()) answer.head.headers["x-amzn-errortype"] = c.header;
  answer.body = c.body;
  FakeHttpClient http;
  http.Answer(answer);
  const auto exchange = http.Send({}, {"x", Deadline::After(1s), nullptr, 100'000, nullptr});
  const AwsError error = ReadAwsError(*exchange, answer.head);
  CHECK(error.status == 400);
  CHECK(error.code == c.code);
}

TEST_CASE("a body that does not come leaves the status", "[aws_error]") {
  FakeAnswer answer;
  answer.head.status = 503;
  answer.body = R"({"__type":)";
  answer.body_error = Error(ErrorKind::kTimeout, "late");
  FakeHttpClient http;
  http.Answer(answer);
  const auto exchange = http.Send({}, {"x", Deadline::After(1s), nullptr, 100'000, nullptr});
  CHECK(ToError(ReadAwsError(*exchange, answer.head)).message() == "HTTP 503");
}

struct KindCase {
  int status;
  std::string_view code;
  ErrorKind kind;
  AwsFault fault;
};

TEST_CASE("the code decides, not the status", "[aws_error]") {
  using enum AwsFault;
  const auto& c = GENERATE(values<KindCase>({
      {400, "ThrottlingException", ErrorKind::kRateLimited, kThrottled},
      {400, "Throttling", ErrorKind::kRateLimited, kThrottled},
      {503, "SlowDown", ErrorKind::kRateLimited, kThrottled},
      {400, "RequestLimitExceeded", ErrorKind::kRateLimited, kThrottled},
      {429, "", ErrorKind::kRateLimited, kThrottled},
      {400, "AccessDeniedException", ErrorKind::kPermission, kLasting},
      {403, "AccessDenied", ErrorKind::kPermission, kLasting},
      {400, "AccessDeniedForDependencyException", ErrorKind::kPermission, kLasting},
      {400, "OptInRequired", ErrorKind::kPermission, kLasting},
      {403, "", ErrorKind::kPermission, kLasting},
      {403, "Other", ErrorKind::kPermission, kLasting},
      {400, "UnrecognizedClientException", ErrorKind::kAuth, kLasting},
      {403, "InvalidClientTokenId", ErrorKind::kAuth, kLasting},
      {400, "InvalidSignatureException", ErrorKind::kAuth, kLasting},
      {403, "SignatureDoesNotMatch", ErrorKind::kAuth, kLasting},
      {400, "IncompleteSignature", ErrorKind::kAuth, kLasting},
      {400, "MissingAuthenticationToken", ErrorKind::kAuth, kLasting},
      {403, "ExpiredToken", ErrorKind::kAuth, kLasting},
      {400, "ExpiredTokenException", ErrorKind::kAuth, kLasting},
      {403, "RequestTimeTooSkewed", ErrorKind::kAuth, kLasting},
      {400, "InvalidIdentityToken", ErrorKind::kAuth, kLasting},
      {401, "", ErrorKind::kAuth, kLasting},
      {400, "InvalidFilterKey", ErrorKind::kHttp, kLasting},
      {400, "ValidationException", ErrorKind::kHttp, kLasting},
      {404, "", ErrorKind::kHttp, kLasting},
      {302, "", ErrorKind::kHttp, kLasting},
      {501, "", ErrorKind::kHttp, kLasting},
      {500, "InternalServerError", ErrorKind::kHttp, kTransient},
      {502, "", ErrorKind::kHttp, kTransient},
      {503, "ServiceUnavailable", ErrorKind::kHttp, kTransient},
      {504, "", ErrorKind::kHttp, kTransient},
      {408, "RequestTimeoutException", ErrorKind::kHttp, kTransient},
      {400, "IDPCommunicationError", ErrorKind::kHttp, kTransient},
  }));
  CAPTURE(c.status, c.code);
  const AwsError error{c.status, std::string(c.code)};
  CHECK(ToError(error).kind() == c.kind);
  CHECK(ToError(error).message() ==
        "HTTP " + std::to_string(c.status) + (c.code.empty() ? "" : " ") + std::string(c.code));
  CHECK(FaultOf(error) == c.fault);
}

TEST_CASE("of the transport's errors those of the connection may pass", "[aws_error]") {
  for (const ErrorKind kind : kAllErrorKinds) {
    CAPTURE(ReasonOf(kind));
    const bool may_pass =
        kind == ErrorKind::kConnect || kind == ErrorKind::kDns || kind == ErrorKind::kTimeout;
    CHECK((FaultOf(Error(kind, "")) == AwsFault::kTransient) == may_pass);
  }
}

TEST_CASE("an expired token is told from other refusals", "[aws_error]") {
  CHECK(IsExpiredToken({400, "ExpiredTokenException"}));
  CHECK(IsExpiredToken({403, "ExpiredToken"}));
  CHECK(!IsExpiredToken({403, "RequestExpired"}));
  CHECK(!IsExpiredToken({403, ""}));
}

struct SkewCase {
  std::string_view code;
  std::chrono::seconds behind;
  bool corrected;
};

TEST_CASE("a clock is corrected when the time was refused, or it may have been", "[aws_error]") {
  const auto& c = GENERATE(values<SkewCase>({
      {"RequestTimeTooSkewed", 1s, true},
      {"RequestExpired", -1h, true},
      {"RequestInTheFuture", -20min, true},
      {"InvalidSignatureException", 15min, true},
      {"SignatureDoesNotMatch", -15min, true},
      {"SignatureDoesNotMatch", 3min, false},
      {"InvalidSignatureException", -2s, false},
      {"AccessDenied", 1h, false},
      {"", 1h, false},
  }));
  CAPTURE(c.code);
  HttpHead head;
  head.received_at = Timestamp(1'700'000'000s);
  CHECK(!ClockCorrection({403, std::string(c.code)}, head));
  head.date = head.received_at + c.behind;
  const auto correction = ClockCorrection({403, std::string(c.code)}, head);
  CHECK(correction.has_value() == c.corrected);
  if (correction) CHECK(*correction == c.behind);
}

}  // namespace
}  // namespace session_exporter
