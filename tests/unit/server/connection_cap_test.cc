// More connections than the server takes, and more than the process may open.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <vector>

#include "catch.h"
#include "unit/server/test_server.h"

namespace session_exporter::test {
namespace {

TEST_CASE("above the cap a client waits until another one leaves", "[cap]") {
  HttpServerLimits limits = TestLimits();
  limits.connections = 4;
  TestServer server(Echo, limits);
  std::vector<RawClient> served;
  for (int i = 0; i < 4; ++i) {
    served.push_back(server.Connect());
    CHECK(served.back().Exchange(Get("/")).status == 200);
  }
  RawClient fifth = server.Connect();
  RawClient sixth = server.Connect();
  fifth.Send(Get("/fifth"));
  sixth.Send(Get("/sixth"));
  CHECK_FALSE(fifth.HasInput(std::chrono::milliseconds(100)));
  CHECK(served[0].Exchange(Get("/")).status == 200);
  served[1].Close();
  CHECK(fifth.ReadReply().status == 200);
  CHECK_FALSE(sixth.HasInput(std::chrono::milliseconds(100)));
  fifth.Close();
  CHECK(sixth.ReadReply().status == 200);
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
  TestServer server(Echo, limits);
  RawClient first = server.Connect();
  CHECK(first.Exchange(Get("/")).status == 200);
  RawClient second = server.Connect();
  server->Stop(std::chrono::milliseconds(5'000));
  CHECK(first.ReadToEnd() == Ending::kClosed);
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
