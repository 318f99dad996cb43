// Clients that hold on to a connection: each is cut at its absolute deadline, and nobody else
// waits.
#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "catch.h"
#include "unit/server/test_server.h"

namespace session_exporter::test {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr milliseconds kShort{200};
// How late a deadline may be seen on a loaded machine under a sanitizer.
constexpr milliseconds kSlack{5'000};

// A moment's difference: the client starts its clock after the server may have started its own.
constexpr milliseconds kEarly{50};

void CheckCutAfter(Steady::time_point start, milliseconds limit) {
  const auto elapsed = Steady::now() - start;
  CHECK(elapsed >= limit - kEarly);
  CHECK(elapsed < limit + kSlack);
}

HttpServerLimits ShortHeaderTime() {
  HttpServerLimits limits = TestLimits();
  limits.header_time = kShort;
  return limits;
}

TEST_CASE("a client that sends nothing is closed without a word", "[slow]") {
  TestServer server(Echo, ShortHeaderTime());
  const auto start = Steady::now();
  RawClient client = server.Connect();
  std::string received;
  CHECK(client.ReadToEnd(&received) == Ending::kClosed);
  CHECK(received.empty());
  CheckCutAfter(start, kShort);
}

TEST_CASE("a request that is not finished in time is answered 408", "[slow]") {
  const auto* part =
      GENERATE("G", "GET / HTTP/1.1\r\nHost: h\r\n",
               "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab",
               "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
  INFO(part);
  TestServer server(Echo, ShortHeaderTime());
  const auto start = Steady::now();
  RawClient client = server.Connect();
  const Reply reply = client.Exchange(part);
  CHECK(reply.status == 408);
  CHECK(reply.Header("Connection") == "close");
  CheckCutAfter(start, kShort);
}

TEST_CASE("a header that drips in is cut although bytes keep coming", "[slow]") {
  TestServer server(Echo, ShortHeaderTime());
  RawClient client = server.Connect();
  const auto start = Steady::now();
  client.Send("GET / HTTP/1.1\r\n");
  while (!client.HasInput(milliseconds(10))) client.Send("a: b\r\n");
  CHECK(client.ReadReply().status == 408);
  CheckCutAfter(start, kShort);
}

TEST_CASE("a kept connection waits idle_time for the first byte, header_time from there",
          "[slow]") {
  HttpServerLimits limits = TestLimits();
  SECTION("idle") {
    limits.idle_time = kShort;
    TestServer server(Echo, limits);
    RawClient client = server.Connect();
    CHECK(client.Exchange(Get("/")).status == 200);
    const auto start = Steady::now();
    std::string received;
    CHECK(client.ReadToEnd(&received) == Ending::kClosed);
    CHECK(received.empty());
    CheckCutAfter(start, kShort);
  }
  SECTION("begun") {
    limits.header_time = kShort;
    TestServer server(Echo, limits);
    RawClient client = server.Connect();
    CHECK(client.Exchange(Get("/")).status == 200);
    CHECK_FALSE(client.HasInput(2 * kShort));
    const auto start = Steady::now();
    CHECK(client.Exchange("GET /").status == 408);
    CheckCutAfter(start, kShort);
  }
}

TEST_CASE("200 slow clients do not delay a healthy one", "[slow]") {
  HttpServerLimits limits = TestLimits();
  limits.header_time = milliseconds(2'000);
  TestServer server(Echo, limits);
  std::vector<RawClient> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(server.Connect());
    slow.back().Send("GET / HTTP/1.1\r\nHost: h\r\nX: ");
  }
  Steady::duration worst{};
  for (int i = 0; i < 20; ++i) {
    const auto start = Steady::now();
    CHECK(server.Connect().Exchange(Get("/")).status == 200);
    worst = std::max(worst, Steady::now() - start);
  }
  // Far above what it takes (2 to 20 ms, 200 ms under ThreadSanitizer), far below header_time.
  CHECK(worst < milliseconds(1'000));
  for (RawClient& client : slow) CHECK(client.ReadReply().status == 408);
}

// Never ends; tells when it goes.
class Endless final : public BodySource {
 public:
  explicit Endless(Handover<Steady::time_point>& gone) : gone_(gone) {}
  ~Endless() override { gone_.Put(Steady::now()); }
  bool Next(std::string& chunk) override {
    chunk.assign(64U << 10U, 'x');
    return true;
  }

 private:
  Handover<Steady::time_point>& gone_;
};

TEST_CASE("a client that does not read its answer is cut at write_time", "[slow]") {
  Handover<Steady::time_point> gone;
  HttpServerLimits limits = TestLimits();
  limits.write_time = milliseconds(300);
  TestServer server(
      [&gone](const IncomingRequest& request, const Responder& respond) {
        OutgoingResponse response;
        response.stream = std::make_unique<Endless>(gone);
        respond(std::move(response));
        (void)request;
      },
      limits);
  RawClient client(server.address(), RawClient::Window::kSmall);
  const auto start = Steady::now();
  client.Send(Get("/"));
  const auto elapsed = gone.Take() - start;
  CHECK(elapsed >= limits.write_time);
  CHECK(elapsed < limits.write_time + kSlack);
  CHECK_FALSE(client.ReadReply().complete);
}

TEST_CASE("a large answer to a client that reads too slowly is cut as well", "[slow]") {
  HttpServerLimits limits = TestLimits();
  limits.write_time = milliseconds(300);
  TestServer server(
      [](const IncomingRequest& /*request*/, const Responder& respond) {
        OutgoingResponse response;
        response.body.assign(64U << 20U, 'x');
        respond(std::move(response));
      },
      limits);
  RawClient client(server.address(), RawClient::Window::kSmall);
  client.Send(Get("/"));
  CHECK_FALSE(server.lines.WaitFor("reads too slowly").empty());
  CHECK_FALSE(client.ReadReply().complete);
}

}  // namespace
}  // namespace session_exporter::test
