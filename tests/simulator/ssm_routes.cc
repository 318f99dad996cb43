#include "simulator/ssm_routes.h"

#include <cmath>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "simulator/aws_error.h"
#include "simulator/aws_verifier.h"
#include "simulator/ssm_query.h"

namespace simulator {
namespace {

constexpr std::string_view kTargetStart = "AmazonSSM.";
constexpr std::string_view kContentType = "application/x-amz-json-1.1";

AwsError Refused(const AwsVerdict& verdict) {
  switch (*verdict.refusal) {
    case AwsRefusal::kUnsigned:
      return {400, "MissingAuthenticationTokenException", verdict.message};
    case AwsRefusal::kIncomplete:
      return {400, "IncompleteSignatureException", verdict.message};
    case AwsRefusal::kUnknownKey:
      return {400, "UnrecognizedClientException", verdict.message};
    case AwsRefusal::kExpiredToken:
      return {400, "ExpiredTokenException", verdict.message};
    case AwsRefusal::kSignature:
      break;
  }
  return {400, "InvalidSignatureException", verdict.message};
}

// The error that the faults ask for, if any. Judged after the signature where AWS would need to
// know the caller, but not here: a fault is the answer whatever the request.
std::optional<AwsError> ErrorByFault(const FaultSet& faults, const AwsOptions& options) {
  if (faults.Has("auth_error")) {
    return AwsError{400, "UnrecognizedClientException",
                    "The security token included in the request is invalid."};
  }
  if (faults.Has("permission")) {
    return AwsError{400, "AccessDeniedException",
                    fmt::format("User: arn:aws:iam::{0}:user/exporter is not authorized to "
                                "perform: ssm:DescribeSessions on resource: arn:aws:ssm:{1}:{0}:* "
                                "because no identity-based policy allows the "
                                "ssm:DescribeSessions action",
                                options.account, options.regions.front())};
  }
  if (faults.Has("expired_token")) {
    return AwsError{400, "ExpiredTokenException",
                    "The security token included in the request is expired"};
  }
  if (faults.Has("throttle")) return AwsError{400, "ThrottlingException", "Rate exceeded"};
  const std::string* code = faults.Find("aws_error");
  if (code == nullptr) return std::nullopt;
  const std::string* message = faults.Find("aws_message");
  return AwsError{static_cast<int>(faults.Number("aws_status", 400)), *code,
                  message == nullptr ? std::string() : *message};
}

}  // namespace

bool SsmRoutes::Takes(const Request& request) {
  return request.method == "POST" && request.path == "/" &&
         !FindHeader(request.headers, "X-Amz-Target").empty();
}

Response SsmRoutes::Handle(const Request& request, const FaultSet& faults, Time aws_now, Time now) {
  if (const auto error = ErrorByFault(faults, options_)) {
    Response response = JsonError(*error, faults);
    if (const double wait = faults.Number("throttle", 0); wait > 0) {
      response.SetHeader("x-amz-retry-after", std::to_string(std::llround(wait)));
    }
    return response;
  }
  const std::string_view target = FindHeader(request.headers, "X-Amz-Target");
  if (target != std::string(kTargetStart) + "DescribeSessions" ||
      !FindHeader(request.headers, "Content-Type").starts_with(kContentType)) {
    return JsonError({400, "UnknownOperationException", ""}, faults);
  }
  const AwsVerdict verdict = VerifySignature(request, "ssm", options_, keys_, aws_now);
  if (verdict.refusal) return JsonError(Refused(verdict), faults);
  AwsError error;
  const auto query = SsmQuery::Parse(request.body, &error);
  if (!query) return JsonError(error, faults);
  auto page = document_.Page({verdict.key.account, verdict.region}, *query, faults, now);
  if (!page) {
    return JsonError({400, "InvalidNextToken", "The specified token is not valid."}, faults);
  }
  Response response = MakeResponse(200, kContentType, "");
  response.body = std::move(page);
  return response;
}

EndlessList SsmRoutes::Endless(Time now) {
  EndlessList endless;
  endless.opening = "{\"Sessions\": [{}";
  endless.item = [rows = document_.Rows({options_.account, options_.regions.front()}, false, now),
                  number = std::size_t{0}]() mutable {
    if (rows->empty()) return std::string(", {}");
    SsmSession session = (*rows)[number % rows->size()];
    // Ids stay unique, or a client that drops duplicates would hold no more than one population.
    session.id = fmt::format("alice@example.com-{:017x}", ++number);
    std::string text = ", ";
    const FaultSet no_faults;
    SsmSessionWriter(no_faults).Write(session, number, &text);
    return text;
  };
  return endless;
}

}  // namespace simulator
