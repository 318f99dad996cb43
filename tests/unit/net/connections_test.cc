// How connections are kept, shared and limited, and that one exchange does not hold up another.
#include <atomic>
#include <thread>

#include <fmt/format.h>

#include "catch.h"
#include "unit/net/client_fixture.h"
#include "unit/net/raw_server.h"

namespace session_exporter::testing {
namespace {

void AnswerAll(RawConnection& connection) {
  while (!connection.ReadRequest().empty()) {
    if (!connection.Write(Ok("fine"))) return;
  }
}

TEST_CASE("requests in a row use one connection", "[net]") {
  RawServer server(AnswerAll);
  ClientFixture fixture;
  for (int i = 0; i < 20; ++i) REQUIRE(fixture.Get(server.Url()).body == "fine");
  CHECK(server.connections() == 1);
}

TEST_CASE("parallel requests open at most the host's limit of connections", "[net]") {
  RawServer* self = nullptr;
  Event ready;
  RawServer server([&](RawConnection& connection) {
    ready.Wait();
    while (!connection.ReadRequest().empty()) {
      self->Pause(10ms);  // long enough for the others to want a connection of their own
      if (!connection.Write(Ok("fine"))) return;
    }
  });
  self = &server;
  ready.Set();
  CurlHttpClientOptions options;
  options.max_connections_per_host = 4;
  ClientFixture fixture(options);
  for (int round = 0; round < 2; ++round) {
    std::vector<std::unique_ptr<HttpExchange>> exchanges;
    for (int i = 0; i < 20; ++i) exchanges.push_back(fixture.Send(server.Url()));
    for (const auto& exchange : exchanges) REQUIRE(Read(*exchange).body == "fine");
  }
  CHECK(server.most_at_once() == 4);
  CHECK(server.connections() == 4);
}

// Two connections, and bodies that fill the buffer of whoever does not read them: a request that
// was sent later and got there first keeps the connection that an earlier one waits for.
struct TwoConnections {
  static constexpr std::size_t kLong = 256U << 10U;

