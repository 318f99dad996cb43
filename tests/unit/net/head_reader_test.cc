#include "net/head_reader.h"

#include "catch.h"

namespace session_exporter {
namespace {

TEST_CASE("a head is complete at its empty line, interim ones apart", "[net]") {
  HeadReader reader;
  CHECK(!reader.ReadLine("HTTP/1.1 100 Continue\r\n").value());
  CHECK(!reader.ReadLine("X-A: interim\r\n").value());
  CHECK(!reader.ReadLine("\r\n").value());
  CHECK(!reader.ReadLine("HTTP/1.1 404 Not Found\r\n").value());
  CHECK(!reader.ReadLine("X-B:\tvalue \r\n").value());
  CHECK(reader.ReadLine("\r\n").value());
  CHECK(reader.head().status == 404);
  CHECK(reader.head().headers == decltype(HttpHead::headers){{"x-b", "value"}});
  CHECK(!reader.head().date);
  CHECK(reader.ReadLine("X-Trailer: 1\r\n").value());
  CHECK(reader.head().Header("x-trailer").empty());
}

TEST_CASE("odd lines of a head do no harm", "[net]") {
  for (const char* line : {" folded without a header\r\n", "no colon\r\n", ":\r\n", ": x\r\n",
                           "Date: yesterday\r\n", "HTTP/\r\n", "HTTP/1.1\r\n", "HTTP/1.1 x\r\n"}) {
    INFO(line);
    HeadReader reader;
    CHECK(reader.ReadLine("HTTP/1.1 200 OK\r\n"));
    CHECK(reader.ReadLine(line));
    CHECK(reader.ReadLine("\r\n"));
    CHECK(!reader.head().date);
  }
}

TEST_CASE("encodings that were not offered are refused at their header", "[net]") {
  struct Case {
    const char* line;
    bool fine;
  };
  for (const auto& [line, fine] :
       {Case{"Content-Encoding: gzip\r\n", true}, Case{"content-encoding: X-GZIP\r\n", true},
        Case{"Content-Encoding:\r\n", true}, Case{"Content-Encoding: deflate\r\n", false},
        Case{"Content-Encoding: gzip, gzip\r\n", false},
        Case{"Transfer-Encoding: Chunked\r\n", true}, Case{"Transfer-Encoding: gzip\r\n", false}}) {
    INFO(line);
    HeadReader reader;
    CHECK(reader.ReadLine("HTTP/1.1 200 OK\r\n"));
    const auto read = reader.ReadLine(line);
    CHECK(read.has_value() == fine);
    if (!read) CHECK(read.error().kind() == ErrorKind::kProtocol);
  }
}

TEST_CASE("a head has a largest size", "[net]") {
  HeadReader reader;
  CHECK(reader.ReadLine("HTTP/1.1 200 OK\r\n"));
  const std::string line = "X-A: " + std::string(1000, 'a') + "\r\n";
  Result<bool> read = false;
  int lines = 0;
  while (read && lines < 1000) {
    read = reader.ReadLine(line);
    ++lines;
  }
  REQUIRE(!read);
  CHECK(lines == 131);
  CHECK(read.error().message() == "the answer's head is larger than 131072 bytes");
}

}  // namespace
}  // namespace session_exporter
