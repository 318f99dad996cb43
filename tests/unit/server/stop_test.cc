// The end of a server, and tasks that it runs later.
#include <array>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "catch.h"
#include "unit/server/test_server.h"

namespace session_exporter::test {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr milliseconds kLongGrace{10'000};

RequestHandler Parking(Handover<Responder>& parked) {
  return [&parked](IncomingRequest request, Responder respond) {
    if (request.path == "/park") return parked.Put(std::move(respond));
    Echo(std::move(request), respond);
  };
}

TEST_CASE("stopping closes idle connections at once and refuses new ones", "[stop]") {
  TestServer server;
  const std::string address = server.address();
  RawClient silent = server.Connect();
  RawClient begun = server.Connect();
  begun.Send("GET /");
  RawClient kept = server.Connect();
  CHECK(kept.Exchange(Get("/")).status == 200);
  const auto start = Steady::now();
  server->Stop(kLongGrace);
  CHECK(Steady::now() - start < kLongGrace / 2);
  for (RawClient* client : {&silent, &begun, &kept}) {
    std::string received;
    client->ReadToEnd(&received);
    CHECK(received.empty());
  }
  CHECK_THROWS(RawClient(address));
  server->Stop(kLongGrace);
}

TEST_CASE("an answer under way is finished within the grace, then the connection closed",
          "[stop]") {
  Handover<Responder> parked;
  TestServer server(Parking(parked));
  RawClient client = server.Connect();
  RawClient idle = server.Connect();
  CHECK(idle.Exchange(Get("/")).status == 200);
  client.Send(Get("/park") + Get("/never"));
  const Responder respond = parked.Take();
  const auto start = Steady::now();
  std::thread stopping([&server] { server->Stop(kLongGrace); });
  CHECK(idle.ReadToEnd() == Ending::kClosed);
  // Stays open; and the stop has reached it by the time it is answered.
  CHECK_FALSE(client.HasInput(milliseconds(200)));
  OutgoingResponse response;
  response.body = std::string(1U << 20U, 'x');
  respond(std::move(response));
  const Reply reply = client.ReadReply();
  CHECK(reply.complete);
  CHECK(reply.body.size() == 1U << 20U);
  CHECK(reply.Header("Connection") == "close");
  client.Close();
  stopping.join();
  CHECK(Steady::now() - start < kLongGrace / 2);
}

TEST_CASE("a request that is not answered within the grace is cut", "[stop]") {
  Handover<Responder> parked;
  TestServer server(Parking(parked));
  RawClient client = server.Connect();
  client.Send(Get("/park"));
  const Responder respond = parked.Take();
  const auto start = Steady::now();
  server->Stop(milliseconds(100));
  CHECK(Steady::now() - start >= milliseconds(100));
  CHECK(Steady::now() - start < kLongGrace / 2);
  CHECK(client.ReadToEnd() == Ending::kReset);
}

TEST_CASE("several threads may stop a server at once, and all wait for its end", "[stop]") {
  Handover<Responder> parked;
  TestServer server(Parking(parked));
  RawClient client = server.Connect();
  client.Send(Get("/park"));
  const Responder respond = parked.Take();
  std::thread first([&server] { server->Stop(milliseconds(100)); });
  std::thread second([&server] { server->Stop(milliseconds(100)); });
  first.join();
  second.join();
  CHECK_THROWS(server.Connect());
}

TEST_CASE("a server can be stopped while clients come and go", "[stop]") {
  for (int round = 0; round < 20; ++round) {
    TestServer server;
    const std::string address = server.address();
    std::atomic<int> answered{0};
    std::atomic<bool> done{false};
    std::vector<std::thread> clients;
    for (int i = 0; i < 3; ++i) {
      clients.emplace_back([&] {
        while (!done) {
          try {
            if (RawClient(address).Exchange(Get("/")).complete) ++answered;
          } catch (const std::exception&) {
            return;
          }
        }
      });
    }
    while (answered < 20) std::this_thread::yield();
    server->Stop(kLongGrace);
    done = true;
    for (auto& client : clients) client.join();
  }
}

TEST_CASE("a task runs after its delay, and answers may come from it during the grace", "[stop]") {
  Handover<Responder> parked;
  TestServer server(Parking(parked));
  RawClient client = server.Connect();
  client.Send(Get("/park"));
  const Responder respond = parked.Take();
  const auto start = Steady::now();
  Handover<Steady::time_point> ran;
  server->After(milliseconds(100), [&ran, respond] {
    ran.Put(Steady::now());
    respond({});
  });
  std::thread stopping([&server] { server->Stop(kLongGrace); });
  CHECK(client.ReadReply().status == 200);
  CHECK(ran.Take() - start >= milliseconds(100));
  client.Close();
  stopping.join();
}

TEST_CASE("each of several tasks runs, and none before its time", "[stop]") {
  TestServer server;
  const auto start = Steady::now();
  std::array<Handover<Steady::time_point>, 3> ran;
  const std::array delays = {milliseconds(60), milliseconds(0), milliseconds(30)};
  for (std::size_t i = 0; i < delays.size(); ++i) {
    server->After(delays[i], [&slot = ran[i]] { slot.Put(Steady::now()); });
  }
  for (std::size_t i = 0; i < delays.size(); ++i) CHECK(ran[i].Take() - start >= delays[i]);
}

TEST_CASE("tasks that are not due when the server ends are dropped, with what they hold",
          "[stop]") {
  Handover<Responder> parked;
  TestServer server(Parking(parked));
  RawClient client = server.Connect();
  client.Send(Get("/park"));
  std::atomic<int> ran{0};
  auto held = std::make_shared<int>(0);
  {
    const Responder respond = parked.Take();
    server->After(milliseconds(60'000), [&ran, held, respond] { ++ran; });
  }
  server->Stop(milliseconds(0));
  server->After(milliseconds(0), [&ran, held] { ++ran; });
  CHECK(held.use_count() == 1);
  CHECK(ran == 0);
}

TEST_CASE("a task that is cancelled is dropped at once, with what it holds", "[stop]") {
  TestServer server;
  std::atomic<int> ran{0};
  const auto held = std::make_shared<int>(0);
  const auto cancel = server->After(milliseconds(60'000), [&ran, held] { ++ran; });
  Handover<int> other;
  server->After(milliseconds(0), [&other] { other.Put(1); });
  cancel();
  const auto end = Steady::now() + kPatience / 2;
  while (held.use_count() > 1 && Steady::now() < end) std::this_thread::yield();
  CHECK(held.use_count() == 1);
  CHECK(other.Take() == 1);
  cancel();
  server.Destroy();
  cancel();
  CHECK(ran == 0);
}

TEST_CASE("a task that throws is logged", "[stop]") {
  TestServer server;
  server->After(milliseconds(0), [] { throw std::runtime_error("bad task"); });
  CHECK(server.lines.WaitFor("bad task").find("level=error") != std::string::npos);
  CHECK(server.Connect().Exchange(Get("/")).status == 200);
}

}  // namespace
}  // namespace session_exporter::test
