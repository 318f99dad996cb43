#include "simulator/aws_credentials_endpoints.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include <fmt/format.h>

#include "simulator/aws_verifier.h"
#include "simulator/json_text.h"
#include "simulator/population.h"

namespace simulator {
namespace {

using std::chrono::seconds;

constexpr std::string_view kTokenHeader = "X-aws-ec2-metadata-token";
constexpr std::string_view kLifetimeHeader = "X-aws-ec2-metadata-token-ttl-seconds";
constexpr std::string_view kTokenStart = "CANARY-AWS-IMDS-TOKEN-";
constexpr std::string_view kCredentials = "/latest/meta-data/iam/security-credentials";
constexpr seconds kLongestToken{21'600};
constexpr seconds kRenewBefore{300};

Response Plain(std::string text) { return MakeResponse(200, "text/plain", std::move(text)); }

Response Page(int status, std::string_view title) {
  return MakeResponse(status, "text/html",
                      fmt::format("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n<html><head>"
                                  "<title>{0} - {1}</title></head><body><h1>{0} - {1}</h1>"
                                  "</body></html>\n",
                                  status, title));
}

// The members that instances and containers have in common; note Token, not SessionToken.
ObjectText& AddCredentials(ObjectText* object, const AwsKey& key, Time expiration) {
  return object->Text("AccessKeyId", key.id)
      .Text("SecretAccessKey", key.secret)
      .Text("Token", key.session_token)
      .Text("Expiration", AwsIsoTime(expiration));
}

Time Expiration(const AwsKey& key, const FaultSet& faults, Time now) {
  return faults.Has("stale_credentials") ? now - seconds(3600) : *key.expires;
}

}  // namespace

std::optional<Response> AwsCredentialsEndpoints::Handle(const Request& request,
                                                        const FaultSet& faults, Time now) {
  if (request.path.starts_with("/latest/")) return Metadata(request, faults, now);
  if (request.path.starts_with("/v2/credentials/") || request.path == "/v1/credentials") {
    return ContainerCredentials(request, faults, now);
  }
  return std::nullopt;
}

bool AwsCredentialsEndpoints::HoldsSecret(std::string_view text) const {
  return text.find(options_.container_token) != std::string_view::npos ||
         text.find(kTokenStart) != std::string_view::npos;
}

AwsKey AwsCredentialsEndpoints::Current(const std::string& arn, Time now) {
  const seconds lifetime = options_.credentials_lifetime.value_or(std::chrono::hours(1));
  const std::lock_guard lock(mutex_);
  AwsKey& key = given_[arn];
  if (key.id.empty() || *key.expires - std::min(kRenewBefore, lifetime / 2) <= now) {
    key = keys_.Issue(options_.account, arn, now, now + lifetime);
  }
  return key;
}

Response AwsCredentialsEndpoints::Metadata(const Request& request, const FaultSet& faults,
                                           Time now) {
  if (faults.Has("imds_off")) return Page(403, "Forbidden");
  if (request.path == "/latest/api/token") return MetadataToken(request, now);
  if (!HasMetadataToken(request, now)) return Page(401, "Unauthorized");
  if (request.method != "GET") return Page(405, "Method Not Allowed");
  const std::string& region = options_.regions.front();
  if (request.path == kCredentials || request.path == std::string(kCredentials) + "/") {
    return Plain(options_.imds_role);
  }
  if (request.path == fmt::format("{}/{}", kCredentials, options_.imds_role)) {
    return RoleCredentials(faults, now);
  }
  if (request.path == "/latest/meta-data/placement/region") return Plain(region);
  if (request.path == "/latest/meta-data/placement/availability-zone") return Plain(region + "a");
  if (request.path == "/latest/dynamic/instance-identity/document") {
    ObjectText document;
    document.Text("accountId", options_.account)
        .Text("instanceId", "i-0123456789abcdef0")
        .Text("region", region);
    return Plain(document.Done());
  }
  return Page(404, "Not Found");
}

Response AwsCredentialsEndpoints::MetadataToken(const Request& request, Time now) {
  if (request.method != "PUT") return Page(405, "Method Not Allowed");
  // A proxy between the two would carry it out of the instance.
  if (!FindHeader(request.headers, "X-Forwarded-For").empty()) return Page(403, "Forbidden");
  const std::string text(FindHeader(request.headers, kLifetimeHeader));
  const seconds lifetime{std::strtol(text.c_str(), nullptr, 10)};
  if (lifetime < seconds(1) || lifetime > kLongestToken) return Page(400, "Bad Request");
  const std::lock_guard lock(mutex_);
  std::erase_if(tokens_, [&](const auto& token) { return token.second <= now; });
  const std::string token = fmt::format("{}{:016x}==", kTokenStart, Mix(++tokens_made_, 71));
  tokens_[token] = now + lifetime;
  Response response = Plain(token);
  response.SetHeader(kLifetimeHeader, std::to_string(lifetime.count()));
  return response;
}

bool AwsCredentialsEndpoints::HasMetadataToken(const Request& request, Time now) {
  const std::lock_guard lock(mutex_);
  const auto token = tokens_.find(FindHeader(request.headers, kTokenHeader));
  return token != tokens_.end() && token->second > now;
}

Response AwsCredentialsEndpoints::RoleCredentials(const FaultSet& faults, Time now) {
  ObjectText object;
  if (const std::string* code = faults.Find("imds_code")) {
    object.Text("Code", *code)
        .Text("Message", "Instance profile does not contain a role.")
        .Text("LastUpdated", AwsIsoTime(now));
    return Plain(object.Done());
  }
  const AwsKey key = Current(fmt::format("arn:aws:sts::{}:assumed-role/{}/i-0123456789abcdef0",
                                         options_.account, options_.imds_role),
                             now);
  object.Text("Code", "Success").Text("LastUpdated", AwsIsoTime(now)).Text("Type", "AWS-HMAC");
  return Plain(AddCredentials(&object, key, Expiration(key, faults, now)).Done());
}

Response AwsCredentialsEndpoints::ContainerCredentials(const Request& request,
                                                       const FaultSet& faults, Time now) {
  if (request.method != "GET") return Json(405, "{\"message\": \"Method Not Allowed\"}");
  const bool eks = request.path == "/v1/credentials";
  const std::string_view token = FindHeader(request.headers, "Authorization");
  if (eks && token != options_.container_token) {
    return MakeResponse(token.empty() ? 400 : 401, "text/plain",
                        token.empty() ? "Service account token cannot be empty\n"
                                      : "Service account token is not valid\n");
  }
  const std::string role = eks ? "exporter-pod/eks-cluster-0123456789" : "exporter-task/0123456789";
  const AwsKey key =
      Current(fmt::format("arn:aws:sts::{}:assumed-role/{}", options_.account, role), now);
  ObjectText object;
  if (eks) {
    object.Text("AccountId", options_.account);
  } else {
    object.Text("RoleArn", fmt::format("arn:aws:iam::{}:role/exporter-task", options_.account));
  }
  return Json(200, AddCredentials(&object, key, Expiration(key, faults, now)).Done());
}

}  // namespace simulator
