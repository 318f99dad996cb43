#include "server/request_reader.h"

#include <string>

#include "catch.h"

namespace session_exporter {
namespace {

using Step = RequestReader::Step;

// Feeds `bytes` in portions of `portion`, as a connection does; the step it ended with.
Step Feed(RequestReader& reader, std::string_view bytes, std::size_t portion, std::string* rest) {
  std::string unread;
  while (!bytes.empty()) {
    unread += bytes.substr(0, portion);
    bytes.remove_prefix(std::min(portion, bytes.size()));
    const auto progress = reader.Advance(unread);
    unread.erase(0, progress.consumed);
    if (progress.step == Step::kDone || progress.step == Step::kRefused) {
      *rest = unread + std::string(bytes);
      return progress.step;
    }
  }
  return Step::kMore;
}

TEST_CASE("a request is read the same in portions of any size", "[request_reader]") {
  struct Case {
    const char* framing;
    const char* body;
    const char* expected = "hello world";
  };
  const auto c = GENERATE(values<Case>({
      {"Content-Length: 11", "hello world"},
      {"Content-Length: 0", "", ""},
      {"Transfer-Encoding: chunked", "0\r\n\r\n", ""},
      {"Transfer-Encoding: chunked", "0\r\nTrailer: x\r\n\r\n", ""},
      {"Transfer-Encoding: chunked", "b\r\nhello world\r\n0\r\n\r\n"},
      {"Transfer-Encoding: Chunked", "5;a=b;c=\"d\"\r\nhello\r\n6\r\n world\r\n000\r\n\r\n"},
      {"Transfer-Encoding: chunked", "B\r\nhello world\r\n0\r\nTrailer: x\r\nHost: y\r\n\r\n"},
  }));
  const auto portion = GENERATE(range(std::size_t{1}, std::size_t{24}));
  INFO(c.body << " in portions of " << portion);
  const std::string request =
      std::string("POST /-/reload?a=b HTTP/1.1\r\nHost: h\r\nX-Name:  v \r\n") + c.framing +
      "\r\n\r\n" + c.body;
  RequestReader reader(HttpServerLimits{});
  std::string rest;
  REQUIRE(Feed(reader, request + "GET", portion, &rest) == Step::kDone);
  CHECK(rest == "GET");
  CHECK(reader.keep_alive());
  const IncomingRequest read = reader.TakeRequest();
  CHECK(read.method == "POST");
  CHECK(read.path == "/-/reload");
  CHECK(read.query == "a=b");
  CHECK(read.Header("x-name") == "v");
  CHECK(read.Header("trailer").empty());
  CHECK(read.body == c.expected);
}

TEST_CASE("an endless trailer or chunk extension is refused", "[request_reader]") {
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string endless(HttpServerLimits{}.header_bytes + 100, 'x');
  const auto* start = GENERATE("0\r\nA: ", "1;", "0;");
  const auto portion = GENERATE(100U, 4096U);
  RequestReader reader(HttpServerLimits{});
  std::string rest;
  REQUIRE(Feed(reader, head + start + endless, portion, &rest) == Step::kRefused);
  CHECK(reader.refusal().status == 431);
}

TEST_CASE("a client that expects 100 is told only when the body is to come", "[request_reader]") {
  const std::string head =
      "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
  RequestReader waiting(HttpServerLimits{});
  CHECK(waiting.Advance(head).step == Step::kContinue);
  CHECK(waiting.Advance("hi").step == Step::kDone);
  RequestReader eager(HttpServerLimits{});
  CHECK(eager.Advance(head + "h").step == Step::kMore);
  CHECK(eager.Advance("i").step == Step::kDone);
}

TEST_CASE("targets of every form become path and query", "[request_reader]") {
  struct Case {
    const char* request_line;
    const char* path;
    const char* query;
    const char* host;
  };
  const auto c = GENERATE(values<Case>({
      {"GET /metrics", "/metrics", "", "sent"},
      {"GET /probe?target=a?b", "/probe", "target=a?b", "sent"},
      {"GET //metrics", "//metrics", "", "sent"},
      {"GET /%6Detrics", "/%6Detrics", "", "sent"},
      {"GET http://other:80/metrics?x=1", "/metrics", "x=1", "other:80"},
      {"GET HTTPS://other/", "/", "", "other"},
      {"GET http://[::1]:8080", "/", "", "[::1]:8080"},
      {"GET http://other?x=1", "/", "x=1", "other"},
      {"CONNECT other:443", "other:443", "", "sent"},
      {"OPTIONS *", "*", "", "sent"},
  }));
  INFO(c.request_line);
  RequestReader reader(HttpServerLimits{});
  const std::string request = std::string(c.request_line) + " HTTP/1.1\r\nHost: sent\r\n\r\n";
  REQUIRE(reader.Advance(request).step == Step::kDone);
  const IncomingRequest read = reader.TakeRequest();
  CHECK(read.path == c.path);
  CHECK(read.query == c.query);
  CHECK(read.Header("host") == c.host);
}

}  // namespace
}  // namespace session_exporter
