#include "base/utf8.h"

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "catch.h"

namespace session_exporter {
namespace {

using namespace std::string_view_literals;  // NOLINT(google-build-using-namespace): NULs in texts

constexpr std::string_view kMark = "\xEF\xBF\xBD";  // U+FFFD

std::string Marks(std::size_t count) {
  std::string marks;
  while (count-- > 0) marks += kMark;
  return marks;
}

TEST_CASE("valid text is clean and stays as it is", "[utf8]") {
  const std::string_view text = GENERATE(as<std::string_view>{}, "", "plain", "tab\tand\nnewline",
                                         "\xC2\xA0",          // U+00A0, the first after C1
                                         "\xDF\xBF",          // U+07FF
                                         "\xE0\xA0\x80",      // U+0800
                                         "\xED\x9F\xBF",      // U+D7FF, before the surrogates
                                         "\xEE\x80\x80",      // U+E000, after them
                                         "\xEF\xBF\xBF",      // U+FFFF
                                         "\xF0\x90\x80\x80",  // U+10000
                                         "\xF4\x8F\xBF\xBF",  // U+10FFFF
                                         "Z\xC3\xBCrich \xE2\x82\xAC \xF0\x9F\x98\x80");
  CAPTURE(text);
  CHECK(IsCleanText(text));
  CHECK(CleanText(text, 1000) == text);
}

struct InvalidCase {
  std::string_view name;
  std::string_view text;
  std::size_t marks;  // what is shown instead of all of it
};

TEST_CASE("invalid UTF-8 is replaced byte by byte", "[utf8]") {
  const auto& c = GENERATE(values<InvalidCase>({
      {"a continuation alone", "\x80", 1},
      {"the last continuation alone", "\xBF", 1},
      {"overlong NUL", "\xC0\x80", 2},
      {"overlong slash", "\xC0\xAF", 2},
      {"overlong in two bytes, the largest", "\xC1\xBF", 2},
      {"overlong in three bytes", "\xE0\x80\xAF", 3},
      {"overlong in three bytes, the largest", "\xE0\x9F\xBF", 3},
      {"overlong in four bytes", "\xF0\x80\x80\xAF", 4},
      {"overlong in four bytes, the largest", "\xF0\x8F\xBF\xBF", 4},
      {"the first high surrogate", "\xED\xA0\x80", 3},
      {"the last low surrogate", "\xED\xBF\xBF", 3},
      {"a pair of surrogates", "\xED\xA0\xBD\xED\xB8\x80", 6},
      {"above U+10FFFF", "\xF4\x90\x80\x80", 4},
      {"a lead byte of too large characters", "\xF5\x80\x80\x80", 4},
      {"five bytes", "\xF8\x88\x80\x80\x80", 5},
      {"bytes that are in no UTF-8", "\xFE\xFF", 2},
      {"cut after one of two", "\xC3", 1},
      {"cut after one of three", "\xE2", 1},
      {"cut after two of three", "\xE2\x82", 2},
      {"cut after three of four", "\xF0\x9F\x98", 3},
      {"latin-1", "\xFC", 1},
  }));
  CAPTURE(c.name);
  CHECK_FALSE(IsCleanText(c.text));
  CHECK(CleanText(c.text, 1000) == Marks(c.marks));
  // What stands around it is kept, also when it could be taken for a continuation.
  const std::string embedded = "a" + std::string(c.text) + "\xE2\x82\xAC";
  CHECK_FALSE(IsCleanText(embedded));
  CHECK(CleanText(embedded, 1000) == "a" + Marks(c.marks) + "\xE2\x82\xAC");
}

TEST_CASE("each control character but tab and newline becomes one mark", "[utf8]") {
  for (unsigned byte = 0; byte <= 0x7F; ++byte) {
    const bool control = (byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7F;
    const std::string text(1, static_cast<char>(byte));
    CAPTURE(byte);
    CHECK(IsCleanText(text) == !control);
    CHECK(CleanText(text, 10) == (control ? std::string(kMark) : text));
  }
}

TEST_CASE("the control characters above ASCII are replaced, since terminals obey them", "[utf8]") {
  for (unsigned byte = 0x80; byte <= 0x9F; ++byte) {
    const std::string text = std::string("\xC2") + static_cast<char>(byte);
    CAPTURE(byte);
    CHECK_FALSE(IsCleanText(text));
    CHECK(CleanText("a" + text + "b", 10) == "a" + Marks(1) + "b");
  }
}

struct CutCase {
  std::string_view text;
  std::size_t most;
  std::string_view clean;
};

TEST_CASE("clean text is cut at a character's boundary", "[utf8]") {
  const auto& c = GENERATE(values<CutCase>({
      {"abc", 3, "abc"},
      {"abc", 2, "ab"},
      {"abc", 0, ""},
      {"a\xE2\x82\xAC", 4, "a\xE2\x82\xAC"},
      {"a\xE2\x82\xAC", 3, "a"},
      {"a\xE2\x82\xAC", 2, "a"},
      {"\xF0\x9F\x98\x80", 3, ""},
      {"\xFF"
       "a",
       2, ""},  // a mark takes three bytes
      {"\xFF"
       "a",
       3, kMark},
      {"a\0b"sv, 5,
       "a\xEF\xBF\xBD"
       "b"},
      {"a\0b"sv, 4, "a\xEF\xBF\xBD"},
  }));
  CAPTURE(c.text, c.most);
  CHECK(CleanText(c.text, c.most) == c.clean);
}

TEST_CASE("a cut never splits a character and is the longest that fits", "[utf8]") {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z";  // 1, 2, 3, 4, 1 bytes
  const std::size_t boundaries[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11, 11};
  for (std::size_t most = 0; most < std::size(boundaries); ++most) {
    CAPTURE(most);
    CHECK(CutAtCharacter(text, most) == text.substr(0, boundaries[most]));
    CHECK(CleanText(text, most) == text.substr(0, boundaries[most]));
  }
}

TEST_CASE("one byte makes a long text dirty, wherever it stands", "[utf8]") {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const bool clean = byte == '\t' || byte == '\n' || (byte >= 0x20 && byte < 0x7F);
    for (std::size_t at = 0; at < 24; ++at) {
      std::string text(24, at % 2 == 0 ? ' ' : '~');
      text[at] = static_cast<char>(byte);
      CAPTURE(byte, at);
      REQUIRE(IsCleanText(text) == clean);
    }
  }
}

TEST_CASE("whatever the bytes, clean text is clean, fits and stays", "[utf8]") {
  std::mt19937 random(20260101);  // NOLINT(cert-msc51-cpp): a fixed seed
  // Bytes at the edges of the ranges are drawn more often than others.
  constexpr std::string_view kEdges =
      "a\t\n\x1B\x7F\x80\x9B\x9F\xA0\xBF\xC0\xC2\xDF\xE0\xED\xEF\xF0\xF4\xF5\xFF";
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 24, '\0');
    for (char& c : text) {
      c = random() % 4 == 0 ? static_cast<char>(random() % 256) : kEdges[random() % kEdges.size()];
    }
    const std::size_t most = random() % 80;
    const std::string clean = CleanText(text, most);
    INFO("bytes " << Catch::Detail::stringify(text) << ", at most " << most);
    REQUIRE(IsCleanText(clean));
    REQUIRE(clean.size() <= most);
    REQUIRE(CleanText(clean, most) == clean);
    REQUIRE(IsCleanText(text) == (CleanText(text, 1000) == text));
  }
}

}  // namespace
}  // namespace session_exporter
