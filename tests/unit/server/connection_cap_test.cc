// More connections than the server takes, and more than the process may open.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "catch.h"
#include "unit/server/test_server.h"

namespace session_exporter::test {
namespace {

OutgoingResponse Text(std::string body) {
  OutgoingResponse response;
  response.body = std::move(body);
  return response;
}

// Answers "/" at once, and anything else when it is let.
class HeldAnswers {
 public:
  RequestHandler Handler() {
    return [this](IncomingRequest request, const Responder& respond) {
      if (request.path == "/") return respond(Text("at once"));
      const std::lock_guard lock(mutex_);
      held_.push_back(respond);
    };
  }
  bool Hold(std::size_t count) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < end) {
      {
        const std::lock_guard lock(mutex_);
        if (held_.size() >= count) return true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }
  void LetGo() {
    const std::lock_guard lock(mutex_);
    for (const Responder& respond : held_) respond(Text("late"));
    held_.clear();
  }

 private:
  std::mutex mutex_;
  std::vector<Responder> held_;
};

// A client at work: the `count`th whose answer is held.
RawClient Held(TestServer& server, HeldAnswers& answers, std::size_t count) {
  RawClient client = server.Connect();
  client.Send(Get("/held"));
  REQUIRE(answers.Hold(count));
  return client;
}

TEST_CASE("while all connections are at work further clients wait", "[cap]") {
  HttpServerLimits limits = TestLimits();
  limits.connections = 2;
  HeldAnswers answers;
  TestServer server(answers.Handler(), limits);
  RawClient first = Held(server, answers, 1);
  RawClient second = Held(server, answers, 2);
  RawClient third = server.Connect();
  third.Send(Get("/"));
  CHECK_FALSE(third.HasInput(std::chrono::milliseconds(100)));
  answers.LetGo();
  CHECK(first.ReadReply().body == "late");
  CHECK(second.ReadReply().body == "late");
  CHECK(third.ReadReply().body == "at once");
}

TEST_CASE("a new client takes the place of the idlest", "[cap]") {
  HttpServerLimits limits = TestLimits();
  SECTION("of all") { limits.connections = 3; }
  SECTION("of its address") { limits.connections_of_address = 3; }
  TestServer server(Echo, limits);
  RawClient silent = server.Connect();
  RawClient unfinished = server.Connect();
  unfinished.Send("GET / HTTP/1.1\r\nHost: ");
  RawClient kept = server.Connect();
  CHECK(kept.Exchange(Get("/")).status == 200);
  RawClient fourth = server.Connect();
  CHECK(fourth.Exchange(Get("/")).status == 200);
  CHECK(silent.ReadToEnd() == Ending::kReset);
  RawClient fifth = server.Connect();
  CHECK(fifth.Exchange(Get("/")).status == 200);
  unfinished.ReadToEnd();
  CHECK(kept.Exchange(Get("/")).status == 200);
  CHECK(server.lines.Count("too many connections") == 1);
  CHECK(server.lines.Count("connection evicted") == 2);
}

TEST_CASE("a client whose address is at work with all that it may have is closed", "[cap]") {
  HttpServerLimits limits = TestLimits();
  limits.connections_of_address = 1;
  HeldAnswers answers;
  TestServer server(answers.Handler(), limits);
  RawClient first = Held(server, answers, 1);
  RawClient second = server.Connect();
  CHECK(second.ReadToEnd() == Ending::kClosed);
  CHECK(server.lines.WaitFor("too many connections").find("refused=1") != std::string::npos);
  answers.LetGo();
  CHECK(first.ReadReply().body == "late");
}

TEST_CASE("connections come and go at the cap without one being lost", "[cap]") {
  HttpServerLimits limits = TestLimits();
  limits.connections = 2;
  TestServer server(Echo, limits);
  for (int round = 0; round < 50; ++round) {
    std::vector<RawClient> clients;
    for (int i = 0; i < 6; ++i) {
      clients.push_back(server.Connect());
      clients.back().Send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    }
    for (RawClient& client : clients) {
      REQUIRE(client.ReadReply().status == 200);
      client.Close();
    }
  }
}

TEST_CASE("a server at its cap can be stopped", "[cap]") {
  HttpServerLimits limits = TestLimits();
  limits.connections = 1;
  HeldAnswers answers;
  TestServer server(answers.Handler(), limits);
  RawClient first = Held(server, answers, 1);
  RawClient second = server.Connect();
  answers.LetGo();
  server->Stop(std::chrono::milliseconds(5'000));
  CHECK(first.ReadReply().body == "late");
  second.ReadToEnd();
}

// Lets the process open one file more while it lives.
class OneMoreFile {
 public:
  OneMoreFile() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest_free = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(lowest_free);
    rlimit lowered = before_;
    lowered.rlim_cur = static_cast<rlim_t>(lowest_free) + 1;
    setrlimit(RLIMIT_NOFILE, &lowered);
  }
  ~OneMoreFile() { setrlimit(RLIMIT_NOFILE, &before_); }
  OneMoreFile(const OneMoreFile&) = delete;
  OneMoreFile& operator=(const OneMoreFile&) = delete;

 private:
  rlimit before_{};
};

TEST_CASE("out of file descriptors is logged once and passes", "[cap]") {
  TestServer server;
  RawClient kept = server.Connect();
  CHECK(kept.Exchange(Get("/")).status == 200);
  std::optional<OneMoreFile> limited(std::in_place);
  // Nothing is checked until the limit is gone: UBSan opens a pipe to look at an object's type.
  RawClient waiting = server.Connect();
  waiting.Send(Get("/"));
  const std::string line = server.lines.WaitFor("cannot accept");
  const bool answered = waiting.HasInput(std::chrono::milliseconds(300));
  const int neighbour = kept.Exchange(Get("/")).status;
  limited.reset();
  CHECK(line.find("Too many open files") != std::string::npos);
  CHECK_FALSE(answered);
  CHECK(neighbour == 200);
  CHECK(waiting.ReadReply().status == 200);
  CHECK(server.lines.Count("cannot accept") == 1);
}

}  // namespace
}  // namespace session_exporter::test
