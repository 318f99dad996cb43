#include "server/service_notifier.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "catch.h"
#include "support/environment_of.h"
#include "unit/server/test_server.h"

namespace session_exporter::test {
namespace {

using std::chrono::milliseconds;

// Receives as systemd would, at a path or, with an @ in front, an abstract name.
class ServiceManager {
 public:
  explicit ServiceManager(std::string name) : name_(std::move(name)) {
    socket_ = socket(AF_UNIX, SOCK_DGRAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name_.data(), name_.size());
    if (name_.front() == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    REQUIRE(bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
  }
  ~ServiceManager() {
    close(socket_);
    if (name_.front() == '/') std::filesystem::remove(name_);
  }
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  std::string Receive() {
    pollfd wait{socket_, POLLIN, 0};
    if (poll(&wait, 1, static_cast<int>(kPatience.count())) != 1) return "nothing came";
    std::array<char, 512> message{};
    const ssize_t size = recv(socket_, message.data(), message.size(), 0);
    return {message.data(), static_cast<std::size_t>(size)};
  }

 private:
  std::string name_;
  int socket_ = -1;
};

std::string OwnName(std::string_view front) {
  return std::string(front) + "session_exporter_notify." + std::to_string(getpid());
}

TEST_CASE("a service manager is told of each state", "[notify]") {
  for (const std::string& name : {OwnName("/tmp/"), OwnName("@")}) {
    ServiceManager manager(name);
    const auto notifier = ServiceNotifier::Open(EnvironmentOf({{"NOTIFY_SOCKET", name}}));
    REQUIRE(notifier);
    notifier->Ready("3 targets");
    CHECK(manager.Receive() == "READY=1\nSTATUS=3 targets");
    notifier->Reloading();
    const std::string reloading = manager.Receive();
    CHECK(reloading.starts_with("RELOADING=1\nMONOTONIC_USEC="));
    CHECK(reloading.find_last_of("0123456789") == reloading.size() - 1);
    notifier->Alive();
    CHECK(manager.Receive() == "WATCHDOG=1");
    notifier->Stopping();
    CHECK(manager.Receive() == "STOPPING=1\nSTATUS=stopping");
    CHECK_FALSE(notifier->alive_interval());
  }
}

TEST_CASE("without a service manager nothing happens", "[notify]") {
  for (const auto& variables : {std::map<std::string, std::string>{},
                                {{"NOTIFY_SOCKET", ""}},
                                // Nobody to tell that it is alive.
                                {{"WATCHDOG_USEC", "1000000"}},
                                // Gone meanwhile.
                                {{"NOTIFY_SOCKET", "/nonexistent/notify"}}}) {
    const auto notifier = ServiceNotifier::Open(EnvironmentOf(variables));
    REQUIRE(notifier);
    notifier->Ready("");
    notifier->Alive();
    CHECK_FALSE(notifier->alive_interval());
  }
}

TEST_CASE("half of the watchdog's time is the interval", "[notify]") {
  struct Case {
    const char* microseconds;
    std::string pid;
    std::optional<milliseconds> interval;
  };
  const std::string own = std::to_string(getpid());
  for (const Case& example :
       {Case{"30000000", own, milliseconds(15'000)}, Case{"30000000", "", milliseconds(15'000)},
        Case{"3000", own, milliseconds(1)}, Case{"1", own, milliseconds(1)},
        Case{"99999999999999999", own, milliseconds(43'200'000)}, Case{"0", own, std::nullopt},
        Case{"", own, std::nullopt}, Case{"soon", own, std::nullopt}, Case{"-1", own, std::nullopt},
        Case{"30000000", "1", std::nullopt}}) {
    INFO(example.microseconds << " of " << example.pid);
    std::map<std::string, std::string> variables = {{"NOTIFY_SOCKET", "/run/systemd/notify"},
                                                    {"WATCHDOG_USEC", example.microseconds}};
    if (!example.pid.empty()) variables["WATCHDOG_PID"] = example.pid;
    const auto notifier = ServiceNotifier::Open(EnvironmentOf(variables));
    REQUIRE(notifier);
    CHECK(notifier->alive_interval() == example.interval);
  }
}

TEST_CASE("an address that is none is an error", "[notify]") {
  for (const std::string& name :
       {std::string("run/notify"), std::string("vsock:2:1"), "/" + std::string(200, 'a')}) {
    INFO(name);
    const auto notifier = ServiceNotifier::Open(EnvironmentOf({{"NOTIFY_SOCKET", name}}));
    REQUIRE_FALSE(notifier);
    CHECK(notifier.error().kind() == ErrorKind::kConfig);
  }
}

}  // namespace
}  // namespace session_exporter::test