  RawServer server{[](RawConnection& connection) {
    while (!connection.ReadRequest().empty()) {
      if (!connection.Write(Ok(std::string(kLong, 'b')))) return;
    }
  }};
  ClientFixture fixture{[] {
    CurlHttpClientOptions options;
    options.max_connections_per_host = 2;
    options.buffer_bytes = 16U << 10U;
    return options;
  }()};
};

TEST_CASE("requests to one host start in the order in which they were sent", "[net]") {
  TwoConnections host;
  // Several that each read in order, as the pages of several targets.
  std::vector<std::thread> readers;
  std::atomic<int> whole{0};
  for (int reader = 0; reader < 8; ++reader) {
    readers.emplace_back([&] {
      std::vector<std::unique_ptr<HttpExchange>> pages;
      for (int page = 0; page < 6; ++page) pages.push_back(host.fixture.Send(host.server.Url()));
      for (auto& page : pages) {
        if (Read(*page).body.size() == TwoConnections::kLong) ++whole;
        page.reset();
      }
    });
  }
  for (std::thread& reader : readers) reader.join();
  CHECK(whole == 48);
}

TEST_CASE("a request that is sent again does not wait behind those that wait for it", "[net]") {
  TwoConnections host;
  // The later pages of a list, which nobody reads before the first is there.
  auto second = host.fixture.Send(host.server.Url());
  auto third = host.fixture.Send(host.server.Url());
  REQUIRE(second->Head());
  REQUIRE(third->Head());
  host.fixture.attempt = 2;
  CHECK(host.fixture.Get(host.server.Url()).body.size() == TwoConnections::kLong);
  CHECK(Read(*second).body.size() == TwoConnections::kLong);
  CHECK(Read(*third).body.size() == TwoConnections::kLong);
}

TEST_CASE("a request that is cancelled while it waits leaves the queue", "[net]") {
  RawServer server(AnswerAll);
  CurlHttpClientOptions options;
  options.max_connections_per_host = 1;
  ClientFixture fixture(options);
  for (int round = 0; round < 50; ++round) {
    auto first = fixture.Send(server.Url());
    auto second = fixture.Send(server.Url());
    auto third = fixture.Send(server.Url());
    second.reset();
    CHECK(Read(*first).body == "fine");
    first.reset();
    CHECK(Read(*third).body == "fine");
  }
}

TEST_CASE("the wait for a free connection ends at the deadline and says so", "[net]") {
  RawServer server([](RawConnection& connection) { connection.WaitForClose(); });
  CurlHttpClientOptions options;
  options.max_connections_per_host = 1;
  ClientFixture fixture(options);
  auto first = fixture.Send(server.Url());
  const Answer answer = fixture.Get(server.Url(), 300ms);
  CHECK(answer.Reason() == "timeout");
  CHECK_THAT(answer.Message(), Catch::Contains("waiting for a free connection"));
  CHECK(answer.took < 300ms + kTolerance);
}

TEST_CASE("a kept connection that the server has closed is replaced, also for a POST", "[net]") {
  // The server closes each connection without an answer as soon as it sees a second request on it:
  // to the client that looks like a close that crossed its request on the way.
  RawServer server([](RawConnection& connection) {
    const std::string request = connection.ReadRequest();
    if (request.empty()) return;
    connection.Write(Ok(request.substr(request.find("\r\n\r\n") + 4)));
    connection.ReadRequest();
  });
  ClientFixture fixture;
  for (int i = 0; i < 5; ++i) {
    const std::string body = fmt::format("body {}", i);
    const Answer answer = fixture.Post(server.Url(), body);
    CHECK(answer.Message().empty());
    CHECK(answer.body == body);
  }
  CHECK(server.connections() == 5);
}

TEST_CASE("a reader that does not read holds neither memory nor another request", "[net]") {
  RawServer slow([&](RawConnection& connection) {
    connection.ReadRequest();
    connection.Write("HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(64U << 10U, 'e');
    while (connection.Write(piece)) {
    }
  });
  RawServer healthy(AnswerAll);
  ClientFixture fixture;
  const std::size_t before = ResidentBytes();
  auto unread = fixture.Send(slow.Url());
  REQUIRE(unread->Head());
  for (int i = 0; i < 50; ++i) {
    const Answer answer = fixture.Get(healthy.Url());
    REQUIRE(answer.body == "fine");
    REQUIRE(answer.took < 500ms);
  }
  CHECK(ResidentBytes() < before + (16U << 20U));
  // And it goes on when its reader comes back.
  std::size_t bytes = 0;
  while (bytes < (8U << 20U)) {
    auto piece = unread->ReadBody();
    REQUIRE(piece);
    REQUIRE(piece->size() <= CurlHttpClientOptions{}.buffer_bytes);
    bytes += piece->size();
  }
}

TEST_CASE("a paused body arrives complete and in order", "[net]") {
  std::string body;
  for (int i = 0; body.size() < (4U << 20U); ++i) body += fmt::format("{},", i);
  const bool gzip = GENERATE(false, true);
  RawServer server([&](RawConnection& connection) {
    connection.ReadRequest();
    connection.Write(gzip ? Ok(Gzip(body), "Content-Encoding: gzip\r\n") : Ok(body));
    connection.WaitForClose();
  });
  CurlHttpClientOptions options;
  options.buffer_bytes = GENERATE(1U, 20'000U, 256U << 10U);
  ClientFixture fixture(options);
  const Answer answer = fixture.Get(server.Url());
  CHECK(answer.Message().empty());
  CHECK(answer.body == body);
}

TEST_CASE("many threads share the client", "[net]") {
  std::string body(100'000, 'm');
  RawServer server([&](RawConnection& connection) {
    while (!connection.ReadRequest().empty()) {
      if (!connection.Write(Ok(body))) return;
    }
  });
  ClientFixture fixture;
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  constexpr int kThreads = 16;
  constexpr int kEach = 25;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < kEach; ++j) good += fixture.Get(server.Url()).body == body ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(good == kThreads * kEach);
  CHECK(server.connections() <= 16);
}

}  // namespace
}  // namespace session_exporter::testing
