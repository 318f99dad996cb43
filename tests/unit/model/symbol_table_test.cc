#include "model/symbol_table.h"

#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/utf8.h"
#include "catch.h"

namespace session_exporter {
namespace {

TEST_CASE("a text is held once", "[symbol_table]") {
  SymbolTable table;
  const Symbol first = table.Intern("alice");
  const Symbol other = table.Intern("bob");
  CHECK(table.Intern("alice") == first);
  CHECK_FALSE(first == other);
  CHECK(table.size() == 3);  // with the empty text
  CHECK(table.Text(first) == "alice");
  CHECK(table.Text(other) == "bob");
}

TEST_CASE("the empty text is the default symbol", "[symbol_table]") {
  SymbolTable table;
  CHECK(table.Intern("") == Symbol());
  CHECK(table.Intern("").empty());
  CHECK(table.Text(Symbol()).empty());
  CHECK(table.size() == 1);
}

struct CleanCase {
  std::string_view name;
  std::string text;
  std::string clean;
};

TEST_CASE("a dirty text is the symbol of its clean form", "[symbol_table]") {
  const auto& c = GENERATE(values<CleanCase>({
      {"invalid UTF-8", "a\xFF", "a\xEF\xBF\xBD"},
      {"a NUL", std::string("a\0b", 3),
       "a\xEF\xBF\xBD"
       "b"},
      {"an escape", "\x1B[0m", "\xEF\xBF\xBD[0m"},
      {"a surrogate", "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"newlines stay", "a\nb\t", "a\nb\t"},
      {"257 bytes", std::string(257, 'x'), std::string(256, 'x')},
      {"256 bytes", std::string(256, 'x'), std::string(256, 'x')},
      {"a character over the limit", std::string(254, 'x') + "\xE2\x82\xAC", std::string(254, 'x')},
      {"a character up to the limit", std::string(253, 'x') + "\xE2\x82\xAC",
       std::string(253, 'x') + "\xE2\x82\xAC"},
      {"dirty and long", "\xFF" + std::string(1000, 'x'), "\xEF\xBF\xBD" + std::string(253, 'x')},
  }));
  CAPTURE(c.name);
  SymbolTable dirty_first;
  const Symbol dirty = dirty_first.Intern(c.text);
  CHECK(dirty_first.Text(dirty) == c.clean);
  CHECK(dirty_first.Intern(c.clean) == dirty);
  SymbolTable clean_first;
  const Symbol clean = clean_first.Intern(c.clean);
  CHECK(clean_first.Intern(c.text) == clean);
  CHECK(clean_first.size() == 2);
}

TEST_CASE("a hundred thousand texts keep their symbols while the table grows", "[symbol_table]") {
  constexpr int kCount = 100'000;
  SymbolTable table;
  std::vector<Symbol> symbols;
  for (int i = 0; i < kCount; ++i) symbols.push_back(table.Intern("text-" + std::to_string(i)));
  CHECK(table.size() == kCount + 1);
  bool same = true;
  for (int i = 0; i < kCount; ++i) {
    const std::string text = "text-" + std::to_string(i);
    const Symbol symbol = symbols[static_cast<std::size_t>(i)];
    same = same && table.Text(symbol) == text && table.Intern(text) == symbol;
  }
  CHECK(same);
  CHECK(table.size() == kCount + 1);
}

TEST_CASE("symbols are dense, so that they can index a vector", "[symbol_table]") {
  SymbolTable table;
  for (std::uint32_t i = 1; i < 200; ++i) CHECK(table.Intern(std::to_string(i)).index == i);
}

TEST_CASE("whatever is interned, the table holds clean texts, each once", "[symbol_table]") {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): a fixed seed
  SymbolTable table;
  for (int round = 0; round < 5000; ++round) {
    std::string text(random() % 4, '\0');
    for (char& c : text) c = "ab\xC3\xA9\xFF\x01"[random() % 6];
    const Symbol symbol = table.Intern(text);
    REQUIRE(table.Text(symbol) == CleanText(text, kLongestText));
  }
  std::unordered_map<std::string_view, std::uint32_t> seen;
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    const std::string_view text = table.Text({i});
    REQUIRE(IsCleanText(text));
    REQUIRE(seen.emplace(text, i).second);
  }
}

}  // namespace
}  // namespace session_exporter
