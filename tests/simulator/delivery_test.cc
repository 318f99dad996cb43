#include "simulator/delivery.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include <zlib.h>

#include "catch.h"
#include "simulator/simulator.h"
#include "simulator/test_client.h"

namespace simulator {
namespace {

using End = TestClient::End;

const std::string kPath = "/api/public/get_kasms";

SimulatorOptions Frozen() {
  SimulatorOptions options;
  options.start_time = ParseTime("2026-03-01T12:00:00");
  options.speed = 0;
  return options;
}

// The size of what a gzipped body unpacks to, and its first bytes.
std::pair<std::size_t, std::string> Unpack(const std::string& packed) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::array<char, 65536> out;
  std::string start;
  int code = Z_OK;
  while (code == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = out.size();
    code = inflate(&stream, Z_NO_FLUSH);
    if (start.size() < 100) start.append(out.data(), out.size() - stream.avail_out);
  }
  const std::size_t total = stream.total_out;
  inflateEnd(&stream);
  return {code == Z_STREAM_END ? total : 0, start};
}

// Without chunk sizes.
std::string Dechunk(const std::string& body) {
  std::string plain;
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t line = body.find("\r\n", at);
    const std::size_t size = std::stoull(body.substr(at, line - at), nullptr, 16);
    if (size == 0) break;
    plain += body.substr(line + 2, size);
    at = line + 2 + size + 2;
  }
  return plain;
}

}  // namespace

TEST_CASE("delivery faults end the connection as they say", "[simulator]") {
  const Simulator simulator(Frozen());
  const std::size_t whole = Post(simulator.port(), kPath).body.size();
  struct Row {
    std::string fault;
    int status;
    std::size_t body;
    End end;
  };
  const std::vector<Row> rows{
      {"close", 0, 0, End::kClosed},
      {"reset", 0, 0, End::kReset},
      {"reset=half", 200, whole / 2, End::kReset},
      {"cut", 200, whole / 2, End::kClosed},
      {"until_close", 200, whole, End::kClosed},
      {"two_lengths", 200, whole, End::kClosed},
      {"drip=0", 200, whole, End::kClosed},
      {"slow_headers=0", 200, whole, End::kClosed},
      {"empty", 200, 0, End::kClosed},
      {"bom", 200, whole + 3, End::kClosed},
      {"delay=0.01", 200, whole, End::kClosed},
  };
  for (const Row& row : rows) {
    INFO(row.fault);
    const Answer answer = Post(simulator.port(), "/fault/" + row.fault + kPath);
    CHECK(answer.status == row.status);
    // A reset may overtake what was sent before it.
    if (row.end != End::kReset) CHECK(answer.body.size() == row.body);
    CHECK(answer.end == row.end);
  }
}

TEST_CASE("chunked answers are right or wrong as asked", "[simulator]") {
  const Simulator simulator(Frozen());
  const std::string whole = Post(simulator.port(), kPath).body;
  CHECK(Dechunk(Post(simulator.port(), "/fault/chunked" + kPath).body) == whole);
  CHECK_FALSE(Post(simulator.port(), "/fault/cut_chunked" + kPath).body.ends_with("0\r\n\r\n"));
  CHECK(Post(simulator.port(), "/fault/bad_chunk" + kPath).body.find("\r\nzz\r\n") !=
        std::string::npos);
}

TEST_CASE("gzip unpacks to the answer, and a bomb to what it promised", "[simulator]") {
  const Simulator simulator(Frozen());
  const std::string whole = Post(simulator.port(), kPath).body;
  const Answer packed = Post(simulator.port(), "/fault/gzip" + kPath);
  CHECK(packed.head.find("Content-Encoding: gzip") != std::string::npos);
  CHECK(Unpack(packed.body).first == whole.size());
  CHECK(Unpack(packed.body).second.substr(0, 50) == whole.substr(0, 50));
  const Answer bomb = Post(simulator.port(), "/fault/gzip_bomb=20" + kPath);
  CHECK(bomb.body.size() < 100'000);
  CHECK(Unpack(Dechunk(bomb.body)).first == 20u << 20);
}

TEST_CASE("endless answers go on for as long as they are read", "[simulator]") {
  const Simulator simulator(Frozen());
  for (const std::string fault :
       {"endless", "endless_spaces", "endless_string", "endless_headers", "gzip_bomb=100000"}) {
    INFO(fault);
    TestClient client(simulator.port());
    client.Send(RequestText("POST", "/fault/" + fault + kPath, kKeyBody));
    CHECK(client.Read(2'000'000).size() == 2'000'000);
    CHECK(client.end() == End::kOpen);
  }
  CHECK(Eventually([&] { return simulator.stats().connections_open == 0; }));
}

}  // namespace simulator
