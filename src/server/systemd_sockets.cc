#include "server/systemd_sockets.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace session_exporter {
namespace {

constexpr int kMostSockets = 256;

std::optional<int> NumberIn(const Environment& environment, const std::string& name) {
  const std::optional<std::string> text = environment(name);
  if (!text) return std::nullopt;
  int number = 0;
  const char* end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

std::optional<int> Option(int socket, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  if (getsockopt(socket, SOL_SOCKET, option, &value, &size) != 0) return std::nullopt;
  return value;
}

bool IsServedFamily(int family) {
  switch (family) {
    case AF_INET:
    case AF_INET6:
    case AF_UNIX:
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<std::vector<int>> TakeSystemdSockets(const Environment& environment, int first) {
  const auto process = NumberIn(environment, "LISTEN_PID");
  const auto count = NumberIn(environment, "LISTEN_FDS");
  if (process != getpid() || !count || *count < 1 || *count > kMostSockets) {
    return Fail(
        ErrorKind::kConfig,
        "--web.systemd-socket: systemd passed no sockets; expected a start by a socket unit "
        "(LISTEN_PID, LISTEN_FDS)");
  }
  std::vector<int> sockets;
  for (int socket = first; socket < first + *count; ++socket) {
    const auto family = Option(socket, SO_DOMAIN);
    const bool is_stream = Option(socket, SO_TYPE) == SOCK_STREAM;
    const bool listens = is_stream && Option(socket, SO_ACCEPTCONN) == 1;
    const bool known = IsServedFamily(family.value_or(AF_UNSPEC));
    if (!listens || !known) {
      return Fail(ErrorKind::kConfig,
                  "--web.systemd-socket: descriptor {} is no TCP or Unix socket that listens; "
                  "expected ListenStream= and Accept=no in the socket unit",
                  socket);
    }
    fcntl(socket, F_SETFD, FD_CLOEXEC);  // NOLINT(cppcoreguidelines-pro-type-vararg): POSIX
    sockets.push_back(socket);
  }
  return sockets;
}

}  // namespace session_exporter
