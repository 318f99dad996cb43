#include "backends/intersight/intersight_api.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>

#include "backends/status_error.h"
#include "net/percent_encoding.h"

namespace session_exporter {
namespace {

constexpr std::string_view kApi = "/api/v1/iam/";

// In the order of the alphabet; LoginType comes last because it may be left out.
constexpr std::string_view kSelected =
    "AccountMoid,ClientIpAddress,CreateTime,DomainGroupMoid,EndTime,Expiration,FailedLogins,"
    "IdleTimeExpiration,LastLoginClient,LastLoginTime,Moid,Permission,Role,SharedScope,Status,"
    "UserIdOrEmail";

constexpr std::array kStatuses = {
    StatusPair{SessionState::kActive, "Active"},
    // Past one of its expiries and listed all the same.
    StatusPair{SessionState::kEnded, "Active"},
    StatusPair{SessionState::kEnded, "Ended"},
    StatusPair{SessionState::kEnded, "Terminated"},
    StatusPair{SessionState::kUnknown, "unknown"},
};

enum Member : std::size_t { kCode, kMessage, kMessageId, kTraceId };

HttpRequest BuildGet(std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  // Asked for explicitly: the API has CSV and spreadsheets as well.
  request.headers.emplace_back("Accept", Secret("application/json"));
  // It has no body, but the published clients that are known to work sign the type all the same.
  request.headers.emplace_back("Content-Type", Secret("application/json"));
  return request;
}

bool IsWord(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  return !text.empty() && text.size() <= kLongest &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
         });
}

// A word of an answer that may be shown: short, plain, and not a piece of what we sent.
std::string Shown(std::string_view text, std::string_view authorization) {
  constexpr std::size_t kTellingNothing = 8;
  if (!IsWord(text)) return {};
  if (text.size() >= kTellingNothing && authorization.find(text) != std::string_view::npos) {
    return {};
  }
  return std::string(text);
}

// How wrong the clocks are, where that may be the cause of a refusal.
std::string SkewOf(const HttpHead& head) {
  constexpr std::chrono::minutes kNoticeable{1};
  if (!head.date) return {};
  const Microseconds ahead = head.received_at - *head.date;
  if (std::chrono::abs(ahead) < kNoticeable) return {};
  return fmt::format(" (this host's clock is {} s {} Intersight's)",
                     std::chrono::abs(std::chrono::round<std::chrono::seconds>(ahead)).count(),
                     ahead.count() > 0 ? "ahead of" : "behind");
}

// What there is to say of any other status; empty when that is the status alone.
std::string PlainMeaning(const HttpHead& head) {
  const std::string message = ErrorOfStatus(head).message();
  std::string_view meaning = message;
  const std::string status = fmt::format("HTTP {}", head.status);
  if (meaning.starts_with(status)) meaning.remove_prefix(status.size());
  meaning.remove_prefix(std::min(meaning.find_first_not_of(": "), meaning.size()));
  return std::string(meaning);
}

std::string Advice(const HttpHead& head, std::string_view url) {
  switch (head.status) {
    case 400:
      return fmt::format(
          "Intersight does not understand the request{}",
          url.find("&$filter=") == std::string_view::npos ? "" : "; check the target's filter");
    case 401:
      return "Intersight refused the credentials; the usual causes are a wrong key id or client "
             "id, a key of another region (accounts in EMEA live at eu-central-1.intersight.com), "
             "a secret key that does not belong to the key id, a key that is expired or disabled, "
             "or a wrong clock" +
             SkewOf(head);
    case 403:
      return "either the role or scope of the credentials lacks the right to read sessions "
             "(privilege Sessions, scope READ.iam.Session), or this Intersight does not know the "
             "address or a field that was asked for; check url";
    case 404:
      return "there is no such collection at this address; check url";
    default:
      return PlainMeaning(head);
  }
}

}  // namespace

HttpRequest BuildListSessions(const IntersightConfig& config, IntersightPage page,
                              LoginTypeField login_type) {
  std::string url =
      fmt::format("{}{}Sessions?$inlinecount=allpages&$orderby=Moid&$select={}{}&$skip={}&$top={}",
                  config.url, kApi, kSelected,
                  login_type == LoginTypeField::kSelected ? ",LoginType" : "", page.skip, page.top);
  if (!config.filter.empty()) url += "&$filter=" + PercentEncode(config.filter);
  return BuildGet(std::move(url));
}

HttpRequest BuildListSessionLimits(const IntersightConfig& config, IntersightPage page) {
  return BuildGet(
      fmt::format("{}{}SessionLimits?$inlinecount=allpages&$orderby=Moid&$skip={}&$top={}",
                  config.url, kApi, page.skip, page.top));
}

std::string IntersightTokenUrl(const IntersightConfig& config) { return config.url + "/iam/token"; }

std::span<const StatusPair> IntersightStatuses() { return kStatuses; }

bool IsUnsetIntersightTime(std::string_view text) {
  return text.empty() || text.starts_with("0001-");
}

IntersightRefusal::IntersightRefusal()
    : nothing_{}, reader_({"", {"code", "message", "messageId", "traceId"}}, nothing_, [](Fields&) {
        return Result<void>();
      }) {}

Result<void> IntersightRefusal::Feed(std::span<const char> piece) {
  if (readable_) readable_ = reader_.Feed(piece).has_value();
  return {};
}

std::string IntersightRefusal::Word(std::size_t member, std::string_view authorization) const {
  const JsonValue& value = reader_.member(member);
  return value.type == JsonType::kString ? Shown(value.text, authorization) : std::string();
}

Error IntersightRefusal::Explain(const HttpHead& head, const IntersightSent& sent) const {
  std::string message = fmt::format("HTTP {}", head.status);
  const std::string code = Word(kCode, sent.authorization);
  const std::string id = Word(kMessageId, sent.authorization);
  if (!code.empty()) message += " " + code;
  if (!id.empty()) message += " " + id;
  const std::string advice = Advice(head, sent.url);
  if (!advice.empty()) message += ": " + advice;
  std::string trace = Shown(head.Header("x-starship-traceid"), sent.authorization);
  if (trace.empty()) trace = Word(kTraceId, sent.authorization);
  if (!trace.empty()) message += fmt::format(" (trace id {})", trace);
  return {KindOfStatus(head.status), std::move(message)};
}

bool IntersightRefusal::MayBeUnknownField(int status) const {
  if (status != 400 && status != 403) return false;
  const JsonValue& code = reader_.member(kCode);
  return code.type != JsonType::kString || code.text != "UnauthorizedOperation";
}

bool IntersightRefusal::Names(std::string_view field) const {
  const JsonValue& message = reader_.member(kMessage);
  return message.type == JsonType::kString && message.text.find(field) != std::string_view::npos;
}

}  // namespace session_exporter
