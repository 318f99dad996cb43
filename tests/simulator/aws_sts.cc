#include "simulator/aws_sts.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>

#include "simulator/aws_verifier.h"
#include "simulator/population.h"

namespace simulator {
namespace {

constexpr std::string_view kVersion = "2011-06-15";
constexpr std::string_view kNamespace = "https://sts.amazonaws.com/doc/2011-06-15/";
constexpr std::chrono::hours kDefaultLifetime{1};

AwsError ValidationError(std::string message) {
  return {400, "ValidationError", std::move(message)};
}

// STS has its own codes, and 403 for most refusals.
AwsError Refused(const AwsVerdict& verdict) {
  switch (*verdict.refusal) {
    case AwsRefusal::kUnsigned:
      return {403, "MissingAuthenticationToken", "Request is missing Authentication Token"};
    case AwsRefusal::kIncomplete:
      return {400, "IncompleteSignature", verdict.message};
    case AwsRefusal::kUnknownKey:
      return {403, "InvalidClientTokenId", verdict.message};
    case AwsRefusal::kExpiredToken:
      return {403, "ExpiredToken", verdict.message};
    case AwsRefusal::kSignature:
      break;
  }
  return {403, "SignatureDoesNotMatch", verdict.message};
}

std::string Field(const std::map<std::string, std::string, std::less<>>& form,
                  std::string_view name) {
  const auto found = form.find(name);
  return found == form.end() ? std::string() : found->second;
}

// What IAM allows in names, and so in both fields: letters, digits and some signs.
bool IsName(std::string_view text, std::string_view signs, std::size_t shortest,
            std::size_t longest) {
  return text.size() >= shortest && text.size() <= longest &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                  signs.find(c) != std::string_view::npos;
         });
}

std::string Element(std::string_view name, std::string_view text) {
  return fmt::format("<{0}>{1}</{0}>", name, XmlEscaped(text));
}

Response Answer(std::string_view action, std::string_view result) {
  return MakeResponse(
      200, "text/xml",
      fmt::format("<{0}Response xmlns=\"{1}\">\n  <{0}Result>\n{2}  </{0}Result>\n  "
                  "<ResponseMetadata>\n    <RequestId>00000000-0000-4000-8000-000000000000"
                  "</RequestId>\n  </ResponseMetadata>\n</{0}Response>\n",
                  action, kNamespace, result));
}

std::string RoleName(std::string_view arn) { return std::string(arn.substr(arn.rfind('/') + 1)); }

}  // namespace

std::map<std::string, std::string, std::less<>> ParseForm(std::string_view body) {
  std::map<std::string, std::string, std::less<>> form;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('&'), body.size());
    std::string pair(body.substr(0, end));
    body.remove_prefix(std::min(end + 1, body.size()));
    std::replace(pair.begin(), pair.end(), '+', ' ');
    const std::size_t equals = std::min(pair.find('='), pair.size());
    form[PercentDecode(pair.substr(0, equals))] =
        equals < pair.size() ? PercentDecode(pair.substr(equals + 1)) : std::string();
  }
  return form;
}

std::string AccountOfRole(std::string_view role_arn) {
  const std::size_t start = role_arn.find(":iam::");
  if (!role_arn.starts_with("arn:aws") || start == std::string_view::npos) return {};
  const std::string_view rest = role_arn.substr(start + 6);
  if (rest.size() < 19 || !rest.substr(12).starts_with(":role/") || rest.ends_with('/')) return {};
  const std::string_view account = rest.substr(0, 12);
  return account.find_first_not_of("0123456789") == std::string_view::npos ? std::string(account)
                                                                           : std::string();
}

bool AwsSts::Takes(const Request& request) {
  return request.method == "POST" && request.path == "/" &&
         FindHeader(request.headers, "X-Amz-Target").empty() &&
         FindHeader(request.headers, "Content-Type")
             .starts_with("application/x-www-form-urlencoded");
}

Response AwsSts::Handle(const Request& request, const FaultSet& faults, Time now) {
  if (const std::string* code = faults.Find("sts_error")) {
    const std::string* message = faults.Find("aws_message");
    return XmlError({static_cast<int>(faults.Number("aws_status", 400)), *code,
                     message == nullptr ? "STS was asked to fail" : *message});
  }
  const Form form = ParseForm(request.body);
  const std::string action = Field(form, "Action");
  if (Field(form, "Version") == kVersion) {
    if (action == "AssumeRole") return AssumeRole(request, form, now);
    if (action == "AssumeRoleWithWebIdentity") return AssumeRoleWithWebIdentity(form, now);
    if (action == "GetCallerIdentity") return GetCallerIdentity(request, now);
  }
  return XmlError(
      {400, "InvalidAction",
       fmt::format("Could not find operation {} for version {}", action, Field(form, "Version"))});
}

