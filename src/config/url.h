// URLs of a configuration. No message shows the text: it may hold a password where none belongs.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace session_exporter {

struct Url {
  std::string text;  // scheme and host in lower case, no trailing slash
  bool encrypted = false;
  bool loopback = false;  // the host is localhost, 127.0.0.0/8 or ::1
};

// http or https, a host (DNS name, IPv4, [IPv6]), optionally a port and a path. No user info,
// query, fragment, spaces or control characters.
Result<Url> ParseUrl(std::string_view text);

// http, https, socks4, socks4a, socks5 or socks5h, optionally USER:PASSWORD@, a host, optionally a
// port.
Result<void> CheckProxyUrl(std::string_view text);

}  // namespace session_exporter
