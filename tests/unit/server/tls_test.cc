// TLS as real clients meet it.
#include <atomic>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "catch.h"
#include "server/tls_context.h"
#include "unit/net/certificates.h"
#include "unit/server/test_server.h"
#include "unit/server/tls_client.h"

namespace session_exporter::test {
namespace {

using std::chrono::milliseconds;
using testing::Certificates;
using Steady = std::chrono::steady_clock;

std::string Content(const std::string& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TlsSettings SettingsOf(const Certificates::Pair& pair) {
  TlsSettings settings;
  settings.certificate = Content(pair.cert_file);
  settings.key = Secret(Content(pair.key_file));
  return settings;
}

std::shared_ptr<const TlsContext> MustMake(const TlsSettings& settings) {
  auto made = TlsContext::Make(settings);
  if (!made) throw std::runtime_error(made.error().message);
  return *std::move(made);
}

// A server whose context tests replace.
class TlsServer {
 public:
  explicit TlsServer(const TlsSettings& settings, const HttpServerLimits& limits = TestLimits())
      : context_(MustMake(settings)),
        server(Echo, limits, [this] { return std::atomic_load(&context_); }) {}
  void Use(std::shared_ptr<const TlsContext> context) {
    std::atomic_store(&context_, std::move(context));
  }

 private:
  std::shared_ptr<const TlsContext> context_;

 public:
  TestServer server;
};

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\n";

TEST_CASE("requests are answered over TLS and the end is said", "[tls]") {
  const Certificates certificates;
  TlsServer tls(SettingsOf(certificates.server()));
  TlsClient client(tls.server.address(), {.ca_file = certificates.ca_file()});
  CHECK(client.error().empty());
  CHECK(client.version() == "TLSv1.3");
  CHECK(client.peer_name() == "server");
  // Two requests on one connection.
  CHECK(client.Exchange(Get("/one"), "/one").starts_with(kOk));
  CHECK(client.Get("/two").starts_with(kOk));
  CHECK(client.closed_cleanly());
}

TEST_CASE("a large answer arrives whole over TLS", "[tls]") {
  const Certificates certificates;
  const auto context = MustMake(SettingsOf(certificates.server()));
  TestServer server(
      [](const IncomingRequest& /*request*/, const Responder& respond) {
        OutgoingResponse response;
        response.body.assign(8U << 20U, 'x');
        respond(std::move(response));
      },
      TestLimits(), [context] { return context; });
  TlsClient client(server.address(), {});
  CHECK(client.Get("/").size() > (8U << 20U));
  CHECK(client.closed_cleanly());
}

TEST_CASE("versions before 1.2 are refused, unless they are asked for", "[tls]") {
  const Certificates certificates;
  TlsSettings settings = SettingsOf(certificates.server());
  TlsServer tls(settings);
  const auto dial = [&](int version) {
    TlsClient client(tls.server.address(), {.min_version = version, .max_version = version});
    return client.error().empty() ? client.version() : client.error();
  };
  CHECK(dial(TLS1_VERSION) == "tlsv1 alert protocol version");
  CHECK(dial(TLS1_1_VERSION) == "tlsv1 alert protocol version");
  CHECK(dial(TLS1_2_VERSION) == "TLSv1.2");
  CHECK(dial(TLS1_3_VERSION) == "TLSv1.3");
  settings.min_version = "TLS13";
  tls.Use(MustMake(settings));
  CHECK(dial(TLS1_2_VERSION) == "tlsv1 alert protocol version");
  settings.min_version = "TLS10";
  settings.max_version = "TLS11";
  tls.Use(MustMake(settings));
  CHECK(dial(TLS1_VERSION) == "TLSv1");
  CHECK(dial(TLS1_1_VERSION) == "TLSv1.1");
  CHECK(dial(TLS1_2_VERSION) == "unsupported protocol");
}

TEST_CASE("only forward secret AEAD ciphers by default, else those that are listed", "[tls]") {
  const Certificates certificates;
  TlsSettings settings = SettingsOf(certificates.server());
  TlsServer tls(settings);
  const auto dial = [&](const std::string& ciphers) {
    TlsClient client(tls.server.address(), {.max_version = TLS1_2_VERSION, .ciphers = ciphers});
    return client.error().empty() ? client.cipher() : client.error();
  };
  CHECK(dial("ECDHE-ECDSA-AES128-GCM-SHA256") == "ECDHE-ECDSA-AES128-GCM-SHA256");
  CHECK(dial("ECDHE-ECDSA-CHACHA20-POLY1305") == "ECDHE-ECDSA-CHACHA20-POLY1305");
  const std::string refused = "sslv3 alert handshake failure";
  CHECK(dial("ECDHE-ECDSA-AES128-SHA") == refused);

  settings.cipher_suites = {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
                            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"};
  tls.Use(MustMake(settings));
  const std::string both = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA";
  CHECK(dial(both) == "ECDHE-ECDSA-AES128-SHA");
  CHECK(dial("ECDHE-ECDSA-AES256-GCM-SHA384") == refused);
  settings.prefer_server_ciphers = false;
  tls.Use(MustMake(settings));
  CHECK(dial(both) == "ECDHE-ECDSA-AES128-GCM-SHA256");
  // Nothing of TLS 1.2 in the list leaves TLS 1.3.
  settings.cipher_suites = {"TLS_AES_128_GCM_SHA256"};
  tls.Use(MustMake(settings));
  CHECK(dial(both) == "tlsv1 alert protocol version");
}

TEST_CASE("only the listed curves are spoken", "[tls]") {
  const Certificates certificates;
  TlsSettings settings = SettingsOf(certificates.server());
  settings.curves = {"CurveP521"};
  TlsServer tls(settings);
  CHECK(TlsClient(tls.server.address(), {.groups = "P-521"}).error().empty());
  CHECK(TlsClient(tls.server.address(), {.groups = "P-384"}).error() ==
        "sslv3 alert handshake failure");
}

TEST_CASE("http/1.1 is the only protocol", "[tls]") {
  const Certificates certificates;
  TlsServer tls(SettingsOf(certificates.server()));
  TlsClient both(tls.server.address(), {.protocols = {"h2", "http/1.1"}});
  CHECK(both.protocol() == "http/1.1");
  CHECK(both.Get("/").starts_with(kOk));
  CHECK(TlsClient(tls.server.address(), {}).protocol().empty());
  TlsClient h2(tls.server.address(), {.protocols = {"h2"}});
  CHECK(h2.error() == "tlsv1 alert no application protocol");
}

TEST_CASE("another certificate takes effect with the next connection", "[tls]") {
  const Certificates certificates;
  TlsServer tls(SettingsOf(certificates.server()));
  TlsClient before(tls.server.address(), {});
  CHECK(before.Exchange(Get("/1"), "/1").starts_with(kOk));
  tls.Use(MustMake(SettingsOf(certificates.Issue("rotated", "DNS:x"))));
  TlsClient after(tls.server.address(), {.ca_file = certificates.ca_file()});
  CHECK(after.peer_name() == "rotated");
  CHECK(before.Get("/2").starts_with(kOk));
  tls.Use(nullptr);
  CHECK(tls.server.Connect().Exchange(Get("/")).status == 200);
}

// What a client with these files gets to hear.
std::string Visit(const TestServer& server, const Certificates::Pair& pair) {
  TlsClient client(server.address(), {.cert_file = pair.cert_file, .key_file = pair.key_file});
  if (client.Get("/").starts_with(kOk)) return "200";
  return client.error().empty() ? "nothing" : client.error();
}

TEST_CASE("client certificates are asked for, required and verified as configured", "[tls]") {
  const Certificates certificates;
  TlsSettings settings = SettingsOf(certificates.server());
  settings.client_ca = Content(certificates.ca_file());
  const Certificates::Pair good = certificates.Issue("client", "DNS:client");
  const std::string required = "tlsv13 alert certificate required";
  const std::string unknown = "tlsv1 alert unknown ca";
  struct Row {
    ClientAuth auth;
    std::string none;
    std::string self_signed;
    std::string expired;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {ClientAuth::kNone, "200", "200", "200"},
      {ClientAuth::kRequest, "200", "200", "200"},
      {ClientAuth::kRequireAny, required, "200", "200"},
      {ClientAuth::kVerifyIfGiven, "200", unknown, "sslv3 alert certificate expired"},
      {ClientAuth::kRequireAndVerify, required, unknown, "sslv3 alert certificate expired"},
  }));
  CAPTURE(static_cast<int>(row.auth));
  settings.client_auth = row.auth;
  TlsServer tls(settings);
  CHECK(Visit(tls.server, {}) == row.none);
  CHECK(Visit(tls.server, certificates.self_signed()) == row.self_signed);
  CHECK(Visit(tls.server, certificates.expired()) == row.expired);
  CHECK(Visit(tls.server, good) == "200");
}

TEST_CASE("a client needs one of the allowed names", "[tls]") {
  const Certificates certificates;
  TlsSettings settings = SettingsOf(certificates.server());
  settings.client_ca = Content(certificates.ca_file());
  settings.client_auth = ClientAuth::kRequireAndVerify;
  settings.client_allowed_sans = {"prometheus.example", "ops@example.com", "192.0.2.7",
                                  "2001:DB8:0::7", "spiffe://example/prometheus"};
  TlsServer tls(settings);
  struct Row {
    const char* names;
    bool let_in;
  };
  const auto row = GENERATE(values<Row>({
      {"DNS:prometheus.example", true},
      {"DNS:other,DNS:prometheus.example", true},
      {"email:ops@example.com", true},
      {"IP:192.0.2.7", true},
      {"IP:2001:db8::7", true},
      {"URI:spiffe://example/prometheus", true},
      {"DNS:example", false},
      {"DNS:sub.prometheus.example", false},
      {"DNS:*.example", false},
      {"IP:192.0.2.70", false},
      {"URI:spiffe://example/prometheus/x", false},
  }));
  INFO(row.names);
  CHECK(Visit(tls.server, certificates.Issue("client", row.names)) ==
        (row.let_in ? "200" : "sslv3 alert bad certificate"));
  // A name does not make up for a signature.
  CHECK(Visit(tls.server, certificates.self_signed()) == "tlsv1 alert unknown ca");
}

TEST_CASE("a handshake that is not finished in time is cut", "[tls]") {
  const Certificates certificates;
  HttpServerLimits limits = TestLimits();
  limits.header_time = milliseconds(200);
  TlsServer tls(SettingsOf(certificates.server()), limits);
  const std::string sent = GENERATE("", "\x16", "\x16\x03\x01\x02");
  const auto start = Steady::now();
  RawClient client = tls.server.Connect();
  client.Send(sent);
  client.ReadToEnd();
  CHECK(Steady::now() - start >= milliseconds(150));
  CHECK(Steady::now() - start < milliseconds(5'200));
}

TEST_CASE("after the handshake a header has what is left of its time", "[tls]") {
  const Certificates certificates;
  HttpServerLimits limits = TestLimits();
  limits.header_time = milliseconds(300);
  TlsServer tls(SettingsOf(certificates.server()), limits);
  TlsClient client(tls.server.address(), {});
  CHECK(client.Exchange("GET / HTTP/1.1\r\n", {}).starts_with("HTTP/1.1 408 "));
  CHECK(client.closed_cleanly());
}

TEST_CASE("200 unfinished handshakes do not delay a healthy client", "[tls]") {
  const Certificates certificates;
  HttpServerLimits limits = TestLimits();
  limits.header_time = milliseconds(5'000);
  TlsServer tls(SettingsOf(certificates.server()), limits);
  std::vector<RawClient> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(tls.server.Connect());
    slow.back().Send("\x16\x03\x01");
  }
  const auto start = Steady::now();
  for (int i = 0; i < 10; ++i) {
    CHECK(TlsClient(tls.server.address(), {}).Get("/").starts_with(kOk));
  }
  CHECK(Steady::now() - start < milliseconds(4'000));
}

TEST_CASE("HTTP sent to an HTTPS port is told so", "[tls]") {
  const Certificates certificates;
  TlsServer tls(SettingsOf(certificates.server()));
  const Reply reply = tls.server.Connect().Exchange(Get("/metrics"));
  CHECK(reply.status == 400);
  CHECK(reply.complete);
  CHECK(reply.body == "this port speaks HTTPS; the request was for HTTP\n");
}

TEST_CASE("connections in a handshake count for the cap and are evicted", "[tls]") {
  const Certificates certificates;
  HttpServerLimits limits = TestLimits();
  limits.connections = 1;
  TlsServer tls(SettingsOf(certificates.server()), limits);
  RawClient first = tls.server.Connect();
  first.Send("\x16");
  TlsClient second(tls.server.address(), {});
  CHECK(second.Exchange(Get("/"), "\r\n\r\n").starts_with(kOk));
  first.ReadToEnd();
  CHECK(tls.server.lines.Count("connection evicted") == 1);
}

TEST_CASE("a server stops although a client is in its handshake", "[tls]") {
  const Certificates certificates;
  TlsServer tls(SettingsOf(certificates.server()));
  RawClient client = tls.server.Connect();
  client.Send("\x16");
  tls.server->Stop(milliseconds(1'000));
  client.ReadToEnd();
}

TEST_CASE("a server stops although a TLS client stays silent", "[tls]") {
  const Certificates certificates;
  TlsServer tls(SettingsOf(certificates.server()));
  TlsClient client(tls.server.address(), {});
  CHECK(client.Exchange(Get("/"), "\r\n\r\n").starts_with(kOk));
  const auto start = Steady::now();
  tls.server->Stop(milliseconds(5'000));
  CHECK(Steady::now() - start < milliseconds(4'000));
}

}  // namespace
}  // namespace session_exporter::test
