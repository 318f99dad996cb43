#include "json/quote.h"

#include <string>
#include <string_view>

#include "catch.h"
#include "json/object_reader.h"

namespace session_exporter {
namespace {

struct QuoteCase {
  std::string text;
  std::string_view quoted;
};

TEST_CASE("text is quoted and escaped", "[quote]") {
  const auto& c = GENERATE(values<QuoteCase>({
      {"", R"("")"},
      {"plain", R"("plain")"},
      {R"(a"b)", R"("a\"b")"},
      {R"(a\b)", R"("a\\b")"},
      {"a\nb\tc\rd", R"("a\nb\tc\rd")"},
      {std::string("a\0b", 3), R"("a\u0000b")"},
      {"\x1B", R"("\u001B")"},
      {"Z\xC3\xBC", "\"Z\xC3\xBC\""},
      {R"(","api_key":")", R"("\",\"api_key\":\"")"},
  }));
  CHECK(QuoteJson(c.text) == c.quoted);
}

TEST_CASE("what was quoted is read back", "[quote]") {
  const FieldSchema schema{"value"};
  ObjectReader reader(schema);
  std::string text;
  for (int byte = 0; byte < 128; ++byte) text += static_cast<char>(byte);
  REQUIRE(reader.Read("{\"value\":" + QuoteJson(text) + "}"));
  CHECK(reader.fields().Text(0) == text);
}

}  // namespace
}  // namespace session_exporter
