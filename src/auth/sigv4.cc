#include "auth/sigv4.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "auth/digest.h"
#include "net/percent_encoding.h"
#include "net/url.h"

namespace session_exporter {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

// By lower-case name, values of repeated headers joined in their order.
using CanonicalHeaders = std::map<std::string, std::string, std::less<>>;

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

// Those that SignAwsRequest writes.
bool IsOfSignature(std::string_view lower_name) {
  constexpr std::array<std::string_view, 4> kNames = {"authorization", "host", "x-amz-date",
                                                      "x-amz-security-token"};
  return std::find(kNames.begin(), kNames.end(), lower_name) != kNames.end();
}

// Botocore leaves these out as well (auth.py, SIGNED_HEADERS_BLACKLIST): somebody on the way may
// change them. Those of the SDKs' retries differ between attempts.
bool IsSigned(std::string_view lower_name) {
  constexpr std::array<std::string_view, 7> kNames = {
      "accept-encoding", "authorization",     "connection",     "expect",
      "user-agent",      "transfer-encoding", "x-amzn-trace-id"};
  return std::find(kNames.begin(), kNames.end(), lower_name) == kNames.end() &&
         !lower_name.starts_with("amz-sdk-");
}

// Without blanks at both ends, runs of them as one.
std::string TrimAll(std::string_view value) {
  std::string trimmed;
  bool blank = false;
  for (const char c : value) {
    if (c == ' ' || c == '\t') {
      blank = true;
      continue;
    }
    if (blank && !trimmed.empty()) trimmed += ' ';
    blank = false;
    trimmed += c;
  }
  return trimmed;
}

// The path without "." and "..", empty segments taken out, as a file system would read it.
std::string NormalizedPath(std::string_view path) {
  std::vector<std::string_view> segments;
  bool folder = true;  // ends with a slash
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view segment = path.substr(at, end - at);
    folder = end < path.size() || segment == "." || segment == "..";
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
    at = end + 1;
  }
  std::string normalized;
  for (const std::string_view segment : segments) (normalized += '/') += segment;
  if (folder || normalized.empty()) normalized += '/';
  return normalized;
}

// Every segment encoded once more than it is sent, which is what all services but S3 expect.
std::string CanonicalPath(std::string_view path) {
  const std::string normalized = NormalizedPath(path);
  std::string canonical;
  for (std::size_t at = 0; at < normalized.size();) {
    const std::size_t end = std::min(normalized.find('/', at), normalized.size());
    canonical += PercentEncode(std::string_view(normalized).substr(at, end - at));
    if (end < normalized.size()) canonical += '/';
    at = end + 1;
  }
  return canonical;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string PercentDecode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 &&
                        HexDigit(text[i + 2]) >= 0;
    decoded +=
        escape ? static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return decoded;
}

// Sorted by name, then by value, however the URL writes them.
std::string CanonicalQuery(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (std::size_t at = 0; at < query.size();) {
    const std::size_t end = std::min(query.find('&', at), query.size());
    const std::string_view parameter = query.substr(at, end - at);
    const std::size_t equals = std::min(parameter.find('='), parameter.size());
    const std::string_view value = parameter.substr(std::min(equals + 1, parameter.size()));
    if (!parameter.empty()) {
      parameters.emplace_back(PercentEncode(PercentDecode(parameter.substr(0, equals))),
                              PercentEncode(PercentDecode(value)));
    }
    at = end + 1;
  }
  std::sort(parameters.begin(), parameters.end());
  std::string canonical;
  for (const auto& [name, value] : parameters) {
    if (!canonical.empty()) canonical += '&';
    canonical.append(name).append(1, '=').append(value);
  }
  return canonical;
}

CanonicalHeaders HeadersToSign(const HttpRequest& request) {
  CanonicalHeaders headers;
  for (const auto& [name, value] : request.headers) {
    const std::string lower = Lower(name);
    if (!IsSigned(lower)) continue;
    const auto [header, added] = headers.try_emplace(lower, TrimAll(value.Reveal()));
    if (!added) header->second += ',' + TrimAll(value.Reveal());
  }
  return headers;
}

std::string NamesOf(const CanonicalHeaders& headers) {
  std::string names;
  for (const auto& [name, value] : headers) {
    if (!names.empty()) names += ';';
    names += name;
  }
  return names;
}

// 20150830T123600Z
std::string BasicFormat(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", int{date.year()}, unsigned{date.month()},
                     unsigned{date.day()}, clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

std::string SignatureOf(std::string_view text, const Secret& secret_key, std::string_view day,
                        const AwsScope& scope) {
  const Secret start("AWS4" + std::string(secret_key.Reveal()));
  Sha256Digest key = HmacSha256(start.Reveal(), day);
  for (const std::string_view part :
       {std::string_view(scope.region), std::string_view(scope.service),
        std::string_view("aws4_request")}) {
    key = HmacSha256(TextOf(key), part);
  }
  return Hex(HmacSha256(TextOf(key), text));
}

}  // namespace

Result<std::string> AwsCanonicalRequest(const HttpRequest& request) {
  const auto url = SplitUrl(request.url);
  if (!url) return tl::unexpected(url.error());
  const std::string_view target = std::string_view(url->rest).substr(0, url->rest.find('#'));
  const std::size_t path_end = std::min(target.find('?'), target.size());
  const CanonicalHeaders headers = HeadersToSign(request);
  std::string canonical =
      fmt::format("{}\n{}\n{}\n", NameOf(request.method), CanonicalPath(target.substr(0, path_end)),
                  CanonicalQuery(target.substr(std::min(path_end + 1, target.size()))));
  for (const auto& [name, value] : headers) {
    canonical.append(name).append(1, ':').append(value).append(1, '\n');
  }
  return canonical + '\n' + NamesOf(headers) + '\n' + Hex(Sha256(request.body.Reveal()));
}

Result<void> SignAwsRequest(HttpRequest& request, const AwsCredentials& credentials,
                            const AwsScope& scope, Timestamp now) {
  const auto url = SplitUrl(request.url);
  if (!url) return tl::unexpected(url.error());
  std::erase_if(request.headers,
                [](const auto& header) { return IsOfSignature(Lower(header.first)); });
  const auto add = [&request](std::string name, Secret value) {
    request.headers.emplace_back(std::move(name), std::move(value));
  };
  const std::string time = BasicFormat(now);
  // What libcurl would send by itself, written out so that the two cannot differ.
  add("Host", Secret(url->host_header));
  add("X-Amz-Date", Secret(time));
  if (!credentials.session_token.empty()) add("X-Amz-Security-Token", credentials.session_token);
  const auto canonical = AwsCanonicalRequest(request);
  if (!canonical) return tl::unexpected(canonical.error());
  const std::string day = time.substr(0, 8);
  const std::string path = fmt::format("{}/{}/{}/aws4_request", day, scope.region, scope.service);
  const std::string text =
      fmt::format("{}\n{}\n{}\n{}", kAlgorithm, time, path, Hex(Sha256(*canonical)));
  add("Authorization",
      Secret(fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm,
                         credentials.access_key_id, path, NamesOf(HeadersToSign(request)),
                         SignatureOf(text, credentials.secret_access_key, day, scope))));
  return {};
}

}  // namespace session_exporter
