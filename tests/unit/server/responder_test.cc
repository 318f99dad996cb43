// The handler's side: when and from where it may answer, and what happens when it fails.
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "catch.h"
#include "unit/server/test_server.h"

namespace session_exporter::test {
namespace {

OutgoingResponse Body(std::string text) {
  OutgoingResponse response;
  response.body = std::move(text);
  return response;
}

TEST_CASE("a responder may be called from another thread, later", "[responder]") {
  Handover<Responder> parked;
  TestServer server([&parked](const IncomingRequest& /*request*/, Responder respond) {
    parked.Put(std::move(respond));
  });
  RawClient client = server.Connect();
  for (int i = 0; i < 3; ++i) {
    client.Send(Get("/"));
    std::thread([&parked] { parked.Take()(Body("from elsewhere")); }).join();
    CHECK(client.ReadReply().body == "from elsewhere");
  }
}

TEST_CASE("only the first call of a responder counts", "[responder]") {
  TestServer server([](const IncomingRequest& /*request*/, const Responder& respond) {
    const Responder copy = respond;
    respond(Body("first"));
    copy(Body("second"));
  });
  RawClient client = server.Connect();
  CHECK(client.Exchange(Get("/")).body == "first");
  CHECK(client.Exchange(Get("/")).body == "first");
}

TEST_CASE("a dropped responder gives 500 and a log line", "[responder]") {
  TestServer server([](const IncomingRequest& /*request*/, const Responder& /*respond*/) {});
  RawClient client = server.Connect();
  CHECK(client.Exchange(Get("/")).status == 500);
  CHECK(client.Exchange(Get("/")).status == 500);
  CHECK(server.lines.WaitFor("dropped without an answer").find("level=error") != std::string::npos);
}

TEST_CASE("an exception out of the handler gives 500 and a log line with its text", "[responder]") {
  TestServer server([](const IncomingRequest& request, const Responder& /*respond*/) {
    if (request.path == "/throw") throw std::runtime_error("no such luck");
  });
  RawClient client = server.Connect();
  const Reply reply = client.Exchange(Get("/throw"));
  CHECK(reply.status == 500);
  CHECK(reply.body == "internal error\n");
  CHECK(server.lines.WaitFor("no such luck").find("level=error") != std::string::npos);
  CHECK(server.lines.Count("dropped") == 0);
}

TEST_CASE("an exception after the answer does not change it", "[responder]") {
  TestServer server([](const IncomingRequest& /*request*/, const Responder& respond) {
    respond(Body("answered"));
    throw std::runtime_error("too late");
  });
  CHECK(server.Connect().Exchange(Get("/")).body == "answered");
  CHECK_FALSE(server.lines.WaitFor("too late").empty());
}

TEST_CASE("a line break in a header of the answer gives 500", "[responder]") {
  TestServer server([](const IncomingRequest& /*request*/, const Responder& respond) {
    OutgoingResponse response;
    response.headers.emplace_back("X-Injected", "a\r\nSet-Cookie: b");
    respond(std::move(response));
  });
  const Reply reply = server.Connect().Exchange(Get("/"));
  CHECK(reply.status == 500);
  CHECK_FALSE(reply.Header("Set-Cookie"));
}

TEST_CASE("an answer to a client that has gone is dropped quietly", "[responder]") {
  Handover<Responder> parked;
  TestServer server([&parked](IncomingRequest request, Responder respond) {
    if (request.path == "/park") return parked.Put(std::move(respond));
    Echo(std::move(request), respond);
  });
  RawClient client = server.Connect();
  client.Send(Get("/park"));
  const Responder respond = parked.Take();
  client.Close();
  respond(Body(std::string(1U << 20U, 'x')));
  CHECK(server.Connect().Exchange(Get("/")).status == 200);
  CHECK(server.lines.Count("level=error") == 0);
}

TEST_CASE("a responder may be called or dropped after the server has gone", "[responder]") {
  std::optional<Responder> kept;
  Handover<Responder> parked;
  TestServer server([&parked](const IncomingRequest& /*request*/, Responder respond) {
    parked.Put(std::move(respond));
  });
  RawClient client = server.Connect();
  client.Send(Get("/"));
  kept = parked.Take();
  server.Destroy();
  SECTION("called") { (*kept)(Body("late")); }
  SECTION("dropped") { kept.reset(); }
  CHECK(client.ReadToEnd() == Ending::kReset);
}

}  // namespace
}  // namespace session_exporter::test
