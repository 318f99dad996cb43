// Bodies that are made while they are sent.
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>

#include "catch.h"
#include "unit/server/test_server.h"

namespace session_exporter::test {
namespace {

constexpr std::size_t kPieceSize = 64U << 10U;

// Piece i is kPieceSize times the letter i mod 26; every fifth call gives an empty piece.
class Letters final : public BodySource {
 public:
  explicit Letters(int pieces, std::atomic<int>* made = nullptr) : pieces_(pieces), made_(made) {}
  bool Next(std::string& chunk) override {
    if (next_ == pieces_) return false;
    chunk.clear();
    if (++calls_ % 5 == 0) return true;
    chunk.assign(kPieceSize, static_cast<char>('a' + next_++ % 26));
    if (made_ != nullptr) ++*made_;
    return true;
  }

 private:
  int pieces_;
  std::atomic<int>* made_;
  int next_ = 0;
  int calls_ = 0;
};

// One piece, then an exception.
class Breaking final : public BodySource {
 public:
  bool Next(std::string& chunk) override {
    if (broken_) throw std::runtime_error("out of letters");
    broken_ = true;
    chunk = "first piece";
    return true;
  }

 private:
  bool broken_ = false;
};

std::string AllLetters(int pieces) {
  std::string all;
  for (int i = 0; i < pieces; ++i) all.append(kPieceSize, static_cast<char>('a' + i % 26));
  return all;
}

template <typename Make>
RequestHandler Streaming(Make make) {
  return [make](const IncomingRequest& /*request*/, const Responder& respond) {
    OutgoingResponse response;
    response.stream = make();
    respond(std::move(response));
  };
}

TEST_CASE("a stream is sent as one chunk a piece and the connection is kept", "[stream]") {
  TestServer server(Streaming([] { return std::make_unique<Letters>(100); }));
  RawClient client = server.Connect();
  for (int i = 0; i < 2; ++i) {
    const Reply reply = client.Exchange(Get("/"));
    CHECK(reply.complete);
    CHECK(reply.chunks == 100);
    CHECK(reply.body == AllLetters(100));
    CHECK_FALSE(reply.Header("Content-Length"));
    CHECK_FALSE(reply.Header("Connection"));
  }
}

TEST_CASE("an empty stream is a complete answer", "[stream]") {
  TestServer server(Streaming([] { return std::make_unique<Letters>(0); }));
  RawClient client = server.Connect();
  const Reply reply = client.Exchange(Get("/"));
  CHECK(reply.complete);
  CHECK(reply.body.empty());
  CHECK(client.Exchange(Get("/")).status == 200);
}

TEST_CASE("an HTTP/1.0 client gets the stream bare, ended by the connection's end", "[stream]") {
  TestServer server(Streaming([] { return std::make_unique<Letters>(30); }));
  RawClient client = server.Connect();
  const Reply reply = client.Exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(reply.complete);
  CHECK(reply.body == AllLetters(30));
  CHECK(reply.Header("Connection") == "close");
  CHECK_FALSE(reply.Header("Transfer-Encoding"));
}

TEST_CASE("HEAD of a stream pulls nothing and sends no chunk", "[stream]") {
  std::atomic<int> made{0};
  TestServer server(Streaming([&made] { return std::make_unique<Letters>(30, &made); }));
  RawClient client = server.Connect();
  client.Send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(client.ReadReply(BodyOf::kHead).Header("Transfer-Encoding") == "chunked");
  CHECK(made == 0);
  CHECK(client.Exchange(Get("/")).body == AllLetters(30));
}

TEST_CASE("what a slow client has not read is not made", "[stream]") {
  static constexpr int kPieces = 1600;  // 100 MiB, more than the kernel buffers
  std::atomic<int> made{0};
  HttpServerLimits limits = TestLimits();
  limits.write_time = std::chrono::milliseconds(60'000);
  TestServer server(Streaming([&made] { return std::make_unique<Letters>(kPieces, &made); }),
                    limits);
  RawClient client(server.address(), RawClient::Window::kSmall);
  client.Send(Get("/"));
  REQUIRE(client.HasInput(kPatience));
  // The healthy neighbour is answered while the first one does not read; by then the stream has
  // stopped against the full buffers or will soon.
  RawClient neighbour = server.Connect();
  neighbour.Send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(neighbour.ReadReply(BodyOf::kHead).complete);
  CHECK(made < kPieces / 2);
}

TEST_CASE("a source that throws leaves a body that looks cut", "[stream]") {
  TestServer server(Streaming([] { return std::make_unique<Breaking>(); }));
  SECTION("to an HTTP/1.1 client by the missing last chunk") {
    const Reply reply = server.Connect().Exchange(Get("/"));
    CHECK_FALSE(reply.complete);
  }
  SECTION("to an HTTP/1.0 client by a reset") {
    RawClient client = server.Connect();
    const Reply reply = client.Exchange("GET / HTTP/1.0\r\n\r\n");
    CHECK_FALSE(reply.complete);
    CHECK(client.ReadToEnd() == Ending::kReset);
  }
  const std::string line = server.lines.WaitFor("out of letters");
  CHECK(line.find("level=error") != std::string::npos);
}

}  // namespace
}  // namespace session_exporter::test
