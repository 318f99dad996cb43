#include "backends/aws_ssm/aws_ssm_api.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

#include "auth/aws_arn.h"
#include "backends/session_time.h"
#include "json/quote.h"

namespace session_exporter {
namespace {

constexpr std::array kStatuses = {
    StatusPair{SessionState::kStarting, "Connecting"},
    StatusPair{SessionState::kActive, "Connected"},
    StatusPair{SessionState::kIdle, "Disconnected"},
    StatusPair{SessionState::kStopping, "Terminating"},
    StatusPair{SessionState::kEnded, "Terminated"},
    StatusPair{SessionState::kFailed, "Failed"},
    StatusPair{SessionState::kUnknown, "unknown"},
};

constexpr std::string_view kInvokedAfter = "InvokedAfter";

std::string BodyOf(const AwsSsmConfig& config, AwsSsmState state,
                   std::span<const AwsSsmFilter> filters, std::string_view next_token) {
  std::string body =
      fmt::format(R"({{"State":"{}","MaxResults":{})",
                  state == AwsSsmState::kActive ? "Active" : "History", config.page_size);
  // An empty list is refused. The members' names are in lower case, unlike those of other calls.
  for (std::size_t i = 0; i < filters.size(); ++i) {
    body += i == 0 ? R"(,"Filters":[)" : ",";
    body += fmt::format(R"({{"key":{},"value":{}}})", QuoteJson(filters[i].key),
                        QuoteJson(filters[i].value));
  }
  if (!filters.empty()) body += "]";
  if (!next_token.empty()) body += fmt::format(R"(,"NextToken":{})", QuoteJson(next_token));
  return body + "}";
}

// As the filters take it: to the second.
std::string FilterDate(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", int{date.year()},
                     unsigned{date.month()}, unsigned{date.day()}, clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

std::optional<Timestamp> FromEpochSeconds(double seconds) {
  // Beyond, a double of microseconds is no exact number; it is no plausible date long before.
  constexpr double kMost = 1e11;
  if (!(std::abs(seconds) <= kMost)) return std::nullopt;
  return Timestamp(Microseconds(std::llround(seconds * 1e6)));
}

}  // namespace

HttpRequest BuildDescribeSessions(const AwsSsmConfig& config, AwsSsmState state,
                                  std::span<const AwsSsmFilter> filters,
                                  std::string_view next_token) {
  HttpRequest request;
  request.method = HttpMethod::kPost;
  request.url = config.url + "/";
  request.headers.emplace_back("Content-Type", Secret("application/x-amz-json-1.1"));
  request.headers.emplace_back("X-Amz-Target", Secret("AmazonSSM.DescribeSessions"));
  request.body = Secret(BodyOf(config, state, filters, next_token));
  return request;
}

std::vector<AwsSsmFilter> WithInvokedAfter(std::span<const AwsSsmFilter> filters, Timestamp since) {
  std::vector<AwsSsmFilter> all(filters.begin(), filters.end());
  std::string date = FilterDate(since);
  const auto own = std::find_if(all.begin(), all.end(), [](const AwsSsmFilter& filter) {
    return filter.key == kInvokedAfter;
  });
  if (own == all.end()) {
    all.push_back({std::string(kInvokedAfter), std::move(date)});
  } else if (own->value < date) {  // both are of one form, so the later one is the larger text
    own->value = std::move(date);
  }
  return all;
}

std::span<const StatusPair> AwsSsmStatuses() { return kStatuses; }

SessionState AwsSsmStateOf(std::string_view status) {
  const auto* const known =
      std::find_if(kStatuses.begin(), kStatuses.end(),
                   [status](const StatusPair& pair) { return pair.status == status; });
  return known == kStatuses.end() ? SessionState::kUnknown : known->state;
}

// arn:aws:sts::123456789012:assumed-role/Administrator/Mary-Major
// arn:aws:iam::123456789012:user/division/timmy
// arn:aws:iam::123456789012:root
AwsSsmOwner ReadAwsSsmOwner(std::string_view owner) {
  constexpr std::string_view kAssumedRole = "assumed-role/";
  const std::string_view resource = ParseAwsArn(owner).resource;
  if (resource.empty()) return {owner, {}};
  const AwsSsmOwner plain{resource.substr(resource.rfind('/') + 1), {}};
  if (!resource.starts_with(kAssumedRole)) return plain;
  const std::string_view role = resource.substr(kAssumedRole.size());
  return {plain.user, role.substr(0, role.find('/'))};
}

OptionalTime ReadAwsSsmTime(Fields& fields, std::size_t field) {
  if (fields.Value(field).type == JsonType::kString) {
    return ReadSessionTime(fields, field, [](std::string_view text) { return text.empty(); });
  }
  const auto seconds = fields.Number(field);
  if (!seconds) return {};
  const auto time = FromEpochSeconds(*seconds);
  if (!time || !IsPlausibleTime(*time)) {
    fields.Warn(field);
    return {};
  }
  return *time;
}

std::optional<Microseconds> ReadAwsSsmDuration(std::string_view text) {
  constexpr std::size_t kMostDigits = 4;
  int minutes = 0;
  if (text.empty() || text.size() > kMostDigits) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), minutes);
  if (error != std::errc() || end != text.data() + text.size() || minutes <= 0) {
    return std::nullopt;
  }
  return std::chrono::minutes(minutes);
}

}  // namespace session_exporter
