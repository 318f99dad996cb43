#include "simulator/faults.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include <fmt/format.h>

namespace simulator {
namespace {

using enum FaultScope;

// clang-format off
const std::vector<FaultKind> kKinds{
    {"delay", kDelivery, "SECONDS", "wait before the headers"},
    {"hang", kDelivery, "", "never answer"},
    {"hang_body", kDelivery, "", "headers and half of the body, then silence"},
    {"drip", kDelivery, "MILLISECONDS", "one byte of the body every 100 ms, or as told"},
    {"slow_headers", kDelivery, "MILLISECONDS", "one byte of the headers every 100 ms, or as told"},
    {"reset", kDelivery, "half|accept", "RST instead of an answer; after half the body; right after accept (by script only)"},
    {"close", kDelivery, "", "close without an answer"},
    {"cut", kDelivery, "", "Content-Length of the whole, half of the body, close"},
    {"cut_chunked", kDelivery, "", "chunked, closed after half of the body without the last chunk"},
    {"chunked", kDelivery, "", "a correct answer in chunks"},
    {"bad_chunk", kDelivery, "", "chunked, with a chunk size that is no number"},
    {"until_close", kDelivery, "", "no Content-Length, the end of the connection ends the body"},
    {"two_lengths", kDelivery, "", "two Content-Length headers that disagree"},
    {"endless", kDelivery, "", "a list of sessions that never ends"},
    {"endless_spaces", kDelivery, "", "white space without end after the opening brace"},
    {"endless_string", kDelivery, "", "one string without end"},
    {"endless_headers", kDelivery, "", "header lines without end"},
    {"gzip", kDelivery, "", "the right answer, gzipped"},
    {"gzip_bomb", kDelivery, "MEBIBYTES", "gzipped zeros, 256 MiB unless told"},
    {"bad_gzip", kDelivery, "", "Content-Encoding: gzip, body not gzip"},
    {"big_headers", kDelivery, "KIBIBYTES", "further headers, 300 KiB unless told"},
    {"garbage", kDelivery, "", "an HTML comment after the document"},
    {"trailing", kDelivery, "", "a second document after the document"},
    {"bom", kDelivery, "", "a byte order mark before the document"},
    {"no_date", kDelivery, "", "no Date header"},
    {"bad_status_line", kDelivery, "", "a first line that is not HTTP"},

    {"status", kAnswer, "NNN", "this status with an HTML body"},
    {"retry_after", kDetail, "SECONDS", "with status: a Retry-After header"},
    {"redirect", kAnswer, "NNN", "redirect (302) to /simulator/honeypot, which counts what arrives"},
    {"location", kDetail, "URL", "with redirect: to there instead"},
    {"html", kAnswer, "", "200 with an HTML page"},
    {"empty", kAnswer, "", "200 with an empty body"},
    {"deep", kAnswer, "N", "nested arrays, 100000 unless told"},
    {"echo", kAnswer, "NNN", "an error (500) whose body repeats the request's headers and body, secret and all"},
    {"not_json", kAnswer, "", "200 with text that is not JSON"},

    {"error_message", kDocument, "TEXT", "200 with only an error_message"},
    {"auth_error", kDocument, "", "the vendor's answer to a wrong key"},
    {"permission", kDocument, "", "the vendor's answer to a missing permission"},
    {"no_list", kDocument, "", "the list of sessions is missing"},
    {"two_lists", kDocument, "", "the list of sessions occurs twice, the second time empty"},
    {"list", kDocument, "null|string|object|number", "the list of sessions is something else"},
    {"items", kDocument, "null|string|array|number", "every second session in the list is something else"},
    {"wrong_types", kDocument, "all", "in each session one field in turn (or all but the id) has a wrong type"},
    {"nulls", kDocument, "", "all fields but the id are null"},
    {"missing", kDocument, "", "all fields but the id are missing"},
    {"invalid_utf8", kDocument, "", "names with bytes that are not UTF-8"},
    {"control", kDocument, "", "names with \\u0000, line breaks, quotes and backslashes"},
    {"surrogates", kDocument, "", "names with a lone surrogate escape"},
    {"long_strings", kDocument, "N", "names of N characters (100000 unless told)"},
    {"duplicates", kDocument, "", "every session is listed twice"},
    {"no_ids", kDocument, "", "sessions without id"},
    {"absurd_numbers", kDocument, "", "negative, huge and overflowing numbers"},
    {"absurd_dates", kDocument, "", "dates far away, empty or garbage"},
    {"unknown_statuses", kDocument, "N", "N statuses nobody has heard of (1000 unless told)"},
    {"distinct_labels", kDocument, "", "user, image and host differ in every session"},
    {"no_current_time", kDocument, "", "the server's time is missing"},
    {"skew", kDocument, "SECONDS", "the server's clock is off (its time and the Date header)"},
    {"assigned_only", kDocument, "", "staged sessions are left out"},
    {"no_sessions", kDocument, "", "the list is empty"},

    {"count_missing", kDocument, "", "Intersight: no Count, though it was asked for"},
    {"count_wrong", kDocument, "N", "Intersight: this Count (one too many unless told)"},
    {"clamp_top", kDocument, "N", "Intersight: at most N rows a page (10 unless told), whatever $top says"},
    {"shuffle", kDocument, "", "Intersight: without $orderby every answer is in another order"},
    {"no_login_type", kDocument, "", "Intersight: an appliance that does not know LoginType, and refuses it in $select"},
    {"limits_permission", kDocument, "", "Intersight: session limits may not be read"},
    {"limits_status", kDocument, "NNN", "Intersight: the session limits have this status (500) and a JSON error"},
    {"limits_fault", kDocument, "NAME[=ARG]", "Intersight: a document fault of the list, in the session limits instead"},
    {"accounts_permission", kDocument, "", "Intersight: accounts may not be listed, only read one by one"},
    {"token_error", kDocument, "CODE", "Intersight: no OAuth token, but this error (invalid_client unless told)"},
    {"token_missing", kDocument, "", "Intersight: an OAuth answer without access_token"},
    {"token_expires_in", kDocument, "JSON", "Intersight: this in place of expires_in (null unless told)"},
    {"token_revoked", kDocument, "", "Intersight: OAuth tokens are refused before their time"},

    {"throttle", kDocument, "MILLISECONDS", "AWS: ThrottlingException; with x-amz-retry-after where told"},
    {"aws_error", kDocument, "CODE", "AWS: DescribeSessions fails with this code"},
    {"aws_status", kDetail, "NNN", "with aws_error and sts_error: this status instead of 400"},
    {"aws_message", kDetail, "TEXT", "with aws_error and sts_error: this message"},
    {"error_namespaced", kDetail, "", "AWS: codes as com.amazonaws.ssm#CODE, in the header with :http://... after it"},
    {"error_in", kDetail, "header|both", "AWS: codes in x-amzn-ErrorType instead of the body, or in both"},
    {"expired_token", kDocument, "", "AWS: ExpiredTokenException, whatever the credentials"},
    {"repeat_token", kDocument, "", "AWS: the same NextToken again and again"},
    {"empty_pages", kDocument, "N", "AWS: N empty pages (2 unless told) before each page"},
    {"endless_pages", kDocument, "", "AWS: always one more page, of sessions never seen before"},
    {"sts_error", kDocument, "CODE", "AWS: STS fails with this code"},
    {"imds_off", kDocument, "", "AWS: the instance metadata service is disabled (403)"},
    {"imds_code", kDocument, "CODE", "AWS: instance metadata says 200 with this Code and no credentials"},
    {"stale_credentials", kDocument, "", "AWS: metadata and container credentials are past their Expiration, and accepted"},
};
// clang-format on

const FaultKind* FindKind(std::string_view name) {
  const auto found = std::find_if(kKinds.begin(), kKinds.end(),
                                  [&](const FaultKind& kind) { return kind.name == name; });
  return found == kKinds.end() ? nullptr : &*found;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsAtDoor(const FaultSet& faults) {
  const std::string* reset = faults.Find("reset");
  return reset != nullptr && *reset == "accept";
}

}  // namespace

const std::vector<FaultKind>& FaultKinds() { return kKinds; }

std::string PercentDecode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 &&
        HexDigit(text[i + 2]) >= 0) {
      decoded += static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

std::optional<FaultSet> FaultSet::Parse(std::string_view text, std::string* error) {
  FaultSet set;
  set.text_ = text;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view part = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    const std::size_t equals = part.find('=');
    const std::string_view name = part.substr(0, equals);
    if (FindKind(name) == nullptr) {
      if (error != nullptr) *error = fmt::format("unknown fault '{}'", name);
      return std::nullopt;
    }
    set.faults_.emplace_back(
        name, equals == std::string_view::npos ? "" : PercentDecode(part.substr(equals + 1)));
  }
  return set;
}

const std::string* FaultSet::Find(std::string_view name) const {
  for (const auto& [key, argument] : faults_) {
    if (key == name) return &argument;
  }
  return nullptr;
}

double FaultSet::Number(std::string_view name, double otherwise) const {
  const std::string* argument = Find(name);
  if (argument == nullptr || argument->empty()) return otherwise;
  return std::strtod(argument->c_str(), nullptr);
}

bool FaultSet::HasScope(FaultScope scope) const {
  return std::any_of(faults_.begin(), faults_.end(),
                     [&](const auto& fault) { return FindKind(fault.first)->scope == scope; });
}

void FaultSet::Merge(FaultSet other) {
  if (!text_.empty() && !other.text_.empty()) text_ += ',';
  text_ += other.text_;
  for (auto& fault : other.faults_) faults_.push_back(std::move(fault));
}

std::uint64_t FaultScript::Add(std::string path, std::string_view fault,
                               std::optional<std::uint64_t> times) {
  std::string error;
  std::optional<FaultSet> faults = FaultSet::Parse(fault, &error);
  if (!faults) throw std::invalid_argument(error);
  if (faults->empty()) throw std::invalid_argument("no fault given");
  const bool at_door = IsAtDoor(*faults);
  const std::lock_guard lock(mutex_);
  ++last_id_;
  if (times == 0) return last_id_;
  entries_.push_back(
      {{last_id_, std::move(path), std::string(fault), times}, std::move(*faults), at_door});
  return last_id_;
}

void FaultScript::Clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
}

bool FaultScript::Remove(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  return std::erase_if(entries_, [&](const Armed& armed) { return armed.entry.id == id; }) > 0;
}

std::vector<ScriptEntry> FaultScript::Entries() const {
  const std::lock_guard lock(mutex_);
  std::vector<ScriptEntry> entries;
  for (const Armed& armed : entries_) entries.push_back(armed.entry);
  return entries;
}

bool FaultScript::Use(std::size_t index) {
  std::optional<std::uint64_t>& times = entries_[index].entry.times;
  if (!times || --*times > 0) return false;
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(index));
  return true;
}

FaultSet FaultScript::Take(std::string_view path) {
  FaultSet all;
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < entries_.size();) {
    const std::string& wanted = entries_[i].entry.path;
    const bool applies = !entries_[i].at_door && (wanted.empty() || wanted == "*" ||
                                                  path.find(wanted) != std::string_view::npos);
    if (applies) all.Merge(entries_[i].faults);
    if (!applies || !Use(i)) ++i;
  }
  return all;
}

bool FaultScript::TakeAtDoor() {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!entries_[i].at_door) continue;
    Use(i);
    return true;
  }
  return false;
}

}  // namespace simulator
