#include "server/response_head.h"

#include "catch.h"

namespace session_exporter {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

TEST_CASE("a head has status, date, headers and framing", "[response_head]") {
  struct Case {
    Framing framing;
    const char* expected;
  };
  const auto c = GENERATE(values<Case>({
      {{HttpVersion::kHttp11, true, BodyEnd::kLength, 7}, "Content-Length: 7\r\n"},
      {{HttpVersion::kHttp11, false, BodyEnd::kLength, 0},
       "Content-Length: 0\r\nConnection: close\r\n"},
      {{HttpVersion::kHttp11, true, BodyEnd::kChunks, 0}, "Transfer-Encoding: chunked\r\n"},
      {{HttpVersion::kHttp10, true, BodyEnd::kLength, 7},
       "Content-Length: 7\r\nConnection: keep-alive\r\n"},
      {{HttpVersion::kHttp10, false, BodyEnd::kClose, 0}, "Connection: close\r\n"},
  }));
  OutgoingResponse response;
  response.status = 404;
  response.headers.emplace_back("A", "b");
  CHECK(FormatHead(response, c.framing, sys_seconds(seconds(0))) ==
        std::string("HTTP/1.1 404 Not Found\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nA: b\r\n"
                    "X-Content-Type-Options: nosniff\r\n") +
            c.expected + "\r\n");
}

TEST_CASE("204 and 304 have no length", "[response_head]") {
  OutgoingResponse response;
  response.status = GENERATE(204, 304);
  CHECK(FormatHead(response, {}, sys_seconds(seconds(0))).find("Content-Length") ==
        std::string::npos);
}

TEST_CASE("headers that would break their line are seen", "[response_head]") {
  const std::string value = GENERATE(std::string("a\r\nb"), std::string("a\n"), std::string("\r"),
                                     std::string("a\0b", 3));
  OutgoingResponse response;
  response.headers.emplace_back("A", "b");
  CHECK(HeadersAreClean(response));
  response.headers.emplace_back("B", value);
  CHECK_FALSE(HeadersAreClean(response));
}

}  // namespace
}  // namespace session_exporter
