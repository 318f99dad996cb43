#include "simulator/aws_verifier.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "simulator/aws_signature.h"

namespace simulator {
namespace {

constexpr std::chrono::minutes kTolerance{5};
constexpr std::string_view kInvalidToken = "The security token included in the request is invalid.";

AwsVerdict Refuse(AwsRefusal refusal, std::string message) {
  AwsVerdict verdict;
  verdict.refusal = refusal;
  verdict.message = std::move(message);
  return verdict;
}

// Reads `YYYYMMDDTHHMMSSZ`.
std::optional<Time> ParseCompactTime(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  return ParseTime(fmt::format("{}-{}-{}T{}:{}:{}", text.substr(0, 4), text.substr(4, 2),
                               text.substr(6, 2), text.substr(9, 2), text.substr(11, 2),
                               text.substr(13, 2)));
}

// The headers that must be signed and are not: the host, and all of AWS's own.
std::string UnsignedHeader(const Request& request, const AwsAuthorization& authorization) {
  const auto is_signed = [&](const std::string& name) {
    const auto& names = authorization.signed_headers;
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (!is_signed("host")) return "'Host' or ':authority'";
  for (const auto& [name, value] : request.headers) {
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (lower.starts_with("x-amz-") && !is_signed(lower)) return fmt::format("'{}'", lower);
  }
  return {};
}

std::optional<AwsVerdict> CheckScope(const AwsAuthorization& authorization, std::string_view time,
                                     std::string_view service, const AwsOptions& options) {
  const SigningScope& scope = authorization.scope;
  const auto& regions = options.regions;
  if (std::find(regions.begin(), regions.end(), scope.region) == regions.end()) {
    return Refuse(AwsRefusal::kSignature, "Credential should be scoped to a valid region. ");
  }
  if (scope.service != service) {
    return Refuse(AwsRefusal::kSignature,
                  fmt::format("Credential should be scoped to correct service: '{}'. ", service));
  }
  if (scope.date != time.substr(0, 8)) {
    return Refuse(AwsRefusal::kSignature,
                  fmt::format("Date in Credential scope does not match YYYYMMDD from ISO-8601 "
                              "version of date from HTTP: '{}' != '{}', from '{}'.",
                              scope.date, time.substr(0, 8), time));
  }
  return std::nullopt;
}

std::optional<AwsVerdict> CheckTime(std::string_view signed_at, Time now) {
  const auto time = ParseCompactTime(signed_at);
  if (!time) {
    return Refuse(AwsRefusal::kIncomplete,
                  fmt::format("Date must be in ISO-8601 'basic format'. Got '{}'. See "
                              "http://en.wikipedia.org/wiki/ISO_8601",
                              signed_at));
  }
  if (*time < now - kTolerance) {
    return Refuse(AwsRefusal::kSignature,
                  fmt::format("Signature expired: {} is now earlier than {} ({} - 5 min.)",
                              signed_at, AwsCompactTime(now - kTolerance), AwsCompactTime(now)));
  }
  if (*time > now + kTolerance) {
    return Refuse(AwsRefusal::kSignature,
                  fmt::format("Signature not yet current: {} is still later than {} ({} + 5 min.)",
                              signed_at, AwsCompactTime(now + kTolerance), AwsCompactTime(now)));
  }
  return std::nullopt;
}

std::optional<AwsVerdict> CheckToken(const AwsKey& key, std::string_view sent, Time now) {
  if (key.session_token != sent) {
    return Refuse(AwsRefusal::kUnknownKey, std::string(kInvalidToken));
  }
  if (key.expires && *key.expires <= now) {
    return Refuse(AwsRefusal::kExpiredToken,
                  "The security token included in the request is expired");
  }
  return std::nullopt;
}

}  // namespace

std::string AwsIsoTime(Time time) {
  std::string text = PythonDate(Time(std::chrono::floor<std::chrono::seconds>(time)));
  text[10] = 'T';
  return text + "Z";
}

std::string AwsCompactTime(Time time) {
  std::string text = AwsIsoTime(time);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

AwsVerdict VerifySignature(const Request& request, std::string_view service,
                           const AwsOptions& options, const AwsKeyRing& keys, Time now) {
  const std::string_view header = FindHeader(request.headers, "Authorization");
  if (header.empty()) return Refuse(AwsRefusal::kUnsigned, "Missing Authentication Token");
  std::string error;
  const auto authorization = ParseAuthorization(header, &error);
  if (!authorization) return Refuse(AwsRefusal::kIncomplete, error);
  const std::string_view time = FindHeader(request.headers, "X-Amz-Date");
  if (time.empty()) {
    return Refuse(AwsRefusal::kIncomplete,
                  "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' "
                  "header.");
  }
  const auto key = keys.Find(authorization->key_id);
  if (!key) return Refuse(AwsRefusal::kUnknownKey, std::string(kInvalidToken));
  const std::string_view token = FindHeader(request.headers, "X-Amz-Security-Token");
  if (auto refused = CheckToken(*key, token, now)) return *refused;
  if (auto refused = CheckScope(*authorization, time, service, options)) return *refused;
  if (options.check_signing_time) {
    if (auto refused = CheckTime(time, now)) return *refused;
  }
  if (const std::string name = UnsignedHeader(request, *authorization); !name.empty()) {
    return Refuse(AwsRefusal::kSignature,
                  name + " must be a 'SignedHeader' in the AWS Authorization.");
  }
  const std::string canonical = CanonicalRequest(request, authorization->signed_headers);
  const std::string to_sign = StringToSign(time, authorization->scope, canonical);
  if (Signature(key->secret, authorization->scope, to_sign) != authorization->signature) {
    return Refuse(
        AwsRefusal::kSignature,
        fmt::format("The request signature we calculated does not match the signature you "
                    "provided. Check your AWS Secret Access Key and signing method. Consult the "
                    "service documentation for details.\n\nThe Canonical String for this request "
                    "should have been\n'{}'\n\nThe String-to-Sign should have been\n'{}'\n",
                    canonical, to_sign));
  }
  AwsVerdict verdict;
  verdict.key = *key;
  verdict.region = authorization->scope.region;
  return verdict;
}

}  // namespace simulator
