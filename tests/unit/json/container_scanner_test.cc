#include "json/container_scanner.h"

#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "catch.h"

namespace session_exporter {
namespace {

using State = ContainerScanner::State;

struct Outcome {
  State state = State::kInside;
  std::size_t consumed = 0;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
  return out << "state " << static_cast<int>(outcome.state) << " after " << outcome.consumed;
}

// The same rules, a byte at a time.
Outcome Naively(std::string_view text) {
  std::string open;
  bool in_string = false;
  bool escaped = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool was_escaped = std::exchange(escaped, false);
    if (c == '\\' && !was_escaped) escaped = true;
    if (c == '"' && !was_escaped) in_string = !in_string;
    if (in_string) continue;
    if (c == '{' || c == '[') {
      if (open.size() == ContainerScanner::kMostDepth) return {State::kTooDeep, i + 1};
      open += c;
    } else if (c == '}' || c == ']') {
      if (open.back() != (c == '}' ? '{' : '[')) return {State::kMismatched, i + 1};
      open.pop_back();
      if (open.empty()) return {State::kClosed, i + 1};
    }
  }
  return {State::kInside, text.size()};
}

// In pieces whose lengths `next` gives.
template <typename Next>
Outcome InPieces(ContainerScanner& scanner, std::string_view text, Next next) {
  scanner.Reset();
  Outcome outcome;
  while (outcome.consumed < text.size() && outcome.state == State::kInside) {
    const std::string_view piece = text.substr(outcome.consumed, next());
    outcome.consumed += scanner.Scan(piece.data(), piece.size());
    outcome.state = scanner.state();
  }
  return outcome;
}

Outcome Whole(std::string_view text) {
  ContainerScanner scanner;
  return InPieces(scanner, text, [&] { return text.size(); });
}

struct ScanCase {
  std::string_view name;
  std::string text;
  State state;
  std::size_t left;  // bytes that do not belong to the container
};

std::string Repeat(std::string_view text, std::size_t count) {
  std::string repeated;
  while (count-- > 0) repeated += text;
  return repeated;
}

TEST_CASE("a container ends where its bracket closes", "[scanner]") {
  const auto& c = GENERATE(values<ScanCase>({
      {"an empty object", "{}", State::kClosed, 0},
      {"an empty array", "[]", State::kClosed, 0},
      {"what follows is left", "{},{}", State::kClosed, 3},
      {"nested", R"({"a":[{},[]]} )", State::kClosed, 1},
      {"brackets in a string", R"({"a":"}]}{["})", State::kClosed, 0},
      {"a quote in a string", R"({"a":"\"}"})", State::kClosed, 0},
      {"a backslash before the closing quote", R"({"a":"\\"}})", State::kClosed, 1},
      {"two of them", R"({"a":"\\\\"}})", State::kClosed, 1},
      {"an odd run of backslashes", R"({"a":"\\\"}"}})", State::kClosed, 1},
      {"a string over several blocks", "{\"" + std::string(300, '}') + "\"}", State::kClosed, 0},
      {"64 levels", Repeat("[", 64) + Repeat("]", 64), State::kClosed, 0},
      {"64 levels of both", Repeat("[{", 32) + Repeat("}]", 32), State::kClosed, 0},
      {"65 levels", Repeat("[", 65) + Repeat("]", 65), State::kTooDeep, 65},
      {"65 levels of objects", Repeat("{", 65), State::kTooDeep, 0},
      {"brackets in strings are no levels", "[\"" + Repeat("[", 500) + "\"]", State::kClosed, 0},
      {"an object closed as an array", "{]", State::kMismatched, 0},
      {"an array closed as an object", "[}]", State::kMismatched, 1},
      {"mismatched inside", R"({"a":[1}])", State::kMismatched, 1},
      {"mismatched at level 64", Repeat("[", 63) + "{]", State::kMismatched, 0},
      {"open", R"({"a":[1,2)", State::kInside, 0},
      {"open in a string", R"({"a":"}})", State::kInside, 0},
      {"open after an escape", R"({"a":"\"}})", State::kInside, 0},
  }));
  CAPTURE(c.name);
  CHECK(Whole(c.text) == Outcome{c.state, c.text.size() - c.left});
  CHECK(Naively(c.text) == Outcome{c.state, c.text.size() - c.left});
}

TEST_CASE("escapes are followed over every boundary of blocks and pieces", "[scanner]") {
  ContainerScanner scanner;
  for (std::size_t before = 50; before < 80; ++before) {
    for (std::size_t backslashes = 0; backslashes < 9; ++backslashes) {
      const std::string text =
          "[\"" + std::string(before, 'x') + std::string(backslashes, '\\') + "\"]\"] tail";
      const Outcome expected = Naively(text);
      CAPTURE(before, backslashes);
      REQUIRE(Whole(text) == expected);
      for (std::size_t piece = 1; piece < text.size(); ++piece) {
        REQUIRE(InPieces(scanner, text, [&] { return piece; }) == expected);
      }
    }
  }
}

TEST_CASE("a run of backslashes longer than a block keeps its parity", "[scanner]") {
  for (std::size_t count = 100; count < 300; ++count) {
    const std::string text = "[\"" + std::string(count, '\\') + "\"]\"]";
    CAPTURE(count);
    CHECK(Whole(text) == Naively(text));
  }
}

TEST_CASE("a scanner that was reset remembers nothing", "[scanner]") {
  ContainerScanner scanner;
  const std::string_view open = R"([{"a":"\)";
  scanner.Scan(open.data(), open.size());
  REQUIRE(scanner.state() == State::kInside);
  scanner.Reset();
  CHECK(scanner.Scan("[]]", 3) == 2);
  CHECK(scanner.state() == State::kClosed);
}

TEST_CASE("it agrees with a scan byte by byte, whatever the bytes and pieces", "[scanner]") {
  std::mt19937 random(42);  // NOLINT(cert-msc51-cpp): a fixed seed
  constexpr std::string_view kBytes = R"({}[]""\\,:a1)";
  ContainerScanner scanner;
  for (int round = 0; round < 4000; ++round) {
    std::string text(1, random() % 2 == 0 ? '{' : '[');
    // Some texts hardly close anything and so reach far into later blocks.
    const bool quiet = random() % 2 == 0;
    const std::size_t length = random() % 200;
    while (text.size() < length) {
      const char c = kBytes[random() % kBytes.size()];
      if (quiet && (c == '}' || c == ']') && random() % 8 != 0) continue;
      text += c;
    }
    const Outcome expected = Naively(text);
    CAPTURE(text);
    REQUIRE(Whole(text) == expected);
    for (std::size_t split = 1; split < text.size(); ++split) {
      std::size_t next = split;
      REQUIRE(InPieces(scanner, text, [&] { return std::exchange(next, text.size()); }) ==
              expected);
    }
    REQUIRE(InPieces(scanner, text, [&] { return 1 + random() % 70; }) == expected);
  }
}

}  // namespace
}  // namespace session_exporter
