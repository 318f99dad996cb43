// What a hostile or broken client gets. Every case goes through a socket, and the connection must
// be closed after the answer, since where the next request starts is not known.
#include <string>
#include <vector>

#include <fmt/format.h>

#include "catch.h"
#include "unit/server/test_server.h"

namespace session_exporter::test {
namespace {

struct Case {
  std::string name;
  std::string bytes;
  int status;
};

const std::string kHost = "Host: h\r\n";
const std::string kLine = "GET / HTTP/1.1\r\n";

std::string Post(const std::string& headers, const std::string& body = "") {
  return "POST / HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n\r\n" + body;
}

std::vector<Case> RequestLineCases() {
  return {
      {"line feed alone", "GET / HTTP/1.1\nHost: h\n\n", 400},
      {"carriage return alone", "GET / HTTP/1.1\rHost: h\r\r", 400},
      {"NUL in the target", std::string("GET /\0 HTTP/1.1\r\n", 17) + kHost + "\r\n", 400},
      {"NUL in the method", std::string("G\0T / HTTP/1.1\r\n", 16) + kHost + "\r\n", 400},
      {"space in the target", "GET /a b HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"two spaces", "GET  / HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"tabs for spaces", "GET\t/\tHTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"leading space", " " + kLine + kHost + "\r\n", 400},
      {"no target", "GET HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"target is no path", "GET metrics HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"target of another scheme", "GET ftp://h/ HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"absolute target without a host", "GET http:///x HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"absolute target with a user", "GET http://u@h/ HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"absolute target, no Host", "GET http://h/ HTTP/1.1\r\n\r\n", 400},
      {"bytes above ASCII in the target", "GET /\xC3\xA9 HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"two empty lines in front", "\r\n\r\n" + kLine + kHost + "\r\n", 400},
      {"HTTP/0.9", "GET /\r\n", 400},
      {"no version number", "GET / HTTP\r\n" + kHost + "\r\n", 400},
      {"lower-case version", "GET / http/1.1\r\n" + kHost + "\r\n", 400},
      {"long version", "GET / HTTP/1.10\r\n" + kHost + "\r\n", 400},
      {"version 0.9", "GET / HTTP/0.9\r\n" + kHost + "\r\n", 505},
      {"version 1.2", "GET / HTTP/1.2\r\n" + kHost + "\r\n", 505},
      {"version 2.0", "GET / HTTP/2.0\r\n" + kHost + "\r\n", 505},
      {"version 9.9", "GET / HTTP/9.9\r\n" + kHost + "\r\n", 505},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"TLS ClientHello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400},
      {"SOCKS greeting", std::string("\x05\x01\x00", 3), 400},
      {"target above the limit",
       "GET /" + std::string(4096, 'a') + " HTTP/1.1\r\n" + kHost + "\r\n", 414},
      {"endless target", "GET /" + std::string(100'000, 'a'), 414},
      {"endless method", std::string(100'000, 'A'), 431},
  };
}

std::vector<Case> HeaderCases() {
  return {
      {"no Host", kLine + "\r\n", 400},
      {"two Hosts", kLine + kHost + "Host: i\r\n\r\n", 400},
      {"the same Host twice", kLine + kHost + kHost + "\r\n", 400},
      {"two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\n" + kHost + kHost + "\r\n", 400},
      {"Host with a path", kLine + "Host: h/x\r\n\r\n", 400},
      {"Host with a user", kLine + "Host: u@h\r\n\r\n", 400},
      {"Host with a space", kLine + "Host: a b\r\n\r\n", 400},
      {"Host with a quote", kLine + "Host: a\"b\r\n\r\n", 400},
      {"line feed in a header", kLine + kHost + "A: b\nC: d\r\n\r\n", 400},
      {"line feeds at the end", kLine + kHost + "A: b\r\n\n", 400},
      {"carriage return in a header", kLine + kHost + "A: b\rC: d\r\n\r\n", 400},
      {"NUL in a header", kLine + kHost + std::string("A: \0\r\n\r\n", 8), 400},
      {"NUL in a name", kLine + kHost + std::string("A\0: b\r\n\r\n", 9), 400},
      {"control character in a header", kLine + kHost + "A: \x01\r\n\r\n", 400},
      {"folded header", kLine + kHost + "A: b\r\n c\r\n\r\n", 400},
      {"folded with a tab", kLine + kHost + "A: b\r\n\tc\r\n\r\n", 400},
      {"first header line folded", kLine + " A: b\r\n" + kHost + "\r\n", 400},
      {"space before the colon", kLine + "Host : h\r\n\r\n", 400},
      {"no colon", kLine + kHost + "nonsense\r\n\r\n", 400},
      {"empty name", kLine + kHost + ": b\r\n\r\n", 400},
      {"name with a bracket", kLine + kHost + "A[]: b\r\n\r\n", 400},
      {"header above the limit", kLine + kHost + "A: " + std::string(16U << 10U, 'a') + "\r\n\r\n",
       431},
      {"many small headers above the limit",
       [] {
         std::string bytes = kLine + kHost;
         while (bytes.size() < (16U << 10U)) bytes += "A: b\r\n";
         return bytes + "\r\n";
       }(),
       431},
      {"a megabyte of header", kLine + kHost + "A: " + std::string(1U << 20U, 'a'), 431},
  };
}

std::vector<Case> BodyCases() {
  const std::string chunked = "Transfer-Encoding: chunked";
  return {
      {"length, then chunked", Post("Content-Length: 5\r\n" + chunked, "0\r\n\r\n"), 400},
      {"chunked, then length", Post(chunked + "\r\nContent-Length: 5", "0\r\n\r\n"), 400},
      {"length with unknown coding", Post("Content-Length: 5\r\nTransfer-Encoding: gzip"), 400},
      {"unknown coding with length", Post("Transfer-Encoding: gzip\r\nContent-Length: 5"), 400},
      {"two lengths that differ", Post("Content-Length: 1\r\nContent-Length: 2", "ab"), 400},
      {"a list of lengths that differ", Post("Content-Length: 1, 2", "ab"), 400},
      {"negative length", Post("Content-Length: -1"), 400},
      {"signed length", Post("Content-Length: +1", "a"), 400},
      {"length with a letter", Post("Content-Length: 1a", "a"), 400},
      {"hexadecimal length", Post("Content-Length: 0x1", "a"), 400},
      {"empty length", Post("Content-Length: "), 400},
      {"length above 64 bits", Post("Content-Length: 99999999999999999999"), 400},
      {"body above the limit", Post("Content-Length: 4097", std::string(4097, 'a')), 413},
      {"length of ten gigabytes", Post("Content-Length: 10000000000"), 413},
      {"body above the limit, 100 expected", Post("Expect: 100-continue\r\nContent-Length: 9999"),
       413},
      {"chunk above the limit", Post(chunked, "1001\r\n"), 413},
      {"chunks above the limit",
       Post(chunked, "1000\r\n" + std::string(4096, 'a') + "\r\n1\r\nb\r\n0\r\n\r\n"), 413},
      {"chunk size that is none", Post(chunked, "xyz\r\n\r\n"), 400},
      {"negative chunk size", Post(chunked, "-1\r\na\r\n0\r\n\r\n"), 400},
      {"chunk size above 64 bits", Post(chunked, "FFFFFFFFFFFFFFFFF\r\n\r\n"), 400},
      {"chunk longer than its size", Post(chunked, "1\r\nab\r\n0\r\n\r\n"), 400},
      {"chunk line ended by a line feed", Post(chunked, "1\na\r\n0\r\n\r\n"), 400},
      {"chunk lines with bare carriage return", Post(chunked, "1\ra\r\n0\r\n\r\n"), 400},
      {"malformed chunk extension", Post(chunked, "1;=\r\na\r\n0\r\n\r\n"), 400},
      {"malformed trailer", Post(chunked, "0\r\nno colon\r\n\r\n"), 400},
      {"length in a trailer", Post(chunked, "0\r\nContent-Length: 5\r\n\r\n"), 400},
      {"gzip coding", Post("Transfer-Encoding: gzip"), 501},
      {"gzip, then chunked", Post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"), 501},
      {"chunked, then gzip", Post("Transfer-Encoding: chunked, gzip"), 501},
      {"chunked twice", Post("Transfer-Encoding: chunked, chunked", "0\r\n\r\n"), 501},
      {"identity coding", Post("Transfer-Encoding: identity"), 501},
      {"chunked with a vertical tab", Post("Transfer-Encoding: \vchunked"), 400},
      {"chunked in two headers", Post(chunked + "\r\n" + chunked, "0\r\n\r\n"), 400},
      {"codings in two headers", Post("Transfer-Encoding: gzip\r\n" + chunked, "0\r\n\r\n"), 400},
      {"chunked in HTTP/1.0", "POST / HTTP/1.0\r\n" + chunked + "\r\n\r\n0\r\n\r\n", 400},
  };
}

void CheckRefused(TestServer& server, const Case& c) {
  INFO(c.name);
  RawClient client = server.Connect();
  const Reply reply = client.Exchange(c.bytes);
  CHECK(reply.status == c.status);
  CHECK(reply.complete);
  CHECK(reply.Header("Connection") == "close");
  CHECK(reply.Header("Content-Type") == "text/plain; charset=utf-8");
  client.FinishSending();
  std::string rest;
  CHECK(client.ReadToEnd(&rest) == Ending::kClosed);
  CHECK(rest.empty());
}

TEST_CASE("malformed and oversized requests are refused with their status and closed",
          "[malformed]") {
  int handled = 0;
  TestServer server([&handled](IncomingRequest request, const Responder& respond) {
    ++handled;
    Echo(std::move(request), respond);
  });
  for (const auto& cases : {RequestLineCases(), HeaderCases(), BodyCases()}) {
    for (const Case& c : cases) CheckRefused(server, c);
  }
  CHECK(server.Connect().Exchange(Get("/metrics")).body == "GET /metrics  ");
  server->Stop(std::chrono::milliseconds(0));
  CHECK(handled == 1);
}

TEST_CASE("unusual but correct requests are accepted", "[malformed]") {
  const auto c = GENERATE(values<Case>({
      {"empty line in front", "\r\n" + Get("/"), 200},
      {"empty Host", kLine + "Host:\r\n\r\n", 200},
      {"no Host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 200},
      {"Host with port", kLine + "Host: [::1]:10470\r\n\r\n", 200},
      {"the same length twice", Post("Content-Length: 1\r\nContent-Length: 1", "a"), 200},
      {"tab around a value", kLine + kHost + "A:\t b\t\r\n\r\n", 200},
      {"bytes above ASCII in a value", kLine + kHost + "A: \xC3\xA9\r\n\r\n", 200},
      {"empty value", kLine + kHost + "A:\r\n\r\n", 200},
      {"Upgrade", kLine + kHost + "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 200},
      {"a method of its own", "BREW / HTTP/1.1\r\n" + kHost + "\r\n", 200},
      {"300 headers",
       [] {
         std::string bytes = kLine + kHost;
         for (int i = 0; i < 300; ++i) bytes += fmt::format("X-{}: b\r\n", i);
         return bytes + "\r\n";
       }(),
       200},
      {"body of the limit", Post("Content-Length: 4096", std::string(4096, 'a')), 200},
      {"target of the limit", "GET /" + std::string(4095, 'a') + " HTTP/1.1\r\n" + kHost + "\r\n",
       200},
  }));
  INFO(c.name);
  TestServer server;
  CHECK(server.Connect().Exchange(c.bytes).status == c.status);
}

}  // namespace
}  // namespace session_exporter::test
