#include <algorithm>
#include <string>
#include <string_view>

#include "catch.h"
#include "json/list_reader.h"
#include "unit/json/read_list.h"

namespace session_exporter {
namespace {

constexpr ListReader::Limits kSmall{100, 50};

ListOutcome Read(const std::string& document, std::size_t piece) {
  return ReadList(
      document, [&] { return std::min(piece, document.size()); }, kSmall);
}

std::string Repeat(std::string_view text, int count) {
  std::string repeated;
  while (count-- > 0) repeated += text;
  return repeated;
}

// An element of exactly that many bytes.
std::string Element(std::size_t bytes) {
  constexpr std::size_t kFrame = 9;  // {"id":""}
  return R"({"id":")" + std::string(bytes - kFrame, 'x') + "\"}";
}

TEST_CASE("an element up to the limit is read, a larger one is kLimit", "[list_reader]") {
  const std::size_t piece = GENERATE(as<std::size_t>{}, 1, 7, 64, 1000);
  CAPTURE(piece);
  const ListOutcome fits = Read("{\"list\":[" + Element(100) + "]}", piece);
  CHECK_FALSE(fits.error);
  CHECK(fits.elements.size() == 1);
  const ListOutcome above = Read("{\"list\":[{}," + Element(101) + "]}", piece);
  CHECK(above.error == ErrorKind::kLimit);
  CHECK(above.error_message == "the answer has a value of more than 100 bytes");
}

TEST_CASE("an element of another type has the same limit", "[list_reader]") {
  const std::string_view close = GENERATE(as<std::string_view>{}, "\"]}", "]}");
  const std::string open = close.size() == 3 ? "\"" : "";
  const std::string document = "{\"list\":[" + open + std::string(200, '1') + std::string(close);
  CHECK(Read(document, 7).error == ErrorKind::kLimit);
  CHECK(Read(document, 1000).error == ErrorKind::kLimit);
}

TEST_CASE("a kept member up to the limit is kept, a longer one is kLimit", "[list_reader]") {
  const std::size_t piece = GENERATE(as<std::size_t>{}, 1, 7, 1000);
  const std::string text(48, 'x');
  const ListOutcome fits = Read(R"({"time":")" + text + R"(","list":[]})", piece);
  CHECK(fits.time == "'" + text + "'");
  const ListOutcome above = Read(R"({"time":"x)" + text + R"(","list":[]})", piece);
  CHECK(above.error == ErrorKind::kLimit);
  CHECK(above.error_message == "the answer has a value of more than 50 bytes");
}

TEST_CASE("what nobody reads may be large", "[list_reader]") {
  const std::size_t piece = GENERATE(as<std::size_t>{}, 7, 128, 100'000);
  const std::string text(50'000, 'x');
  const std::string member = GENERATE_COPY(
      "\"z\":\"" + text + "\"", "\"z\":[\"" + text + "\"]", "\"z\":{\"y\":\"" + text + "\"}",
      "\"time\":[\"" + text + "\"]", "\"z\":" + Repeat("[", 64) + Repeat("]", 64));
  const ListOutcome before = Read("{" + member + R"(,"list":[{"id":"a"}]})", piece);
  CHECK_FALSE(before.error);
  CHECK(before.elements.size() == 1);
  const ListOutcome after = Read(R"({"list":[{"id":"a"}],)" + member + "}", piece);
  CHECK_FALSE(after.error);
}

TEST_CASE("nesting of more than 64 levels is kLimit, in an element and elsewhere",
          "[list_reader]") {
  const std::string deep = Repeat("[", 65) + Repeat("]", 65);
  const std::string document = GENERATE_COPY(
      "{\"z\":" + deep + ",\"list\":[]}", "{\"list\":[" + Repeat("[", 65),
      "{\"list\":[],\"z\":" + Repeat("{\"a\":", 65), "{\"list\":[{\"id\":" + deep + "}]}");
  for (const std::size_t piece : {std::size_t{7}, std::size_t{1000}}) {
    const ListOutcome outcome = ReadList(document, [&] { return piece; });
    CHECK(outcome.error == ErrorKind::kLimit);
    CHECK(outcome.error_message == "the answer's JSON is nested deeper than 64 levels");
  }
}

TEST_CASE("an endless element is refused while it arrives", "[list_reader]") {
  const FieldSchema schema{"id"};
  ListReader reader(
      {"list", {}}, schema, [](Fields&) { return Result<void>(); }, kSmall);
  REQUIRE(reader.Feed(std::string_view(R"({"list":[{"id":")")));
  const std::string_view more = "0123456789";
  Result<void> fed;
  std::size_t pieces = 0;
  while (fed && pieces < 1000) {
    fed = reader.Feed(more);
    ++pieces;
  }
  REQUIRE_FALSE(fed);
  CHECK(fed.error().kind() == ErrorKind::kLimit);
  CHECK(pieces == 10);  // 7 bytes, then ten times 10
}

TEST_CASE("an endless name or number is refused while it arrives", "[list_reader]") {
  const std::size_t piece = GENERATE(as<std::size_t>{}, 64, 100'000);
  const std::string document =
      GENERATE("{\"" + std::string(5000, 'n'), "{\"z\":" + std::string(5000, '1'));
  const ListOutcome outcome = ReadList(document, [&] { return piece; });
  CHECK(outcome.error == ErrorKind::kLimit);
}

}  // namespace
}  // namespace session_exporter
