// Backends that refuse, hang, drip, break off or talk something else: each has its reason, and none
// holds its caller past the deadline.
#include <fmt/format.h>

#include "catch.h"
#include "unit/net/client_fixture.h"
#include "unit/net/raw_server.h"

namespace session_exporter::testing {
namespace {

// Sends `bytes` after the request, then closes.
RawServer::Script Once(std::string bytes) {
  return [bytes = std::move(bytes)](RawConnection& connection) {
    connection.ReadRequest();
    connection.Write(bytes);
  };
}

bool Mentions(const Answer& answer, std::string_view part) {
  return answer.Message().find(part) != std::string::npos;
}

// For what ends at its deadline.
void CheckTimeout(const Answer& answer, std::chrono::milliseconds timeout, std::string_view phase) {
  CHECK(answer.Reason() == "timeout");
  CHECK(answer.took >= timeout - 5ms);
  CHECK(answer.took < timeout + kTolerance);
  INFO(answer.Message());
  CHECK(Mentions(answer, "timed out after"));
  CHECK(Mentions(answer, phase));
}

TEST_CASE("a refused port is reported as connect, with the host", "[net]") {
  ClientFixture fixture;
  const int port = RefusedPort();
  const Answer answer = fixture.Get(fmt::format("http://127.0.0.1:{}/x?token=hush", port));
  CHECK(answer.Reason() == "connect");
  CHECK(answer.Message() ==
        fmt::format("cannot connect to 127.0.0.1:{}: Connection refused", port));
}

TEST_CASE("a name that does not exist is reported as dns", "[net]") {
  ClientFixture fixture;
  const Answer answer = fixture.Get("http://does-not-exist.invalid:81/x?token=hush");
  CHECK(answer.Reason() == "dns");
  CHECK(answer.Message() == "no address for the host of does-not-exist.invalid:81");
}

TEST_CASE("closed before an answer is connect, closed inside one is protocol", "[net]") {
  struct Case {
    std::string name, bytes, reason, message;
  };
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  const std::vector<Case> cases = {
      {"nothing", "", "connect", "closed the connection without an answer"},
      {"half a head", ok + "Content-Le", "protocol", "cut inside its head"},
      {"cut length", ok + "Content-Length: 1000\r\n\r\nseven..", "protocol", "was cut"},
      {"cut chunk", chunked + "ff\r\nshort", "protocol", "was cut"},
      {"no last chunk", chunked + "5\r\nshort\r\n", "protocol", "was cut"},
      {"bad chunk size", chunked + "zz\r\nshort\r\n0\r\n\r\n", "protocol", "framing is broken"},
      {"bad chunk end", chunked + "2\r\nshort\r\n0\r\n\r\n", "protocol", "framing is broken"},
      {"not HTTP", "SSH-2.0-OpenSSH_9.2\r\n", "protocol", "not valid HTTP"},
      {"HTTP/0.9", "<html></html>", "protocol", "not valid HTTP"},
      {"bad length", ok + "Content-Length: -5\r\n\r\n", "protocol", "not valid HTTP"},
      {"NUL in head", ok + std::string("X-A: b\0c\r\n\r\n", 12), "protocol", "not valid HTTP"},
  };
  for (const Case& test : cases) {
    INFO(test.name);
    RawServer server(Once(test.bytes));
    ClientFixture fixture;
    const Answer answer = fixture.Get(server.Url());
    CHECK(answer.Reason() == test.reason);
    CHECK_THAT(answer.Message(), Catch::Contains(test.message));
  }
}

TEST_CASE("a reset before the answer is connect, inside the body protocol", "[net]") {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc";
  for (const bool inside : {false, true}) {
    Event head_seen;
    RawServer server([&](RawConnection& connection) {
      connection.ReadRequest();
      if (inside) {
        connection.Write(head);
        head_seen.Wait();
      }
      connection.ResetOnClose();
    });
    ClientFixture fixture;
    auto exchange = fixture.Send(server.Url());
    if (inside) REQUIRE(exchange->Head());
    head_seen.Set();
    CHECK(Read(*exchange).Reason() == (inside ? "protocol" : "connect"));
  }
}

TEST_CASE("a head that is too large is a protocol error", "[net]") {
  const std::string line = "X-Long: " + std::string(8000, 'h') + "\r\n";
  std::string head;
  for (int i = 0; i < 100; ++i) head += line;
  const std::string huge_line = "X-Huge: " + std::string(200'000, 'h') + "\r\n";
  for (const std::string& headers : {head, huge_line}) {
    RawServer server(Once(Ok("x", headers)));
    ClientFixture fixture;
    const Answer answer = fixture.Get(server.Url());
    CHECK(answer.Reason() == "protocol");
    CHECK(!answer.has_head);
  }
}

TEST_CASE("silence before the head ends at the deadline", "[net]") {
  RawServer server([](RawConnection& connection) { connection.WaitForClose(); });
  ClientFixture fixture;
  CheckTimeout(fixture.Get(server.Url(), 300ms), 300ms, "waiting for the answer");
}

TEST_CASE("silence inside the body ends at the deadline", "[net]") {
  RawServer server([](RawConnection& connection) {
    connection.ReadRequest();
    connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
    connection.WaitForClose();
  });
  ClientFixture fixture;
  const Answer answer = fixture.Get(server.Url(), 300ms);
  CheckTimeout(answer, 300ms, "reading the body");
  CHECK(answer.body == "abc");
}

TEST_CASE("a body or a head that drips ends at the deadline", "[net]") {
  const bool in_head = GENERATE(false, true);
  RawServer* self = nullptr;
  Event ready;
  RawServer server([&](RawConnection& connection) {
    ready.Wait();
    connection.ReadRequest();
    connection.Write(in_head ? "HTTP/1.1 200 OK\r\nX-A: " : "HTTP/1.1 200 OK\r\n\r\n");
    while (self->Pause(20ms) && connection.Write("d")) {
    }
  });
  self = &server;
  ready.Set();
  ClientFixture fixture;
  CheckTimeout(fixture.Get(server.Url(), 300ms), 300ms,
               in_head ? "waiting for the answer" : "reading the body");
}

TEST_CASE("an endless fast body ends at the deadline", "[net]") {
  RawServer server([](RawConnection& connection) {
    connection.ReadRequest();
    connection.Write("HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(64U << 10U, 'e');
    while (connection.Write(piece)) {
    }
  });
  ClientFixture fixture;
  fixture.max_body_bytes = std::size_t{1} << 40U;
  auto exchange = fixture.Send(server.Url(), 300ms);
  const auto started = std::chrono::steady_clock::now();
  std::optional<Error> error;
  while (!error) {
    auto piece = exchange->ReadBody();
    if (!piece) error = piece.error();
  }
  CHECK(error->kind() == ErrorKind::kTimeout);
  CHECK(std::chrono::steady_clock::now() - started < 300ms + kTolerance);
}

TEST_CASE("a deadline that has passed fails at once", "[net]") {
  RawServer server([](RawConnection& connection) { connection.WaitForClose(); });
  ClientFixture fixture;
  const Answer answer = fixture.Get(server.Url(), 0ms);
  CHECK(answer.Reason() == "timeout");
  CHECK(answer.took < kTolerance);
}

TEST_CASE("an error stays", "[net]") {
  ClientFixture fixture;
  auto exchange = fixture.Send(fmt::format("http://127.0.0.1:{}/", RefusedPort()));
  for (int i = 0; i < 2; ++i) {
    CHECK(exchange->Head().error().kind() == ErrorKind::kConnect);
    CHECK(exchange->ReadBody().error().kind() == ErrorKind::kConnect);
  }
}

}  // namespace
}  // namespace session_exporter::testing
