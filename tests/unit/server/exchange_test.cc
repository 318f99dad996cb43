// Healthy clients: what is answered, and what becomes of the connection.
#include <string>

#include <fmt/format.h>

#include "catch.h"
#include "unit/server/test_server.h"

namespace session_exporter::test {
namespace {

TEST_CASE("an answer carries its headers, a length, a date and nothing about the server",
          "[exchange]") {
  TestServer server;
  const Reply reply = server.Connect().Exchange(Get("/probe?target=a"));
  CHECK(reply.status == 200);
  CHECK(reply.body == "GET /probe target=a ");
  CHECK(reply.head.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(reply.Header("Content-Type") == "text/plain");
  CHECK(reply.Header("Content-Length") == "20");
  CHECK(reply.Header("X-Content-Type-Options") == "nosniff");
  CHECK(reply.Header("Date").value_or("").size() == 29);
  CHECK_FALSE(reply.Header("Server"));
  CHECK_FALSE(reply.Header("Connection"));
}

TEST_CASE("the handler sees the headers in lower case and the client's address", "[exchange]") {
  Handover<IncomingRequest> seen;
  TestServer server([&seen](IncomingRequest request, const Responder& respond) {
    seen.Put(request);
    Echo(std::move(request), respond);
  });
  server.Connect().Exchange("GET / HTTP/1.1\r\nHOST: h\r\nX-A: 1\r\nx-a: 2\r\n\r\n");
  const IncomingRequest request = seen.Take();
  const decltype(request.headers) expected = {{"host", "h"}, {"x-a", "1"}, {"x-a", "2"}};
  CHECK(request.headers == expected);
  CHECK(request.Header("x-a") == "1");
  CHECK(request.Header("x-b").empty());
  CHECK(request.remote_address.starts_with("127.0.0.1:"));
  CHECK(request.network == "127.0.0.1");
}

TEST_CASE("a connection is kept for further requests", "[exchange]") {
  TestServer server;
  RawClient client = server.Connect();
  for (int i = 0; i < 50; ++i) {
    const std::string path = fmt::format("/{}", i);
    CHECK(client.Exchange(Get(path)).body == "GET " + path + "  ");
  }
}

TEST_CASE("pipelined requests are answered in order, one at a time", "[exchange]") {
  int under_way = 0;
  int most = 0;
  HttpServer* later = nullptr;
  TestServer server([&](IncomingRequest request, const Responder& respond) {
    most = std::max(most, ++under_way);
    later->After(std::chrono::milliseconds(1), [&under_way, request, respond] {
      --under_way;
      Echo(request, respond);
    });
  });
  later = &*server;
  RawClient client = server.Connect();
  std::string requests;
  for (int i = 0; i < 20; ++i) {
    requests += fmt::format("POST /{} HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab", i);
  }
  client.Send(requests + "GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" +
              Get("/never"));
  for (int i = 0; i < 20; ++i) {
    CHECK(client.ReadReply().body == fmt::format("POST /{}  ab", i));
  }
  CHECK(client.ReadReply().body == "GET /last  ");
  client.FinishSending();
  std::string rest;
  client.ReadToEnd(&rest);
  CHECK(rest.empty());
  server->Stop(std::chrono::milliseconds(0));
  CHECK(most == 1);
}

TEST_CASE("the connection is kept or closed as version and headers say", "[exchange]") {
  struct Case {
    const char* version;
    const char* header;
    bool kept;
  };
  const auto c = GENERATE(values<Case>({
      {"1.1", "", true},
      {"1.1", "Connection: keep-alive\r\n", true},
      {"1.1", "Connection: close\r\n", false},
      {"1.1", "Connection: Foo, Close\r\n", false},
      {"1.0", "", false},
      {"1.0", "Connection: keep-alive\r\n", true},
      {"1.0", "Connection: close\r\n", false},
  }));
  INFO(c.version << " " << c.header);
  TestServer server;
  RawClient client = server.Connect();
  const std::string request =
      std::string("GET / HTTP/") + c.version + "\r\nHost: h\r\n" + c.header + "\r\n";
  const Reply reply = client.Exchange(request);
  CHECK(reply.complete);
  CHECK((reply.Header("Connection") == "close") == !c.kept);
  if (c.kept) {
    CHECK(client.Exchange(request).status == 200);
  } else {
    CHECK(client.ReadToEnd() == Ending::kClosed);
  }
}

TEST_CASE("HEAD has the headers of GET and no body", "[exchange]") {
  TestServer server;
  RawClient client = server.Connect();
  client.Send("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n" + Get("/y"));
  const Reply head = client.ReadReply(BodyOf::kHead);
  CHECK(head.Header("Content-Length") == "9");  // of "HEAD /x  "
  CHECK(client.ReadReply().body == "GET /y  ");
}

TEST_CASE("a client that expects 100 gets it before its body is read", "[exchange]") {
  TestServer server;
  RawClient client = server.Connect();
  client.Send("PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  CHECK(client.ReadReply().status == 100);
  CHECK(client.Exchange("abc").body == "PUT /  abc");
  CHECK(client.Exchange(Get("/")).status == 200);
}

TEST_CASE("a client that has finished sending still gets its answer", "[exchange]") {
  TestServer server;
  RawClient client = server.Connect();
  client.Send(Get("/"));
  client.FinishSending();
  CHECK(client.ReadReply().status == 200);
  CHECK(client.ReadToEnd() == Ending::kClosed);
}

TEST_CASE("an answer of several megabytes arrives whole", "[exchange]") {
  const std::string large(8U << 20U, 'x');
  TestServer server([&large](const IncomingRequest& /*request*/, const Responder& respond) {
    OutgoingResponse response;
    response.body = large;
    respond(std::move(response));
  });
  RawClient client = server.Connect();
  CHECK(client.Exchange(Get("/")).body == large);
  CHECK(client.Exchange(Get("/")).body == large);
}

}  // namespace
}  // namespace session_exporter::test
