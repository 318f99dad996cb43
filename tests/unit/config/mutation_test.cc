// Damaged configurations: whatever the text, there is an answer or errors that can be shown.
#include <random>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "catch.h"
#include "unit/config/config_fixture.h"

namespace session_exporter::testing {
namespace {

constexpr std::string_view kSeed = R"(scrape: {timeout: 10s, min_interval: 0s, max_concurrency: 64}
labels:
  user: hash
  hash_key: "k$$${A}"
targets:
  - &first
    name: a
    backend: fake
    url: https://kasm.example.com:8443/x/
    api_key: 'it''s'
    idle_after: 1h30m   # comment
    regions: [eu, "us"]
    filters:
      - key: k
        value: >-
          folded
          text
    group_by: [image]
    per_session: {enabled: true, limit: 10}
    http: {tls_config: {insecure_skip_verify: false}, headers: {X-A: b}, proxy_url: }
  - {<<: *first, name: b, mode: basic}
)";

// Pieces that mean something in YAML or here.
const std::vector<std::string> kPieces = {
    ":",  ": ",     "-",    "- ",     "{",     "}",     "[",           "]",           ",",  "&a ",
    "*a", "*first", "!x",   "|",      ">",     "'",     "\"",          "#",           "%",  "@",
    "`",  "?",      "? ",   "<<: ",   "\n",    "  ",    "\t",          "\r",          "~",  "$",
    "${", "${A}",   "${B}", "$$",     "---\n", "...\n", "0",           "-1",          "1e", "\\",
    "ü",  "\0",     "\xFF", "a: b\n", "null",  "x",     "99999999999", "\xEF\xBB\xBF"};

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  std::string Mutate(std::string text) {
    const std::size_t edits = 1 + Below(3);
    for (std::size_t i = 0; i < edits; ++i) {
      const std::size_t at = Below(text.size() + 1);
      const std::size_t length = Below(12);
      switch (Below(4)) {
        case 0:
          text.insert(at, kPieces[Below(kPieces.size())]);
          break;
        case 1:
          text.erase(at, length);
          break;
        case 2:
          text.insert(at, text.substr(Below(text.size() + 1), length * 4));
          break;
        default:
          if (at < text.size()) text[at] = static_cast<char>(Below(256));
      }
    }
    return text;
  }

 private:
  std::size_t Below(std::size_t limit) { return random_() % limit; }

  std::mt19937 random_;
};

TEST_CASE("a damaged configuration never throws and its errors can be shown", "[config]") {
  const Variables variables = {{"A", "${A}: [\n"}};
  REQUIRE(ErrorsOf(std::string(kSeed), variables) == std::vector<std::string>{});
  Mutator mutator(20240117);
  int accepted = 0;
  for (int round = 0; round < 4000; ++round) {
    const std::string text = mutator.Mutate(std::string(kSeed));
    CAPTURE(text);
    const auto parsed = Parse(text, variables);
    if (parsed) {
      ++accepted;
      CHECK_FALSE(parsed->targets.empty());
      continue;
    }
    CHECK_FALSE(parsed.error().empty());
    for (const std::string& line : parsed.error().Lines()) {
      CAPTURE(line);
      CHECK(line.starts_with("c.yaml:"));
      CHECK(IsCleanText(line));
      CHECK(line.find('\n') == std::string::npos);
    }
  }
  // Were all refused, or none, the texts would test nothing.
  CHECK(accepted > 100);
  CHECK(accepted < 3900);
}

}  // namespace
}  // namespace session_exporter::testing
