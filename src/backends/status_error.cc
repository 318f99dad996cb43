#include "backends/status_error.h"

#include <string>

#include "base/utf8.h"

namespace session_exporter {
namespace {

// Scheme and host of a Location header: its path and query may hold what we sent.
std::string OriginOf(std::string_view location) {
  constexpr std::size_t kLongestShown = 200;
  constexpr std::string_view kSchemeCharacters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";
  if (location.empty()) return "an address that it does not name";
  // A relative address may have an absolute one in its query.
  const std::size_t scheme = location.find_first_not_of(kSchemeCharacters);
  if (scheme == std::string_view::npos || !location.substr(scheme).starts_with("://")) {
    return location.starts_with("//") ? "another host" : "another path of the same host";
  }
  const std::size_t host = scheme + 3;
  const std::size_t end = location.find_first_of("/\\?#", host);
  std::string_view authority = location.substr(host, end - host);
  authority.remove_prefix(authority.rfind('@') + 1);
  return CleanText(fmt::format("{}://{}", location.substr(0, scheme), authority), kLongestShown);
}

}  // namespace

ErrorKind KindOfStatus(int status) {
  switch (status) {
    case 401:
      return ErrorKind::kAuth;
    case 403:
      return ErrorKind::kPermission;
    case 429:
      return ErrorKind::kRateLimited;
    default:
      return ErrorKind::kHttp;
  }
}

Error ErrorOfStatus(const HttpHead& head) {
  const ErrorKind kind = KindOfStatus(head.status);
  switch (kind) {
    case ErrorKind::kAuth:
      return {kind, "HTTP 401: the credentials were refused"};
    case ErrorKind::kPermission:
      return {kind, "HTTP 403: the credentials lack a permission"};
    case ErrorKind::kRateLimited:
      return {kind, "HTTP 429: too many requests"};
    default:
      break;
  }
  if (head.status >= 300 && head.status < 400) {
    return {ErrorKind::kHttp,
            fmt::format("HTTP {} redirects to {}, which is not followed because the request holds "
                        "credentials; check the scheme, host and path of the URL",
                        head.status, OriginOf(head.Header("location")))};
  }
  return {ErrorKind::kHttp, fmt::format("HTTP {}", head.status)};
}

}  // namespace session_exporter
