#include "auth/aws_error.h"

#include <algorithm>
#include <array>
#include <span>

#include "auth/aws_xml.h"
#include "json/list_reader.h"

namespace session_exporter {
namespace {

// botocore, retries/standard.py and data/_retry.json; JavaScript's service-error-classification.
constexpr std::array<std::string_view, 14> kThrottling = {"BandwidthLimitExceeded",
                                                          "EC2ThrottledException",
                                                          "LimitExceededException",
                                                          "PriorRequestNotComplete",
                                                          "ProvisionedThroughputExceededException",
                                                          "RequestLimitExceeded",
                                                          "RequestThrottled",
                                                          "RequestThrottledException",
                                                          "SlowDown",
                                                          "ThrottledException",
                                                          "Throttling",
                                                          "ThrottlingException",
                                                          "TooManyRequestsException",
                                                          "TransactionInProgressException"};

// The last is of AssumeRoleWithWebIdentity: the identity provider did not answer STS.
constexpr std::array<std::string_view, 3> kTransient = {"RequestTimeout", "RequestTimeoutException",
                                                        "IDPCommunicationError"};

// Beside AccessDenied and all that begin so.
constexpr std::array<std::string_view, 6> kPermission = {
    "AuthorizationError",      "NotAuthorized",      "OptInRequired",
    "RegionDisabledException", "UnauthorizedAccess", "UnauthorizedOperation"};

constexpr std::array<std::string_view, 3> kExpired = {"ExpiredToken", "ExpiredTokenException",
                                                      "TokenRefreshRequired"};

constexpr std::array<std::string_view, 3> kSurelySkewed = {"RequestExpired", "RequestInTheFuture",
                                                           "RequestTimeTooSkewed"};
constexpr std::array<std::string_view, 3> kMaybeSkewed = {
    "AuthFailure", "InvalidSignatureException", "SignatureDoesNotMatch"};
constexpr std::chrono::minutes kSuspiciousSkew{4};

// Beside those of the time and of expired tokens.
constexpr std::array<std::string_view, 12> kRefusedKeys = {"IDPRejectedClaim",
                                                           "IncompleteSignature",
                                                           "IncompleteSignatureException",
                                                           "InvalidAccessKeyId",
                                                           "InvalidClientTokenId",
                                                           "InvalidIdentityToken",
                                                           "InvalidIdentityTokenException",
                                                           "InvalidToken",
                                                           "MissingAuthenticationToken",
                                                           "MissingAuthenticationTokenException",
                                                           "NotSignedException",
                                                           "UnrecognizedClientException"};

bool IsOf(std::span<const std::string_view> codes, std::string_view code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

bool IsJsonCode(const JsonValue& value) { return value.type == JsonType::kString; }

std::string CodeInJson(std::string_view body) {
  enum Member : std::size_t { kType, kCode };
  const FieldSchema nothing{};
  ListReader reader({"", {"__type", "code"}}, nothing, [](Fields&) { return Result<void>(); });
  if (!reader.Feed(body) || !reader.Finish()) return {};
  const bool has_type = IsJsonCode(reader.member(kType));
  const JsonValue& written = reader.member(has_type ? kType : kCode);
  return IsJsonCode(written) ? AwsErrorCode(written.text) : std::string();
}

// STS writes ErrorResponse; others of the Query protocol put it in a Response.
std::string CodeInXml(std::string_view body) {
  const auto texts = ReadXml(body);
  if (!texts) return {};
  for (const std::string_view path : {"ErrorResponse/Error/Code", "Response/Errors/Error/Code"}) {
    const auto found = texts->find(path);
    if (found != texts->end()) return AwsErrorCode(found->second.Reveal());
  }
  return {};
}

ErrorKind KindOf(const AwsError& error) {
  if (FaultOf(error) == AwsFault::kThrottled) return ErrorKind::kRateLimited;
  const std::string_view code = error.code;
  if (IsOf(kPermission, code) || code.starts_with("AccessDenied")) return ErrorKind::kPermission;
  if (IsOf(kRefusedKeys, code) || IsOf(kExpired, code) || IsOf(kSurelySkewed, code) ||
      IsOf(kMaybeSkewed, code) || error.status == 401) {
    return ErrorKind::kAuth;
  }
  return error.status == 403 ? ErrorKind::kPermission : ErrorKind::kHttp;
}

}  // namespace

std::string AwsErrorCode(std::string_view written) {
  constexpr std::size_t kLongest = 100;
  std::string_view code = written.substr(0, written.find(':'));
  code = code.substr(code.rfind('#') + 1);  // from 0 when there is none
  const bool is_code = code.size() <= kLongest && std::all_of(code.begin(), code.end(), [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
                       });
  return is_code ? std::string(code) : std::string();
}

AwsError AwsErrorOf(const HttpHead& head, std::string_view body) {
  AwsError error{head.status, AwsErrorCode(head.Header("x-amzn-errortype"))};
  if (!error.code.empty()) return error;
  const std::size_t begin = body.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (begin == std::string_view::npos) return error;
  error.code = body[begin] == '<' ? CodeInXml(body) : CodeInJson(body);
  return error;
}

AwsError ReadAwsError(HttpExchange& exchange, const HttpHead& head) {
  constexpr std::size_t kMost = 64U << 10U;
  std::string body;
  while (body.size() < kMost) {
    const auto piece = exchange.ReadBody();
    if (!piece || piece->empty()) break;
    body.append(piece->data(), piece->size());
  }
  return AwsErrorOf(head, body);
}

Error ToError(const AwsError& error) {
  return {KindOf(error),
          fmt::format("HTTP {}{}{}", error.status, error.code.empty() ? "" : " ", error.code)};
}

AwsFault FaultOf(const AwsError& error) {
  if (error.status == 429 || IsOf(kThrottling, error.code)) return AwsFault::kThrottled;
  const bool is_transient = error.status == 500 || error.status == 502 || error.status == 503 ||
                            error.status == 504 || IsOf(kTransient, error.code);
  return is_transient ? AwsFault::kTransient : AwsFault::kLasting;
}

AwsFault FaultOf(const Error& transport_error) {
  switch (transport_error.kind()) {
    case ErrorKind::kConnect:
    case ErrorKind::kDns:
    case ErrorKind::kTimeout:
      return AwsFault::kTransient;
    default:
      return AwsFault::kLasting;
  }
}

bool IsExpiredToken(const AwsError& error) { return IsOf(kExpired, error.code); }

std::optional<Microseconds> ClockCorrection(const AwsError& error, const HttpHead& head) {
  if (!head.date) return std::nullopt;
  const Microseconds behind = *head.date - head.received_at;
  const bool may_be =
      IsOf(kMaybeSkewed, error.code) && (behind > kSuspiciousSkew || behind < -kSuspiciousSkew);
  if (IsOf(kSurelySkewed, error.code) || may_be) return behind;
  return std::nullopt;
}

}  // namespace session_exporter
