#include <string>
#include <vector>

#include <fmt/format.h>

#include "catch.h"
#include "server/listen_address.h"
#include "unit/server/test_server.h"

namespace session_exporter::test {
namespace {

TEST_CASE("listen addresses are read", "[listen]") {
  struct Case {
    const char* text;
    const char* host;
    int port;
  };
  const auto c = GENERATE(values<Case>({
      {":10470", "", 10470},
      {":0", "", 0},
      {"127.0.0.1:1", "127.0.0.1", 1},
      {"[::1]:65535", "::1", 65535},
      {"localhost:80", "localhost", 80},
      {"exporter.example.com:9100", "exporter.example.com", 9100},
  }));
  INFO(c.text);
  const auto address = ParseListenAddress(c.text);
  REQUIRE(address);
  CHECK(address->host == c.host);
  CHECK(address->port == c.port);
}

TEST_CASE("a listen address that cannot be read is an error that quotes it", "[listen]") {
  struct Case {
    const char* text;
    const char* message;
  };
  const auto c = GENERATE(values<Case>({
      {"", "no port"},
      {"localhost", "no port"},
      {":", "the port is not a number"},
      {"127.0.0.1", "no port"},
      {"127.0.0.1:", "the port is not a number"},
      {":port", "the port is not a number"},
      {":65536", "the port is not a number"},
      {":-1", "the port is not a number"},
      {":+1", "the port is not a number"},
      {": 80", "the port is not a number"},
      {"::1:80", "malformed host; an IPv6 address is written [::1]:port"},
      {"[::1:80", "malformed host"},
      {"[]:80", "malformed host"},
      {"[localhost]:80", "malformed host"},
      {"http://localhost:80", "malformed host"},
  }));
  INFO(c.text);
  const auto address = ParseListenAddress(c.text);
  REQUIRE_FALSE(address);
  CHECK(address.error().kind() == ErrorKind::kConfig);
  CHECK(address.error().message().find(c.message) != std::string::npos);
  CHECK(address.error().message().find(fmt::format("\"{}\"", c.text)) != std::string::npos);
}

auto Listen(const std::vector<std::string>& addresses, Log& log) {
  return HttpServer::Listen({addresses, {}, TestLimits(), nullptr}, Echo, log);
}

std::string OnPortOf(const std::string& address, std::string_view host) {
  return fmt::format("{}{}", host, address.substr(address.rfind(':')));
}

TEST_CASE("one server listens on several addresses, with free ports", "[listen]") {
  Log log(LogLevel::kError, LogFormat::kLogfmt);
  auto server = Listen({":0", "127.0.0.1:0", "localhost:0"}, log);
  REQUIRE(server);
  const auto addresses = (*server)->addresses();
  REQUIRE(addresses.size() == 3);
  for (const auto& address : addresses) {
    CHECK(RawClient(OnPortOf(address, "127.0.0.1")).Exchange(Get("/")).status == 200);
  }
  if (addresses[0].starts_with("[::]")) {
    CHECK(RawClient(OnPortOf(addresses[0], "[::1]")).Exchange(Get("/")).status == 200);
  }
}

TEST_CASE("an IPv6 address takes no IPv4 clients", "[listen]") {
  Log log(LogLevel::kError, LogFormat::kLogfmt);
  auto server = Listen({"[::1]:0"}, log);
  if (!server) return;  // a machine without IPv6
  const std::string address = (*server)->addresses().front();
  CHECK(RawClient(address).Exchange(Get("/")).status == 200);
  CHECK_THROWS(RawClient(OnPortOf(address, "127.0.0.1")));
}

TEST_CASE("an IPv6 client counts as its network", "[listen]") {
  Log log(LogLevel::kError, LogFormat::kLogfmt);
  const auto tell_network = [](const IncomingRequest& request, const Responder& respond) {
    OutgoingResponse response;
    response.body = request.network;
    respond(std::move(response));
  };
  auto server = HttpServer::Listen({{"[::1]:0"}, {}, TestLimits(), nullptr}, tell_network, log);
  if (!server) return;  // a machine without IPv6
  CHECK(RawClient((*server)->addresses().front()).Exchange(Get("/")).body == "::/64");
}

TEST_CASE("an address that cannot be bound is an error that says which and why", "[listen]") {
  Log log(LogLevel::kError, LogFormat::kLogfmt);
  TestServer first;
  struct Case {
    std::string address;
    ErrorKind kind;
    const char* reason;
  };
  const auto c = GENERATE_REF(values<Case>({
      {first.address(), ErrorKind::kConnect, "Address already in use"},
      {"192.0.2.1:0", ErrorKind::kConnect, "Cannot assign requested address"},
      {"no-such-host.invalid:0", ErrorKind::kConnect, "Host not found"},
      {"nonsense", ErrorKind::kConfig, "no port"},
  }));
  INFO(c.address);
  const auto server = Listen({"127.0.0.1:0", c.address}, log);
  REQUIRE_FALSE(server);
  CHECK(server.error().kind() == c.kind);
  CHECK(server.error().message().find(c.address) != std::string::npos);
  CHECK(server.error().message().find(c.reason) != std::string::npos);
}

TEST_CASE("a port can be bound again right after the server has gone", "[listen]") {
  Log log(LogLevel::kError, LogFormat::kLogfmt);
  TestServer first;
  const std::string address = first.address();
  RawClient client = first.Connect();
  CHECK(client.Exchange(Get("/")).status == 200);
  first.Destroy();
  CHECK(Listen({address}, log));
}

}  // namespace
}  // namespace session_exporter::test