AwsError AwsSts::CheckRole(const Form& form, bool chained) const {
  const std::string arn = Field(form, "RoleArn");
  if (AccountOfRole(arn).empty()) return ValidationError(arn + " is invalid");
  const std::string session = Field(form, "RoleSessionName");
  if (!IsName(session, "_+=,.@-", 2, 64)) {
    return ValidationError(
        fmt::format("1 validation error detected: Value '{}' at 'roleSessionName' failed to "
                    "satisfy constraint: Member must satisfy regular expression pattern: "
                    "[\\w+=,.@-]*",
                    session));
  }
  const std::string duration = Field(form, "DurationSeconds");
  if (duration.empty()) return {};
  const long seconds = std::strtol(duration.c_str(), nullptr, 10);
  if (seconds < 900 || seconds > 43'200) {
    return ValidationError(
        fmt::format("1 validation error detected: Value '{}' at 'durationSeconds' failed to "
                    "satisfy constraint: Member must have value {} than or equal to {}",
                    duration, seconds < 900 ? "greater" : "less", seconds < 900 ? 900 : 43'200));
  }
  if (chained && seconds > 3600) {
    return ValidationError(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
        "chaining");
  }
  return {};
}

bool AwsSts::MayAssume(const std::string& account) const {
  const auto& accounts = options_.role_accounts;
  return std::find(accounts.begin(), accounts.end(), account) != accounts.end();
}

std::string AwsSts::Assumed(const Form& form, Time now) {
  const std::string role_arn = Field(form, "RoleArn");
  const std::string account = AccountOfRole(role_arn);
  const std::string role = RoleName(role_arn);
  const std::string session = Field(form, "RoleSessionName");
  const std::string duration = Field(form, "DurationSeconds");
  std::chrono::seconds lifetime = options_.credentials_lifetime.value_or(kDefaultLifetime);
  if (!options_.credentials_lifetime && !duration.empty()) {
    lifetime = std::chrono::seconds(std::strtol(duration.c_str(), nullptr, 10));
  }
  const std::string arn =
      fmt::format("{}:sts::{}:assumed-role/{}/{}", role_arn.substr(0, role_arn.find(":iam::")),
                  account, role, session);
  const AwsKey key = keys_.Issue(account, arn, now, now + lifetime);
  const std::string role_id =
      fmt::format("AROACANARY{:010X}:{}", Mix(std::hash<std::string>{}(role_arn)) >> 24, session);
  return fmt::format(
      "    <AssumedRoleUser>{}{}</AssumedRoleUser>\n    <Credentials>{}{}{}{}</Credentials>\n",
      Element("AssumedRoleId", role_id), Element("Arn", arn), Element("AccessKeyId", key.id),
      Element("SecretAccessKey", key.secret), Element("SessionToken", key.session_token),
      Element("Expiration", AwsIsoTime(*key.expires)));
}

Response AwsSts::AssumeRole(const Request& request, const Form& form, Time now) {
  const AwsVerdict verdict = VerifySignature(request, "sts", options_, keys_, now);
  if (verdict.refusal) return XmlError(Refused(verdict));
  const bool chained = verdict.key.arn.find(":assumed-role/") != std::string::npos;
  if (const AwsError error = CheckRole(form, chained); !error.code.empty()) return XmlError(error);
  const std::string external = Field(form, "ExternalId");
  if (form.contains("ExternalId") && !IsName(external, "_+=,.@:/-", 2, 1224)) {
    return XmlError(ValidationError("Value at 'externalId' failed to satisfy constraint"));
  }
  const std::string role = Field(form, "RoleArn");
  if (!MayAssume(AccountOfRole(role)) ||
      (!options_.external_id.empty() && external != options_.external_id)) {
    return XmlError({403, "AccessDenied",
                     fmt::format("User: {} is not authorized to perform: sts:AssumeRole on "
                                 "resource: {}",
                                 verdict.key.arn, role)});
  }
  return Answer("AssumeRole", Assumed(form, now));
}

Response AwsSts::AssumeRoleWithWebIdentity(const Form& form, Time now) {
  if (const AwsError error = CheckRole(form, false); !error.code.empty()) return XmlError(error);
  if (Field(form, "WebIdentityToken") != options_.web_identity_token) {
    return XmlError({400, "InvalidIdentityToken",
                     "Couldn't retrieve verification key from your identity provider, please "
                     "reference AssumeRoleWithWebIdentity documentation for requirements"});
  }
  if (!MayAssume(AccountOfRole(Field(form, "RoleArn")))) {
    return XmlError(
        {403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"});
  }
  return Answer("AssumeRoleWithWebIdentity",
                Assumed(form, now) +
                    "    <SubjectFromWebIdentityToken>system:serviceaccount:monitoring:exporter"
                    "</SubjectFromWebIdentityToken>\n    <Audience>sts.amazonaws.com</Audience>\n");
}

Response AwsSts::GetCallerIdentity(const Request& request, Time now) {
  const AwsVerdict verdict = VerifySignature(request, "sts", options_, keys_, now);
  if (verdict.refusal) return XmlError(Refused(verdict));
  const std::string user_id = verdict.key.session_token.empty()
                                  ? "AIDACANARYEXAMPLE0001"
                                  : "AROACANARYEXAMPLE0001:" + RoleName(verdict.key.arn);
  return Answer("GetCallerIdentity",
                fmt::format("    {}{}{}\n", Element("Arn", verdict.key.arn),
                            Element("UserId", user_id), Element("Account", verdict.key.account)));
}

}  // namespace simulator
