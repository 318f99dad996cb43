#include "config/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace session_exporter {
namespace {

constexpr std::string_view kAlphanumeric =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";

bool ConsistsOf(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool IsIPv4(const std::string& text) {
  in_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1;
}

bool IsIPv6(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

bool IsDnsLabel(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         // Underscores are no host names by the letter, but the names of containers have them.
         label.find_first_not_of("-_") != std::string_view::npos &&
         std::ranges::all_of(label, [](char c) {
           return c == '-' || c == '_' || kAlphanumeric.find(c) != std::string_view::npos;
         });
}

bool IsDnsName(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.size() > 253) return false;
  while (true) {
    const std::size_t dot = name.find('.');
    if (!IsDnsLabel(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) break;
    name.remove_prefix(dot + 1);
  }
  return !ConsistsOf(name, kDigits);  // 10.0.0.256 is a mistyped address, not a name
}

bool IsHost(const std::string& host) {
  if (host.starts_with('[') && host.ends_with(']')) return IsIPv6(host.substr(1, host.size() - 2));
  return IsIPv4(host) || IsDnsName(host);
}

bool IsLoopback(const std::string& host) {
  const bool local_name = host == "localhost" || host.ends_with(".localhost");
  return local_name || host == "[::1]" || (IsIPv4(host) && host.starts_with("127."));
}

bool IsPort(std::string_view text) {
  int port = 0;
  const char* end = text.data() + text.size();
  return !text.empty() && text.size() <= 5 && ConsistsOf(text, kDigits) &&
         std::from_chars(text.data(), end, port).ec == std::errc() && port >= 1 && port <= 65535;
}

// The characters of RFC 3986, 3.3.
bool IsPath(std::string_view path) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    const bool plain =
        kAlphanumeric.find(path[i]) != std::string_view::npos ||
        std::string_view("/-._~!$&'()*+,;=:@").find(path[i]) != std::string_view::npos;
    const bool escape =
        path[i] == '%' && i + 2 < path.size() && ConsistsOf(path.substr(i + 1, 2), kHexDigits);
    if (!plain && !escape) return false;
  }
  return true;
}

struct HostAndPort {
  std::string host;
  std::string_view port;  // with its colon; empty when there is none
};

Result<HostAndPort> ParseAuthority(std::string_view authority) {
  const std::size_t after_host = authority.starts_with('[') ? authority.find(']') : 0;
  if (after_host == std::string_view::npos) return Fail(ErrorKind::kConfig, "\"[\" without \"]\"");
  const std::size_t colon = std::min(authority.find(':', after_host), authority.size());
  HostAndPort parts{Lower(authority.substr(0, colon)), authority.substr(colon)};
  if (parts.host.empty()) return Fail(ErrorKind::kConfig, "the host is missing");
  if (!IsHost(parts.host)) {
    return Fail(ErrorKind::kConfig, "the host is no DNS name, IPv4 address or [IPv6 address]");
  }
  if (!parts.port.empty() && !IsPort(parts.port.substr(1))) {
    return Fail(ErrorKind::kConfig, "the port is no number from 1 to 65535");
  }
  return parts;
}

Result<Url> ParseParts(std::string_view text) {
  const auto unwanted = [](unsigned char c) { return c <= 0x20 || c == 0x7F; };
  if (std::ranges::any_of(text, unwanted)) {
    return Fail(ErrorKind::kConfig, "spaces and control characters are not accepted");
  }
  const std::size_t colon = std::min(text.find("://"), text.size());
  const std::string scheme = Lower(text.substr(0, colon));
  if (colon == text.size()) return Fail(ErrorKind::kConfig, "no URL");
  if (scheme != "http" && scheme != "https") {
    return Fail(ErrorKind::kConfig, "the scheme is neither http nor https");
  }
  text.remove_prefix(colon + 3);
  if (text.find('#') != std::string_view::npos) {
    return Fail(ErrorKind::kConfig, "a fragment (#...) is not accepted");
  }
  if (text.find('?') != std::string_view::npos) {
    return Fail(ErrorKind::kConfig, "a query (?...) is not accepted");
  }
  const std::size_t slash = std::min(text.find('/'), text.size());
  if (text.substr(0, slash).find('@') != std::string_view::npos) {
    return Fail(ErrorKind::kConfig, "user info (USER@) is not accepted");
  }
  Result<HostAndPort> authority = ParseAuthority(text.substr(0, slash));
  if (!authority) return tl::unexpected<Error>(std::move(authority).error());
  std::string_view path = text.substr(slash);
  if (!IsPath(path)) return Fail(ErrorKind::kConfig, "the path has a character to be %-escaped");
  while (path.ends_with('/')) path.remove_suffix(1);
  return Url{fmt::format("{}://{}{}{}", scheme, authority->host, authority->port, path),
             scheme == "https", IsLoopback(authority->host)};
}

}  // namespace

Result<Url> ParseUrl(std::string_view text) {
  Result<Url> url = ParseParts(text);
  if (url) return url;
  return Fail(ErrorKind::kConfig, "{}; expected https://HOST[:PORT][/PATH] or http://...",
              url.error().message());
}

Result<void> CheckProxyUrl(std::string_view text) {
  constexpr std::array<std::string_view, 6> kSchemes = {"http",    "https",  "socks4",
                                                        "socks4a", "socks5", "socks5h"};
  constexpr std::string_view kAccepted =
      "expected SCHEME://[USER:PASSWORD@]HOST[:PORT] with one of http, https, socks4, socks4a, "
      "socks5, socks5h";
  const std::size_t colon = std::min(text.find("://"), text.size());
  const bool unwanted = std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; });
  if (unwanted || colon == text.size() ||
      std::ranges::find(kSchemes, Lower(text.substr(0, colon))) == kSchemes.end()) {
    return Fail(ErrorKind::kConfig, "{}", kAccepted);
  }
  text.remove_prefix(colon + 3);
  if (text.ends_with('/')) text.remove_suffix(1);
  const std::size_t at = text.rfind('@');
  if (at != std::string_view::npos) text.remove_prefix(at + 1);
  const Result<HostAndPort> authority = ParseAuthority(text);
  if (authority) return {};
  return Fail(ErrorKind::kConfig, "{}; {}", authority.error().message(), kAccepted);
}

}  // namespace session_exporter
