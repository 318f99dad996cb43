#include "server/service_notifier.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <utility>

namespace session_exporter {
namespace {

std::optional<std::uint64_t> Number(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  std::uint64_t number = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

std::optional<std::chrono::milliseconds> AliveInterval(const Environment& environment) {
  const auto microseconds = Number(environment("WATCHDOG_USEC"));
  if (!microseconds || *microseconds == 0) return std::nullopt;
  // Meant for another process, such as a shell around this one.
  const auto pid = Number(environment("WATCHDOG_PID"));
  if (pid && *pid != static_cast<std::uint64_t>(getpid())) return std::nullopt;
  constexpr std::uint64_t kLongest = 86'400'000'000;
  const std::chrono::microseconds time(
      static_cast<std::int64_t>(std::min(*microseconds, kLongest)));
  return std::max(std::chrono::floor<std::chrono::milliseconds>(time / 2),
                  std::chrono::milliseconds(1));
}

}  // namespace

Result<ServiceNotifier> ServiceNotifier::Open(const Environment& environment) {
  const auto interval = AliveInterval(environment);
  const auto name = environment("NOTIFY_SOCKET");
  if (!name || name->empty()) return ServiceNotifier(-1, {}, std::nullopt);
  std::string address = *name;
  const bool known = address.front() == '/' || address.front() == '@';
  if (!known || address.size() >= sizeof(sockaddr_un::sun_path)) {
    return Fail(ErrorKind::kConfig, "NOTIFY_SOCKET: {} is no address of a socket", address);
  }
  if (address.front() == '@') address.front() = '\0';
  const int made = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (made < 0) return Fail(ErrorKind::kConnect, "NOTIFY_SOCKET: {}", std::strerror(errno));
  return ServiceNotifier(made, std::move(address), interval);
}

ServiceNotifier::ServiceNotifier(int socket, std::string address,
                                 std::optional<std::chrono::milliseconds> alive_interval)
    : socket_(socket), address_(std::move(address)), alive_interval_(alive_interval) {}

ServiceNotifier::ServiceNotifier(ServiceNotifier&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      address_(std::move(other.address_)),
      alive_interval_(other.alive_interval_) {}

ServiceNotifier::~ServiceNotifier() {
  if (socket_ >= 0) close(socket_);
}

void ServiceNotifier::Ready(std::string_view status) const {
  Send(fmt::format("READY=1\nSTATUS={}", status));
}

// The time is what Type=notify-reload (systemd 253) asks for, so that it knows which reload this
// is.
void ServiceNotifier::Reloading() const {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  Send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.tv_sec * 1'000'000 + now.tv_nsec / 1'000));
}

void ServiceNotifier::Stopping() const { Send("STOPPING=1\nSTATUS=stopping"); }

void ServiceNotifier::Alive() const { Send("WATCHDOG=1"); }

void ServiceNotifier::Send(std::string_view message) const {
  if (socket_ < 0) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, address_.data(), address_.size());
  // An abstract name has no end but the length.
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  sendto(socket_, message.data(), message.size(), MSG_NOSIGNAL,
         reinterpret_cast<const sockaddr*>(&address), size);
}

}  // namespace session_exporter
