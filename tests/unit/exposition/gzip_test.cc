#include "exposition/gzip.h"

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#define ZLIB_CONST
#include <zlib.h>

#include "catch.h"

namespace session_exporter {
namespace {

struct Inflated {
  std::string text;
  int members = 0;
  bool complete = false;  // it ends with a whole member, checksum and length verified
};

Inflated Inflate(std::string_view bytes) {
  Inflated result;
  z_stream stream{};
  stream.next_in = reinterpret_cast<const Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  while (stream.avail_in > 0) {
    constexpr int kGzipOnly = 16;
    REQUIRE(inflateInit2(&stream, MAX_WBITS + kGzipOnly) == Z_OK);
    int status = Z_OK;
    while (status == Z_OK) {
      std::vector<char> room(1U << 18U);
      stream.next_out = reinterpret_cast<Bytef*>(room.data());
      stream.avail_out = static_cast<uInt>(room.size());
      status = inflate(&stream, Z_NO_FLUSH);
      result.text.append(room.data(), room.size() - stream.avail_out);
    }
    inflateEnd(&stream);
    result.complete = status == Z_STREAM_END;
    if (!result.complete) break;
    ++result.members;
  }
  return result;
}

// Lines as a page has them, which differ in what sessions differ in.
std::string PageText(std::size_t bytes, std::mt19937& random) {
  std::string text;
  text.reserve(bytes + 200);
  while (text.size() < bytes) {
    text += "session_keepalive_timestamp_seconds{target=\"kasm-eu\",session=\"";
    for (int i = 0; i < 32; ++i) text += "0123456789abcdef"[random() % 16];
    text += "\"} 17000";
    for (int i = 0; i < 5; ++i) text += static_cast<char>('0' + random() % 10);
    text += '\n';
  }
  text.resize(bytes);
  return text;
}

std::string Noise(std::size_t bytes, std::mt19937& random) {
  std::string text(bytes, '\0');
  for (char& c : text) c = static_cast<char>(random() & 0xFFU);
  return text;
}

std::string CompressInPieces(std::string_view text, std::size_t most, std::mt19937& random) {
  std::string out;
  const auto stream = GzipStream::Create();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = std::min<std::size_t>(random() % (most + 1), text.size() - at);
    // A piece of its own that goes away, as pieces of a page do.
    const std::string piece(text.substr(at, length));
    stream->Write(piece, out);
    at += length;
  }
  stream->Finish(out);
  return out;
}

TEST_CASE("what is compressed in random pieces reads back the same", "[gzip]") {
  std::mt19937 random(20240607);  // NOLINT: a fixed seed, so that a failure repeats
  const std::size_t size =
      GENERATE(0U, 1U, 2U, 17U, 1000U, 65'535U, 65'536U, 65'537U, 200'000U, 1'000'003U, 3U << 20U);
  const std::size_t most = GENERATE(7U, 4096U, 65'536U, 5U << 20U);
  const bool noise = GENERATE(false, true);
  if (most == 7U && size > 200'000U) return;  // slow, and no different
  const std::string text = noise ? Noise(size, random) : PageText(size, random);
  const Inflated result = Inflate(CompressInPieces(text, most, random));
  CAPTURE(size, most, noise);
  CHECK(result.complete);
  CHECK(result.members == 1);
  CHECK((result.text == text));  // in brackets: three megabytes are no message
}

TEST_CASE("compressed bytes are appended to what is there", "[gzip]") {
  std::string out = "HEAD";
  const auto stream = GzipStream::Create();
  stream->Write("some text", out);
  stream->Finish(out);
  REQUIRE(out.substr(0, 4) == "HEAD");
  CHECK(Inflate(std::string_view(out).substr(4)).text == "some text");
}

TEST_CASE("empty pieces add nothing", "[gzip]") {
  std::string with;
  const auto stream = GzipStream::Create();
  stream->Write("", with);
  stream->Write("one", with);
  stream->Write("", with);
  stream->Write("two", with);
  stream->Finish(with);
  CHECK(Inflate(with).text == "onetwo");
}

TEST_CASE("a page shrinks to less than a third", "[gzip]") {
  std::mt19937 random(1);  // NOLINT: a fixed seed
  const std::string text = PageText(1U << 20U, random);
  const std::string bytes = CompressInPieces(text, 1U << 16U, random);
  CAPTURE(bytes.size());
  CHECK(bytes.size() < text.size() / 3);
}

TEST_CASE("noise grows by no more than a hundredth", "[gzip]") {
  std::mt19937 random(1);  // NOLINT: a fixed seed
  const std::string text = Noise(1U << 20U, random);
  CHECK(CompressInPieces(text, 1U << 16U, random).size() < text.size() + text.size() / 100);
}

TEST_CASE("streams do not know of each other", "[gzip]") {
  std::string a;
  std::string b;
  const auto first = GzipStream::Create();
  const auto second = GzipStream::Create();
  for (int i = 0; i < 100; ++i) {
    first->Write("aaa", a);
    second->Write("bb", b);
  }
  first->Finish(a);
  second->Finish(b);
  CHECK(Inflate(a).text == std::string(300, 'a'));
  CHECK(Inflate(b).text == std::string(200, 'b'));
}

}  // namespace
}  // namespace session_exporter
