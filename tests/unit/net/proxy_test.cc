// A configured proxy is used, and sees no more than it must.
#include <fmt/format.h>

#include "catch.h"
#include "unit/net/certificates.h"
#include "unit/net/client_fixture.h"
#include "unit/net/raw_server.h"

namespace session_exporter::testing {
namespace {

TEST_CASE("http goes through the proxy in absolute form, with the proxy's password", "[net]") {
  std::string seen;
  RawServer proxy([&](RawConnection& connection) {
    seen = connection.ReadRequest();
    connection.Write(Ok("by proxy"));
  });
  ClientFixture fixture;
  HttpOptions options;
  options.proxy_url = Secret(fmt::format("http://user:word@127.0.0.1:{}", proxy.port()));
  fixture.http_options = std::make_shared<const HttpOptions>(options);
  CHECK(fixture.Get("http://backend.example/x").body == "by proxy");
  CHECK(seen.starts_with("GET http://backend.example/x HTTP/1.1\r\n"));
  CHECK(seen.find("Proxy-Authorization: Basic dXNlcjp3b3Jk\r\n") != std::string::npos);
}

TEST_CASE("https is tunnelled, and a proxy that refuses is connect", "[net]") {
  std::string seen;
  RawServer proxy([&](RawConnection& connection) {
    seen = connection.ReadRequest();
    connection.Write("HTTP/1.1 407 No\r\nX-Proxy: 1\r\nContent-Length: 0\r\n\r\n");
  });
  ClientFixture fixture;
  HttpOptions options;
  options.proxy_url = Secret(fmt::format("http://user:word@127.0.0.1:{}", proxy.port()));
  fixture.http_options = std::make_shared<const HttpOptions>(options);
  HttpRequest request;
  request.url = "https://backend.example/x";
  request.headers.emplace_back("Authorization", Secret("hush"));
  const Answer answer = Read(*fixture.Send(std::move(request)));
  CHECK(seen.starts_with("CONNECT backend.example:443 HTTP/1.1\r\n"));
  CHECK(seen.find("hush") == std::string::npos);
  CHECK(!answer.has_head);
  CHECK(answer.Reason() == "connect");
  CHECK(answer.Message() == "the proxy refused the connection to backend.example:443");
}

TEST_CASE("a proxy that refuses connections is named as such", "[net]") {
  ClientFixture fixture;
  HttpOptions options;
  options.proxy_url = Secret(fmt::format("http://127.0.0.1:{}", RefusedPort()));
  fixture.http_options = std::make_shared<const HttpOptions>(options);
  const Answer answer = fixture.Get("https://backend.example/x");
  CHECK(answer.Reason() == "connect");
  CHECK(answer.Message() == "cannot connect to the proxy: Connection refused");
}

TEST_CASE("a proxy that cannot be used does not show its password", "[net]") {
  for (const char* proxy : {"gopher://user:hush@127.0.0.1:1", "http://user:hush@no-proxy.invalid",
                            "http://user:hush@127.0.0.1:99999"}) {
    ClientFixture fixture;
    HttpOptions options;
    options.proxy_url = Secret(proxy);
    fixture.http_options = std::make_shared<const HttpOptions>(options);
    const Answer answer = fixture.Get("http://backend.example/");
    CHECK(answer.error);
    CHECK(answer.Message().find("hush") == std::string::npos);
  }
}

}  // namespace
}  // namespace session_exporter::testing
