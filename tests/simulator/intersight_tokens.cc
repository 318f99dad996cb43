#include "simulator/intersight_tokens.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "simulator/base64.h"
#include "simulator/intersight_keys.h"
#include "simulator/intersight_query.h"
#include "simulator/json_text.h"

namespace simulator {
namespace {

constexpr std::string_view kTokenMark = "CANARY-INTERSIGHT-TOKEN";

Response Refusal(std::string_view error) {
  Response response =
      Json(error == "invalid_client" ? 401 : 400,
           ObjectText().Text("error", error).Text("error_description", "refused").Done());
  return response;
}

std::string Base64Url(std::string_view plain) {
  std::string encoded = Base64(plain);
  std::replace(encoded.begin(), encoded.end(), '+', '-');
  std::replace(encoded.begin(), encoded.end(), '/', '_');
  std::erase(encoded, '=');
  return encoded;
}

// As application/x-www-form-urlencoded leaves no character but these.
std::string FormEncoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

// Id and secret from `Authorization: Basic`, where they are form-encoded before they are joined.
std::pair<std::string, std::string> BasicCredentials(std::string_view header) {
  constexpr std::string_view kScheme = "Basic ";
  if (!header.starts_with(kScheme)) return {};
  const auto plain = Base64Decode(header.substr(kScheme.size()));
  const std::size_t colon = plain ? plain->find(':') : std::string::npos;
  if (colon == std::string::npos) return {};
  return {PercentDecode(plain->substr(0, colon)), PercentDecode(plain->substr(colon + 1))};
}

std::string BasicForm(const std::string& id, const std::string& secret) {
  return Base64(FormEncoded(id) + ":" + FormEncoded(secret));
}

}  // namespace

IntersightTokens::IntersightTokens(TokenOptions options)
    : options_(std::move(options)),
      lifetime_(std::chrono::duration_cast<std::chrono::microseconds>(
          std::chrono::duration<double>(options_.lifetime) * std::max(options_.speed, 1.0))) {}

bool IntersightTokens::Knows(const std::string& id, const std::string& secret) const {
  return id == options_.client_id && secret == options_.client_secret;
}

Response IntersightTokens::Issue(const Request& request, const FaultSet& faults, Time now) {
  if (const std::string* error = faults.Find("token_error")) {
    return Refusal(error->empty() ? "invalid_client" : *error);
  }
  const auto form = ParseParameters(request.body);
  const auto field = [&](const char* name) {
    const auto found = form.find(name);
    return found == form.end() ? std::string() : found->second;
  };
  const auto [id, secret] = BasicCredentials(FindHeader(request.headers, "Authorization"));
  const bool known = Knows(id, secret) || Knows(field("client_id"), field("client_secret"));
  if (faults.Has("auth_error") || !known) return Refusal("invalid_client");
  if (field("grant_type").empty()) return Refusal("invalid_request");
  if (field("grant_type") != "client_credentials") return Refusal("unsupported_grant_type");
  std::string expires_in = std::to_string(options_.lifetime.count());
  if (const std::string* other = faults.Find("token_expires_in")) {
    expires_in = other->empty() ? "null" : *other;
  }
  ObjectText answer;
  if (!faults.Has("token_missing")) answer.Text("access_token", MakeToken(now));
  answer.Raw("expires_in", expires_in).Text("token_type", "Bearer");
  Response response = Json(200, answer.Done());
  response.SetHeader("Cache-Control", "no-store");
  return response;
}

std::string IntersightTokens::MakeToken(Time now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  ObjectText account;
  account.Text("account_id", kIntersightAccountMoid)
      .Text("account_name", options_.account_name)
      .Text("region", "intersight-aws-us-east-1")
      .Text("roles", "Read-Only");
  ObjectText claims;
  claims.Text("aud", "https://www.intersight.com")
      .Number("exp", seconds + options_.lifetime.count())
      .Number("iat", seconds)
      .Raw("intersight", account.Done())
      .Text("iss", "https://www.intersight.com");
  const std::lock_guard lock(mutex_);
  std::erase_if(tokens_, [&](const auto& token) { return token.second <= now; });
  // The mark takes the place of the signature, which no client can check.
  std::string token = fmt::format("{}.{}.{}-{}", Base64Url(R"({"alg":"ES256","typ":"JWT"})"),
                                  Base64Url(claims.Done()), kTokenMark, ++issued_);
  tokens_[token] = now + lifetime_;
  return token;
}

bool IntersightTokens::Accepts(std::string_view token, Time now) const {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(token);
  return found != tokens_.end() && now < found->second;
}

bool IntersightTokens::IsIn(std::string_view text) const {
  const auto contains = [&](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  };
  return contains(options_.client_secret) || contains(FormEncoded(options_.client_secret)) ||
         contains(BasicForm(options_.client_id, options_.client_secret)) ||
         contains(Base64(options_.client_id + ":" + options_.client_secret)) ||
         contains(kTokenMark);
}

}  // namespace simulator
