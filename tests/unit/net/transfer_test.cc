// The meeting of network thread and reader, without a network.
#include "net/transfer.h"

#include <string>
#include <thread>

#include "catch.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;

Transfer::Limits Within(std::chrono::milliseconds timeout) {
  return {Deadline::After(timeout), 100, 10};
}

struct Parts {
  SystemClock clock;
  Transfer transfer{Within(30s), clock, std::make_shared<BufferPool>()};

  void FinishHead() {
    transfer.AcceptHeaderLine("HTTP/1.1 200 OK\r\n");
    transfer.AcceptHeaderLine("\r\n");
  }
  Transfer::Verdict Accept(std::string_view bytes) { return transfer.AcceptBody(bytes); }
  std::string ReadPiece() {
    auto piece = transfer.WaitForBody();
    return piece ? std::string(piece->data(), piece->size()) : piece.error().message();
  }
};

TEST_CASE("the network pauses when the reader's buffer is full, and resumes once", "[net]") {
  Parts parts;
  parts.FinishHead();
  CHECK(parts.Accept("12345678") == Transfer::Verdict::kTaken);
  CHECK(parts.Accept("abc") == Transfer::Verdict::kPause);
  CHECK(!parts.transfer.TakeResume());
  CHECK(parts.ReadPiece() == "12345678");
  CHECK(parts.transfer.TakeResume());
  CHECK(!parts.transfer.TakeResume());
  CHECK(parts.Accept("abc") == Transfer::Verdict::kTaken);
  CHECK(parts.ReadPiece() == "abc");
  CHECK(!parts.transfer.TakeResume());
}

TEST_CASE("a piece above the buffer's size is taken when nothing else waits", "[net]") {
  Parts parts;
  parts.FinishHead();
  CHECK(parts.Accept("123456789012345") == Transfer::Verdict::kTaken);
  CHECK(parts.ReadPiece() == "123456789012345");
}

TEST_CASE("what came before a failure is read before it", "[net]") {
  Parts parts;
  parts.FinishHead();
  parts.Accept("early");
  parts.transfer.End(Error(ErrorKind::kProtocol, "cut"));
  CHECK(parts.transfer.WaitForHead());
  CHECK(parts.ReadPiece() == "early");
  CHECK(parts.ReadPiece() == "cut");
  CHECK(parts.Accept("late") == Transfer::Verdict::kStop);
  CHECK(parts.ReadPiece() == "cut");
}

TEST_CASE("the first end stays", "[net]") {
  Parts parts;
  parts.transfer.End(Error(ErrorKind::kDns, "first"));
  parts.transfer.End(Error(ErrorKind::kTls, "second"));
  parts.transfer.End(std::nullopt);
  CHECK(parts.transfer.WaitForHead().error().message() == "first");
  CHECK(!parts.transfer.Abandon());
}

TEST_CASE("an end without a head is an error all the same", "[net]") {
  Parts parts;
  parts.transfer.End(std::nullopt);
  CHECK(parts.transfer.WaitForHead().error().kind() == ErrorKind::kProtocol);
}

TEST_CASE("nobody waits past the deadline, though the network never says a word", "[net]") {
  SystemClock clock;
  Transfer transfer(Within(50ms), clock, std::make_shared<BufferPool>());
  transfer.EnterPhase(TransferPhase::kTls);
  const auto started = std::chrono::steady_clock::now();
  const auto head = transfer.WaitForHead();
  CHECK(std::chrono::steady_clock::now() - started < 1s);
  REQUIRE(!head);
  CHECK(head.error().kind() == ErrorKind::kTimeout);
  CHECK_THAT(head.error().message(), Catch::Contains("in the TLS handshake"));
  CHECK(transfer.WaitForBody().error().kind() == ErrorKind::kTimeout);
  CHECK(transfer.AcceptBody(std::string_view("late")) == Transfer::Verdict::kStop);
}

TEST_CASE("who waits goes on waiting when the deadline is extended", "[net]") {
  SystemClock clock;
  const auto now = std::chrono::steady_clock::now();
  Deadline deadline = Deadline::Extendable(now + 1s, now + 30s);
  Transfer transfer({deadline, 1000, 1000}, clock, std::make_shared<BufferPool>());
  std::jthread network([&] {
    std::this_thread::sleep_until(now + 100ms);
    deadline.ExtendTo(now + 20s);
    std::this_thread::sleep_until(now + 1'200ms);
    transfer.AcceptHeaderLine("HTTP/1.1 200 OK\r\n");
    transfer.AcceptHeaderLine("\r\n");
  });
  CHECK(transfer.WaitForHead());
}

TEST_CASE("a body that had ended may be read after the deadline", "[net]") {
  SystemClock clock;
  Transfer transfer(Within(0ms), clock, std::make_shared<BufferPool>());
  transfer.AcceptHeaderLine("HTTP/1.1 200 OK\r\n");
  transfer.AcceptHeaderLine("\r\n");
  transfer.AcceptBody(std::string_view("whole"));
  transfer.End(std::nullopt);
  CHECK(transfer.WaitForBody()->size() == 5);
  CHECK(transfer.WaitForBody()->empty());
  CHECK(transfer.WaitForBody()->empty());
}

TEST_CASE("pieces pass between two threads in order", "[net]") {
  SystemClock clock;
  Transfer transfer({Deadline::After(30s), 1U << 30U, 1000}, clock, std::make_shared<BufferPool>());
  constexpr int kPieces = 20'000;
  std::thread network([&] {
    transfer.AcceptHeaderLine("HTTP/1.1 200 OK\r\n");
    transfer.AcceptHeaderLine("\r\n");
    for (int i = 0; i < kPieces; ++i) {
      const std::string piece = std::to_string(i) + ",";
      while (transfer.AcceptBody(piece) == Transfer::Verdict::kPause) std::this_thread::yield();
    }
    transfer.End(std::nullopt);
  });
  std::string expected;
  for (int i = 0; i < kPieces; ++i) expected += std::to_string(i) + ",";
  std::string got;
  while (true) {
    const auto piece = transfer.WaitForBody();
    if (!piece || piece->empty()) break;
    got.append(piece->data(), piece->size());
  }
  network.join();
  CHECK(got == expected);
}

}  // namespace
}  // namespace session_exporter
