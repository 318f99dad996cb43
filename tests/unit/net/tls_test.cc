// Who is believed to be the server, and what is said when it is not.
#include <fmt/format.h>

#include "catch.h"
#include "unit/net/certificates.h"
#include "unit/net/client_fixture.h"
#include "unit/net/raw_server.h"

namespace session_exporter::testing {
namespace {

// Answers with the name of the TLS hello, a space, and the request's Host.
void TellNames(RawConnection& connection) {
  while (true) {
    const std::string request = connection.ReadRequest();
    if (request.empty()) return;
    const auto host = request.find("Host: ") + 6;
    connection.Write(
        Ok(connection.ServerName() + " " + request.substr(host, request.find('\r', host) - host)));
  }
}

ServerTls With(const Certificates::Pair& pair) { return {pair.cert_file, pair.key_file, ""}; }

struct Tls {
  Certificates certificates;
  HttpOptions options;
  ClientFixture fixture;

  Tls() { options.ca_file = certificates.ca_file(); }
  Answer Get(const std::string& url) {
    fixture.http_options = std::make_shared<const HttpOptions>(options);
    return fixture.Get(url);
  }
};

TEST_CASE("a certificate of the configured authority is accepted", "[net]") {
  Tls tls;
  RawServer server(With(tls.certificates.server()), TellNames);
  const Answer answer = tls.Get(server.Url());
  CHECK(answer.Message().empty());
  CHECK(answer.body == fmt::format(" 127.0.0.1:{}", server.port()));
  CHECK(tls.Get(server.Url()).head.status == 200);
  CHECK(server.connections() == 1);
}

TEST_CASE("a certificate that cannot be believed is reported as tls, saying why", "[net]") {
  Tls tls;
  const auto check = [&](const Certificates::Pair& pair, const std::string& why) {
    RawServer server(With(pair), TellNames);
    const Answer answer = tls.Get(server.Url());
    CHECK(answer.Reason() == "tls");
    CHECK_THAT(answer.Message(), Catch::Contains(why));
    CHECK_THAT(answer.Message(), Catch::Contains(fmt::format("127.0.0.1:{}", server.port())));
    tls.options.insecure_skip_verify = true;
    CHECK(tls.Get(server.Url()).head.status == 200);
    tls.options.insecure_skip_verify = false;
    // The connection that was opened without verification is not used for one that asks for it.
    CHECK(tls.Get(server.Url()).Reason() == "tls");
  };
  SECTION("self-signed") { check(tls.certificates.self_signed(), "unknown authority"); }
  SECTION("expired") { check(tls.certificates.expired(), "expired"); }
  SECTION("another name") { check(tls.certificates.other_name(), "name"); }
  SECTION("an authority that is not configured") {
    tls.options.ca_file = "";
    check(tls.certificates.server(), "unknown authority");
  }
}

TEST_CASE("server_name is asked for and verified, the Host header stays the URL's", "[net]") {
  Tls tls;
  RawServer server(With(tls.certificates.other_name()), TellNames);
  tls.options.server_name = "backend.example";
  const Answer answer = tls.Get(server.Url("/x?y=1"));
  CHECK(answer.Message().empty());
  CHECK(answer.body == fmt::format("backend.example 127.0.0.1:{}", server.port()));
  tls.options.server_name = "elsewhere.example";
  CHECK(tls.Get(server.Url()).Reason() == "tls");
}

TEST_CASE("a client certificate is presented when it is configured", "[net]") {
  Tls tls;
  const auto& pair = tls.certificates.server();
  RawServer server({pair.cert_file, pair.key_file, tls.certificates.ca_file()}, TellNames);
  const Answer without = tls.Get(server.Url());
  CHECK(without.Reason() == "tls");
  CHECK_THAT(without.Message(), Catch::Contains("certificate required"));
  tls.options.cert_file = pair.cert_file;
  tls.options.key_file = pair.key_file;
  CHECK(tls.Get(server.Url()).head.status == 200);
}

TEST_CASE("a TLS file that cannot be used is reported as config, with its name", "[net]") {
  Tls tls;
  const auto& pair = tls.certificates.server();
  RawServer server(With(pair), TellNames);
  const auto check = [&](const std::string& file) {
    const Answer answer = tls.Get(server.Url());
    CHECK(answer.Reason() == "config");
    CHECK_THAT(answer.Message(), Catch::Contains(file));
  };
  const std::string& garbage = tls.certificates.garbage_file();
  SECTION("no authority file") {
    tls.options.ca_file = "/nonexistent/ca.pem";
    check(tls.options.ca_file);
  }
  SECTION("an authority file that is no PEM") {
    tls.options.ca_file = garbage;
    check(garbage);
  }
  SECTION("no certificate file") {
    tls.options.cert_file = "/nonexistent/cert.pem";
    check(tls.options.cert_file);
  }
  SECTION("a key file that is no PEM") {
    tls.options.cert_file = pair.cert_file;
    tls.options.key_file = garbage;
    check(garbage);
  }
  SECTION("an encrypted key, whose password nobody is asked for") {
    tls.options.cert_file = pair.cert_file;
    tls.options.key_file = tls.certificates.encrypted_key_file();
    check(tls.options.key_file);
  }
}

TEST_CASE("https to a server that speaks http is tls", "[net]") {
  RawServer server([](RawConnection& connection) {
    connection.Write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    connection.WaitForClose();
  });
  ClientFixture fixture;
  const Answer answer = fixture.Get(fmt::format("https://127.0.0.1:{}/", server.port()));
  CHECK(answer.Reason() == "tls");
  CHECK_THAT(answer.Message(), Catch::Contains("wrong version number"));
}

TEST_CASE("http to a server that speaks TLS fails without a body", "[net]") {
  Tls tls;
  RawServer server(With(tls.certificates.server()), TellNames);
  const Answer answer = tls.Get(fmt::format("http://127.0.0.1:{}/", server.port()));
  CHECK(answer.error);
  CHECK((answer.Reason() == "connect" || answer.Reason() == "protocol"));
}

TEST_CASE("a handshake that hangs ends at the deadline", "[net]") {
  RawServer server([](RawConnection& connection) { connection.WaitForClose(); });
  ClientFixture fixture;
  const Answer answer = fixture.Get(fmt::format("https://127.0.0.1:{}/", server.port()), 300ms);
  CHECK(answer.Reason() == "timeout");
  CHECK_THAT(answer.Message(), Catch::Contains("in the TLS handshake"));
  CHECK(answer.took < 300ms + kTolerance);
}

TEST_CASE("a body over TLS is cut off without a length only by a proper end", "[net]") {
  Tls tls;
  RawServer server(With(tls.certificates.server()), [](RawConnection& connection) {
    connection.ReadRequest();
    connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc");
  });
  CHECK(tls.Get(server.Url()).Reason() == "protocol");
}

}  // namespace
}  // namespace session_exporter::testing
