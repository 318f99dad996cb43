// Ends that the caller chooses: an exchange that is dropped, a client that goes.
#include <thread>

#include "catch.h"
#include "unit/net/client_fixture.h"
#include "unit/net/raw_server.h"

namespace session_exporter::testing {
namespace {

TEST_CASE("a dropped exchange closes its connection", "[net]") {
  const bool after_head = GENERATE(false, true);
  Event asked;
  Event closed;
  RawServer server([&](RawConnection& connection) {
    connection.ReadRequest();
    if (after_head) connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
    asked.Set();
    connection.WaitForClose();
    closed.Set();
  });
  ClientFixture fixture;
  auto exchange = fixture.Send(server.Url());
  REQUIRE(asked.Wait());
  if (after_head) REQUIRE(exchange->Head());
  exchange.reset();
  CHECK(closed.Wait());
}

TEST_CASE("a timed out exchange closes its connection while it is still held", "[net]") {
  Event closed;
  RawServer server([&](RawConnection& connection) {
    connection.WaitForClose();
    closed.Set();
  });
  ClientFixture fixture;
  auto exchange = fixture.Send(server.Url(), 100ms);
  CHECK(exchange->Head().error().kind() == ErrorKind::kTimeout);
  CHECK(closed.Wait());
}

TEST_CASE("the client ends at once while requests hang", "[net]") {
  Event asked;
  RawServer server([&](RawConnection& connection) {
    connection.ReadRequest();
    asked.Set();
    connection.WaitForClose();
  });
  CurlHttpClientOptions options;
  options.max_connections_per_host = 4;
  ClientFixture fixture(options);
  std::vector<std::unique_ptr<HttpExchange>> exchanges;
  for (int i = 0; i < 10; ++i) exchanges.push_back(fixture.Send(server.Url()));
  REQUIRE(asked.Wait());
  Answer waited;
  std::thread waiter([&] { waited = Read(*exchanges.front()); });
  const auto started = std::chrono::steady_clock::now();
  fixture.client.reset();
  waiter.join();
  CHECK(std::chrono::steady_clock::now() - started < 500ms);
  CHECK(waited.Reason() == "connect");
  CHECK(waited.Message() == "the HTTP client was shut down");
  for (const auto& exchange : exchanges) {
    CHECK(exchange->Head().error().kind() == ErrorKind::kConnect);
  }
}

TEST_CASE("after a shutdown, which may be repeated, requests fail at once", "[net]") {
  RawServer server([](RawConnection& connection) { connection.WaitForClose(); });
  ClientFixture fixture;
  auto under_way = fixture.Send(server.Url());
  fixture.client->Shutdown();
  fixture.client->Shutdown();
  CHECK(under_way->Head().error().kind() == ErrorKind::kConnect);
  const Answer later = fixture.Get(server.Url());
  CHECK(later.Message() == "the HTTP client was shut down");
  CHECK(later.took < 500ms);
}

TEST_CASE("exchanges are dropped while they start, without harm", "[net]") {
  RawServer server([](RawConnection& connection) {
    while (!connection.ReadRequest().empty()) {
      if (!connection.Write(Ok("fine"))) return;
    }
  });
  ClientFixture fixture;
  for (int i = 0; i < 200; ++i) fixture.Send(server.Url());
  CHECK(fixture.Get(server.Url()).body == "fine");
}

TEST_CASE("a server that is gone when the request is written does not end the process", "[net]") {
  // SIGPIPE has its default action here.
  RawServer server([](RawConnection& connection) { connection.ResetOnClose(); });
  ClientFixture fixture;
  const std::string body(4U << 20U, 'p');
  for (int i = 0; i < 20; ++i) CHECK(fixture.Post(server.Url(), body).Reason() == "connect");
}

}  // namespace
}  // namespace session_exporter::testing
