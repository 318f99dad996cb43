// Tells the service manager how the program is doing, by the protocol of sd_notify(3): a datagram
// of assignments to the socket that NOTIFY_SOCKET names. Its manual calls the protocol stable and
// fit for programs without libsystemd, which an image with nothing else in it does not have.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/environment.h"

namespace session_exporter {

class ServiceNotifier {
 public:
  // Without NOTIFY_SOCKET every message goes nowhere. Errors: kConfig for a name that is neither a
  // path nor, after an @, an abstract socket's; kConnect for want of a socket.
  static Result<ServiceNotifier> Open(const Environment& environment);
  ~ServiceNotifier();
  ServiceNotifier(ServiceNotifier&& other) noexcept;
  ServiceNotifier(const ServiceNotifier&) = delete;
  ServiceNotifier& operator=(const ServiceNotifier&) = delete;
  ServiceNotifier& operator=(ServiceNotifier&&) = delete;

  // How often Alive is to be called: half of the time that WATCHDOG_USEC gives this process.
  // Nothing without a watchdog.
  [[nodiscard]] std::optional<std::chrono::milliseconds> alive_interval() const {
    return alive_interval_;
  }

  // The messages are best effort, as with sd_notify: nobody can do anything about one that is lost.
  // `status` is one line for people, as `systemctl status` shows it.
  void Ready(std::string_view status) const;
  void Reloading() const;
  void Stopping() const;
  void Alive() const;  // thread-safe, as the others

 private:
  ServiceNotifier(int socket, std::string address,
                  std::optional<std::chrono::milliseconds> alive_interval);
  void Send(std::string_view message) const;

  int socket_;           // -1: nobody to tell
  std::string address_;  // as sun_path takes it
  std::optional<std::chrono::milliseconds> alive_interval_;
};

}  // namespace session_exporter
