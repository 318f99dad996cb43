#include "server/header_scanner.h"

#include "catch.h"

namespace session_exporter {
namespace {

constexpr std::size_t kHeaderLimit = 200;
constexpr std::size_t kTargetLimit = 40;

using Found = HeaderScanner::Found;

TEST_CASE("the end of a header is found however its bytes arrive", "[header_scanner]") {
  const std::string header = "\r\nGET /metrics HTTP/1.1\r\nHost: a\r\nX: b\tc \r\n\r\n";
  const std::string bytes = header + "GET /next";
  const auto step = GENERATE(1U, 2U, 3U, 7U, 1000U);
  INFO("bytes at a time: " << step);
  HeaderScanner scanner(kHeaderLimit, kTargetLimit);
  Found found = Found::kMore;
  for (std::size_t size = step; found == Found::kMore && size < bytes.size() + step; size += step) {
    found = scanner.Scan(std::string_view(bytes).substr(0, size));
  }
  REQUIRE(found == Found::kHeader);
  CHECK(scanner.begin() == 2);
  CHECK(scanner.end() == header.size());
}

TEST_CASE("a header is refused at the first byte that cannot be", "[header_scanner]") {
  struct Case {
    std::string bytes;
    std::size_t seen;  // bytes that are needed to tell
    int status;
  };
  const std::string line = "GET / HTTP/1.1\r\n";
  const auto c = GENERATE_COPY(values<Case>({
      {"\x16\x03\x01\x02", 1, 400},
      {"\r\n\r\n", 4, 400},
      {" GET", 1, 400},
      {"GE(T", 3, 400},
      {"GET  /", 5, 400},
      {"GET /\r\n", 7, 400},
      {"GET /\x80", 6, 400},
      {"GET /\t", 6, 400},
      {"GET /" + std::string(kTargetLimit, 'a'), 4 + kTargetLimit + 1, 414},
      {"GET / HTTP/1.1 \r\n", 15, 400},
      {"GET / HTTP/1.11", 15, 400},
      {"GET / HTTP/1.2\r\n", 16, 505},
      {"GET / HTTP/2.0\r\n", 16, 505},
      {"GET / HTTP/a.1\r\n", 16, 400},
      {"GET / http/1.1\r\n", 16, 400},
      {"PRI * HTTP/2.0\r\n", 16, 400},
      {"GET / HTTP/1.1\n", 15, 400},
      {"GET / HTTP/1.1\rX", 16, 400},
      {line + "A: b\n", line.size() + 5, 400},
      {line + "A: b\rc", line.size() + 6, 400},
      {line + "A: b\r\r", line.size() + 6, 400},
      {line + std::string("A: \0", 4), line.size() + 4, 400},
      {line + "A: \x7F", line.size() + 4, 400},
      {line + " A: b", line.size() + 1, 400},
      {line + "A: b\r\n c", line.size() + 7, 400},
      {line + "A: b\r\n\tc", line.size() + 7, 400},
      {line + "A: " + std::string(kHeaderLimit, 'b'), kHeaderLimit + 1, 431},
  }));
  INFO(c.bytes);
  HeaderScanner scanner(kHeaderLimit, kTargetLimit);
  CHECK(scanner.Scan(std::string_view(c.bytes).substr(0, c.seen - 1)) == Found::kMore);
  REQUIRE(scanner.Scan(c.bytes) == Found::kRefused);
  CHECK(scanner.refusal().status == c.status);
}

TEST_CASE("a header and a target of exactly the limit are accepted", "[header_scanner]") {
  std::string header = "GET /" + std::string(kTargetLimit - 1, 'a') + " HTTP/1.1\r\nA: ";
  header += std::string(kHeaderLimit - header.size() - 4, 'b') + "\r\n\r\n";
  REQUIRE(header.size() == kHeaderLimit);
  HeaderScanner scanner(kHeaderLimit, kTargetLimit);
  CHECK(scanner.Scan(header) == Found::kHeader);
}

}  // namespace
}  // namespace session_exporter
