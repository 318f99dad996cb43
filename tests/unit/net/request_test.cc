// What goes out: the bytes of a request, and what is refused before anything goes out.
#include <fmt/format.h>

#include "catch.h"
#include "unit/net/client_fixture.h"
#include "unit/net/raw_server.h"

namespace session_exporter::testing {
namespace {

// Answers each request with the bytes it was.
void Echo(RawConnection& connection) {
  while (true) {
    const std::string request = connection.ReadRequest();
    if (request.empty() || !connection.Write(Ok(request))) return;
  }
}

HttpRequest PostOf(const std::string& url, std::string body) {
  HttpRequest request;
  request.method = HttpMethod::kPost;
  request.url = url;
  request.body = Secret(std::move(body));
  return request;
}

TEST_CASE("a GET is sent with these bytes", "[net]") {
  RawServer server(Echo);
  ClientFixture fixture;
  HttpOptions options;
  options.headers.emplace_back("X-Tenant", Secret("blue"));
  fixture.http_options = std::make_shared<const HttpOptions>(options);
  HttpRequest request;
  request.url = server.Url("/a/../b%2Fc?x=1&y=%20");
  request.headers.emplace_back("Authorization", Secret("Bearer abc"));
  request.headers.emplace_back("X-Empty", Secret(""));
  const Answer answer = Read(*fixture.Send(std::move(request)));
  CHECK(answer.body == fmt::format("GET /a/../b%2Fc?x=1&y=%20 HTTP/1.1\r\n"
                                   "Host: 127.0.0.1:{}\r\n"
                                   "User-Agent: session_exporter\r\n"
                                   "Accept: */*\r\n"
                                   "Accept-Encoding: gzip\r\n"
                                   "X-Tenant: blue\r\n"
                                   "Authorization: Bearer abc\r\n"
                                   "X-Empty:\r\n"
                                   "\r\n",
                                   server.port()));
}

TEST_CASE("a POST is sent with its body, without Expect and without a type of its own", "[net]") {
  RawServer server(Echo);
  ClientFixture fixture;
  SECTION("no content type given") {
    const std::string body("{\"a\":\0 1}", 9);
    CHECK(fixture.Post(server.Url("/p"), body).body ==
          fmt::format("POST /p HTTP/1.1\r\n"
                      "Host: 127.0.0.1:{}\r\n"
                      "User-Agent: session_exporter\r\n"
                      "Accept: */*\r\n"
                      "Accept-Encoding: gzip\r\n"
                      "Content-Length: 9\r\n"
                      "\r\n{}",
                      server.port(), body));
  }
  SECTION("a content type given") {
    HttpRequest request = PostOf(server.Url("/p"), "{}");
    request.headers.emplace_back("content-type", Secret("application/json"));
    const std::string sent = Read(*fixture.Send(std::move(request))).body;
    CHECK(sent.find("content-type: application/json\r\n") != std::string::npos);
    CHECK(sent.find("urlencoded") == std::string::npos);
  }
  SECTION("an empty body") {
    const std::string sent = fixture.Post(server.Url("/p"), "").body;
    CHECK(sent.find("Content-Length: 0\r\n") != std::string::npos);
  }
  SECTION("two megabytes, where libcurl would ask for 100-continue") {
    const std::string body(2U << 20U, 'b');
    const std::string sent = fixture.Post(server.Url("/p"), body).body;
    CHECK(sent.find("Expect") == std::string::npos);
    CHECK(sent.size() > body.size());
    CHECK(sent.compare(sent.size() - body.size(), body.size(), body) == 0);
  }
}

TEST_CASE("a PUT is sent with its body, and its handle sends other methods after it", "[net]") {
  RawServer server(Echo);
  ClientFixture fixture;
  HttpRequest request = PostOf(server.Url("/latest/api/token"), "");
  request.method = HttpMethod::kPut;
  const std::string empty = Read(*fixture.Send(request)).body;
  CHECK(empty.starts_with("PUT /latest/api/token HTTP/1.1\r\n"));
  CHECK(empty.find("Content-Length: 0\r\n") != std::string::npos);
  CHECK(empty.find("Content-Type") == std::string::npos);
  CHECK(empty.find("Expect") == std::string::npos);
  request.body = Secret("{}");
  CHECK(Read(*fixture.Send(request)).body.ends_with("Content-Length: 2\r\n\r\n{}"));
  CHECK(fixture.Post(server.Url("/p"), "").body.starts_with("POST /p "));
  CHECK(fixture.Get(server.Url("/g")).body.starts_with("GET /g "));
}

TEST_CASE("the caller's own Host and User-Agent stand", "[net]") {
  RawServer server(Echo);
  ClientFixture fixture;
  HttpRequest request;
  request.url = server.Url();
  request.headers.emplace_back("Host", Secret("signed.example"));
  request.headers.emplace_back("User-Agent", Secret("mine"));
  const std::string sent = Read(*fixture.Send(std::move(request))).body;
  CHECK(sent.find("\r\nHost: signed.example\r\n") != std::string::npos);
  CHECK(sent.find("\r\nUser-Agent: mine\r\n") != std::string::npos);
  CHECK(sent.find("127.0.0.1") == std::string::npos);
  CHECK(sent.find("session_exporter") == std::string::npos);
}

TEST_CASE("what would break the message is refused before it is sent", "[net]") {
  RawServer server(Echo);
  ClientFixture fixture;
  HttpRequest request;
  request.url = server.Url();
  const auto refused = [&] {
    const Answer answer = Read(*fixture.Send(std::move(request)));
    CHECK(answer.Reason() == "config");
    CHECK(answer.Message().find("hush") == std::string::npos);
    CHECK(server.connections() == 0);
    return answer.Message();
  };
  SECTION("a line feed in a header's value") {
    request.headers.emplace_back("X-A", Secret("hush\nX-Evil: 1"));
    CHECK(refused() == "the value of header X-A holds a line break");
  }
  SECTION("a carriage return in a header's value") {
    request.headers.emplace_back("X-A", Secret("hush\r"));
    CHECK(refused() == "the value of header X-A holds a line break");
  }
  SECTION("a NUL in a header's value") {
    request.headers.emplace_back("X-A", Secret(std::string("hush\0x", 6)));
    CHECK(refused() == "the value of header X-A holds a line break");
  }
  SECTION("a header's name with a colon") {
    request.headers.emplace_back("X-A: 1", Secret("hush"));
    CHECK(refused() == "a header's name is not a valid one");
  }
  SECTION("an empty header's name") {
    request.headers.emplace_back("", Secret("hush"));
    CHECK(refused() == "a header's name is not a valid one");
  }
  SECTION("another protocol") {
    request.url = "ftp://user:hush@127.0.0.1/hush";
    CHECK(refused() == "the URL's scheme is neither http nor https");
  }
  SECTION("no URL") {
    request.url = "hush";
    refused();
  }
}

TEST_CASE("proxies of the environment are not used", "[net]") {
  RawServer server(Echo);
  RawServer proxy([](RawConnection&) {});
  for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"}) {
    setenv(name, proxy.Url().c_str(), 1);
  }
  ClientFixture fixture;
  const Answer answer = fixture.Get(server.Url());
  for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"}) unsetenv(name);
  CHECK(answer.head.status == 200);
  CHECK(proxy.connections() == 0);
}

TEST_CASE("the observer hears of each request once", "[net]") {
  RawServer server([](RawConnection& connection) {
    while (!connection.ReadRequest().empty()) {
      if (!connection.Write(
              Ok(Gzip(std::string(1000, 'x')),
                 "Content-Encoding: gzip\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n")))
        return;
    }
  });
  ClientFixture fixture;
  RecordingObserver observer;
  fixture.observer = &observer;
  const Timestamp before = fixture.clock.Now();
  SECTION("a whole answer") {
    const std::string url =
        fmt::format("http://user:hush@127.0.0.1:{}/a?token=hush", server.port());
    fixture.Get(url);
    REQUIRE(observer.records.size() == 1);
    const auto& record = observer.records.front();
    CHECK(record.operation == "list_things");
    CHECK(record.method == "GET");
    CHECK(record.url == fmt::format("http://127.0.0.1:{}/a", server.port()));
    CHECK(record.status == 200);
    CHECK(record.bytes == 1000);
    CHECK(record.duration > 0ms);
    CHECK(record.duration < kPatience);
    REQUIRE(record.clock_skew);
    // The server's clock is far behind; ours has moved by less than an hour since.
    const Timestamp date{std::chrono::seconds(784111777)};
    CHECK(*record.clock_skew <= date - before);
    CHECK(*record.clock_skew > date - before - std::chrono::hours(1));
    CHECK(!record.failure);
  }
  SECTION("a failure") {
    fixture.Get(fmt::format("http://127.0.0.1:{}/", RefusedPort()));
    REQUIRE(observer.records.size() == 1);
    CHECK(observer.records.front().failure == ErrorKind::kConnect);
    CHECK(observer.records.front().status == 0);
    CHECK(observer.records.front().message.find("refused") != std::string::npos);
  }
  SECTION("an exchange that is dropped after its head") {
    auto exchange = fixture.Send(server.Url());
    REQUIRE(exchange->Head());
    CHECK(observer.records.empty());
    exchange.reset();
    REQUIRE(observer.records.size() == 1);
    CHECK(observer.records.front().status == 200);
    CHECK(!observer.records.front().failure);
  }
  SECTION("a body read past its end") {
    auto exchange = fixture.Send(server.Url());
    Read(*exchange);
    CHECK(exchange->ReadBody()->empty());
    exchange.reset();
    CHECK(observer.records.size() == 1);
  }
}

}  // namespace
}  // namespace session_exporter::testing
