#include "server/listen_address.h"

#include <charconv>
#include <optional>

namespace session_exporter {
namespace {

std::optional<std::uint16_t> ParsePort(std::string_view text) {
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, port);
  if (text.empty() || error != std::errc() || stopped != end) return std::nullopt;
  return port;
}

}  // namespace

Result<ListenAddress> ParseListenAddress(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return Fail(ErrorKind::kConfig, "listen address \"{}\": no port, expected host:port", text);
  }
  const auto port = ParsePort(text.substr(colon + 1));
  if (!port) {
    return Fail(ErrorKind::kConfig,
                "listen address \"{}\": the port is not a number from 0 to 65535", text);
  }
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']') && host.find(':') != std::string_view::npos) {
    return ListenAddress{std::string(host.substr(1, host.size() - 2)), *port};
  }
  if (host.find_first_of("[]: /") != std::string_view::npos) {
    return Fail(ErrorKind::kConfig,
                "listen address \"{}\": malformed host; an IPv6 address is written [::1]:port",
                text);
  }
  return ListenAddress{std::string(host), *port};
}

}  // namespace session_exporter
