#include "server/systemd_sockets.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

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

Environment Passing(int count) {
  return EnvironmentOf(
      {{"LISTEN_PID", std::to_string(getpid())}, {"LISTEN_FDS", std::to_string(count)}});
}

int ListenTcp(int family) {
  const int made = socket(family, SOCK_STREAM, 0);
  sockaddr_storage address{};
  address.ss_family = static_cast<sa_family_t>(family);
  if (family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(&address)->sin6_addr = in6addr_loopback;
  } else {
    reinterpret_cast<sockaddr_in*>(&address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  const socklen_t size = family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  if (bind(made, reinterpret_cast<sockaddr*>(&address), size) != 0) return -1;
  listen(made, 8);
  return made;
}

sockaddr_un UnixAddress(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

int ListenUnix(const std::string& path) {
  const sockaddr_un address = UnixAddress(path);
  const int made = socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(bind(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  listen(made, 8);
  return made;
}

// The first of `count` descriptors that are free and follow each other.
int FreeDescriptors(int count) {
  int first = 200;
  while (fcntl(first, F_GETFD) != -1) first += count;
  return first;
}

TEST_CASE("without sockets for this process there is an error", "[systemd]") {
  const std::string own = std::to_string(getpid());
  const auto environment = GENERATE_COPY(
      EnvironmentOf({}), EnvironmentOf({{"LISTEN_FDS", "1"}}), EnvironmentOf({{"LISTEN_PID", own}}),
      EnvironmentOf({{"LISTEN_PID", "1"}, {"LISTEN_FDS", "1"}}),
      EnvironmentOf({{"LISTEN_PID", own}, {"LISTEN_FDS", "0"}}),
      EnvironmentOf({{"LISTEN_PID", own}, {"LISTEN_FDS", "-1"}}),
      EnvironmentOf({{"LISTEN_PID", own}, {"LISTEN_FDS", "many"}}),
      EnvironmentOf({{"LISTEN_PID", own}, {"LISTEN_FDS", "100000"}}));
  const auto taken = TakeSystemdSockets(environment);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().kind() == ErrorKind::kConfig);
  CHECK(taken.error().message().find("systemd passed no sockets") != std::string::npos);
}

TEST_CASE("a descriptor that does not listen is an error", "[systemd]") {
  const int first = FreeDescriptors(1);
  int made = -1;
  SECTION("a file") { made = open("/dev/null", O_RDONLY); }
  SECTION("datagrams") { made = socket(AF_INET, SOCK_DGRAM, 0); }
  SECTION("a connection") { made = socket(AF_INET, SOCK_STREAM, 0); }
  SECTION("nothing") {}
  if (made >= 0) {
    dup2(made, first);
    close(made);
  }
  const auto taken = TakeSystemdSockets(Passing(1), first);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().message().find("is no TCP or Unix socket that listens") != std::string::npos);
  close(first);
}

TEST_CASE("passed sockets of every kind are served", "[systemd]") {
  std::string folder = (std::filesystem::temp_directory_path() / "systemd.XXXXXX").string();
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  const std::string path = folder + "/exporter.sock";
  const int first = FreeDescriptors(3);
  const int tcp = ListenTcp(AF_INET);
  dup2(tcp, first);
  close(tcp);
  const int local = ListenUnix(path);
  dup2(local, first + 1);
  close(local);
  const int six = ListenTcp(AF_INET6);  // a machine may have no IPv6
  if (six >= 0) {
    dup2(six, first + 2);
    close(six);
  }
  const auto sockets = TakeSystemdSockets(Passing(six >= 0 ? 3 : 2), first);
  REQUIRE(sockets);
  for (const int socket : *sockets) CHECK((fcntl(socket, F_GETFD) & FD_CLOEXEC) != 0);

  LogLines lines;
  Log log(LogLevel::kDebug, LogFormat::kLogfmt, lines.sink());
  const auto server = HttpServer::Listen(
      {{}, *sockets, TestLimits(), nullptr},
      [](const IncomingRequest& request, const Responder& respond) {
        OutgoingResponse response;
        response.body = request.remote_address;
        respond(std::move(response));
      },
      log);
  REQUIRE(server);
  const auto addresses = (*server)->addresses();
  CHECK(addresses[1] == "unix:" + path);
  CHECK(RawClient(addresses[0]).Exchange(Get("/")).body.starts_with("127.0.0.1:"));
  if (six >= 0) CHECK(RawClient(addresses[2]).Exchange(Get("/")).body.starts_with("[::1]:"));

  const int client = socket(AF_UNIX, SOCK_STREAM, 0);
  const sockaddr_un address = UnixAddress(path);
  REQUIRE(connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  const std::string request = "GET / HTTP/1.0\r\n\r\n";
  REQUIRE(write(client, request.data(), request.size()) == static_cast<ssize_t>(request.size()));
  std::string received(4096, '\0');
  std::size_t total = 0;
  for (ssize_t got = 1; got > 0; total += static_cast<std::size_t>(std::max<ssize_t>(got, 0))) {
    got = read(client, received.data() + total, received.size() - total);
  }
  received.resize(total);
  CHECK(received.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(received.ends_with("\r\n\r\nunix"));
  close(client);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace session_exporter::test
