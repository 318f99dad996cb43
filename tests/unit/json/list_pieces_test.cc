// The same document in other pieces is the same document, and a part of one is none.
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "catch.h"
#include "json/list_reader.h"
#include "unit/json/read_list.h"

namespace session_exporter {
namespace {

constexpr std::string_view kDocument =
    "\xEF\xBB\xBF {\"time\": \"2026 \\u20ac\\\"\\\\\", \"z\": {\"a\": [1, \"}]\\\"\", {}]}, "
    "\"number\": -12.5e+3,\"flag\":true , \"skipped\": \"a\\\\\\\"]}\", \"l\\u0069st\": [\n"
    "  {\"id\": \"first\", \"nested\": {\"id\": \"no\", \"x\": [[], {}]}},\n"
    "  {\"x\": \"\\\\\", \"id\": \"second \\ud83d\\ude00 [{\\\"\"}, {}, null, 17, \"text ]\",\n"
    "  [1, [2]], {\"id\": 1e400}, {\"id\": -0.5}], \"message\": null, \"end\": 0} \n";

TEST_CASE("pieces of any size give the same result", "[list_reader]") {
  const ListOutcome whole = ReadList(kDocument);
  REQUIRE(whole.error_message.empty());
  REQUIRE(whole.elements.size() == 9);
  CHECK(whole.elements[1] == "'second \xF0\x9F\x98\x80 [{\"'");
  CHECK(whole.time == "'2026 \xE2\x82\xAC\"\\'");
  CHECK(whole.message == "null");
  for (const std::size_t size : {1U, 2U, 3U, 7U, 64U}) {
    CAPTURE(size);
    CHECK(ReadList(kDocument, [&] { return size; }) == whole);
  }
}

TEST_CASE("a document split anywhere gives the same result", "[list_reader]") {
  const ListOutcome whole = ReadList(kDocument);
  for (std::size_t split = 1; split < kDocument.size(); ++split) {
    std::size_t next = split;
    CAPTURE(split);
    REQUIRE(ReadList(kDocument, [&] { return std::exchange(next, kDocument.size()); }) == whole);
  }
}

TEST_CASE("an empty piece changes nothing", "[list_reader]") {
  const FieldSchema schema{"id"};
  int elements = 0;
  ListReader reader({"list", {}}, schema, [&](Fields&) -> Result<void> {
    ++elements;
    return {};
  });
  for (const std::string_view piece : {"", "{\"list\"", "", ":[{", "", "},{}", "", "]}", ""}) {
    REQUIRE(reader.Feed(piece));
  }
  CHECK(reader.Finish());
  CHECK(elements == 2);
}

TEST_CASE("a document cut at any byte is kProtocol, never a short list", "[list_reader]") {
  const std::size_t end = kDocument.rfind('}') + 1;
  for (std::size_t length = 0; length < kDocument.size(); ++length) {
    CAPTURE(length);
    for (const std::size_t size : {std::size_t{3}, kDocument.size()}) {
      const ListOutcome outcome = ReadList(kDocument.substr(0, length), [&] { return size; });
      if (length >= end) {
        REQUIRE_FALSE(outcome.error);
        continue;
      }
      REQUIRE(outcome.error == ErrorKind::kProtocol);
      REQUIRE_THAT(outcome.error_message,
                   Catch::Matchers::Contains(length == 0 ? "is empty" : "the answer is cut"));
    }
  }
}

TEST_CASE("a wrong document is refused alike in pieces", "[list_reader]") {
  std::mt19937 random(99);  // NOLINT(cert-msc51-cpp): a fixed seed
  constexpr std::string_view kBytes = "{}[]\"\\,: \n0e-tx\x00\xEF";
  for (int round = 0; round < 3000; ++round) {
    std::string document(kDocument);
    for (unsigned i = 0; i <= random() % 2; ++i) {
      document[random() % document.size()] = kBytes[random() % kBytes.size()];
    }
    const ListOutcome whole = ReadList(document);
    const ListOutcome pieces = ReadList(document, [&] { return 1 + random() % 40; });
    CAPTURE(document);
    REQUIRE(pieces == whole);
  }
}

}  // namespace
}  // namespace session_exporter
