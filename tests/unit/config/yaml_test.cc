// What is and is not YAML for a configuration: documents, depth, anchors, aliases, merge keys.
#include <string>
#include <vector>

#include "catch.h"
#include "unit/config/config_fixture.h"

namespace session_exporter::testing {
namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view kEmpty =
    "c.yaml: is empty; expected a mapping with targets and, if wanted, scrape and labels";
constexpr std::string_view kHint =
    "; quote a value that holds \": \" or \" #\" or begins with one of [ { & * ! | > % @ `";

TEST_CASE("a file without a mapping is refused", "[config]") {
  for (const char* text :
       {"", "\n\n", "# only a comment\n", "---\n", "--- \n...\n", "~", "null\n", "\xEF\xBB\xBF"}) {
    CAPTURE(text);
    CHECK(ErrorsOf(text) == Lines{std::string(kEmpty)});
  }
  const std::string accepted = "expected a mapping with targets and, if wanted, scrape and labels";
  CHECK(ErrorsOf("\n  text") == Lines{"c.yaml:2:3: " + accepted + ", not text"});
  CHECK(ErrorsOf("- a\n- b\n") == Lines{"c.yaml:1:1: " + accepted + ", not a list"});
}

TEST_CASE("bytes that are no text are refused at their place", "[config]") {
  const std::string message = ": expected UTF-8 text without control characters";
  struct Row {
    std::string text;
    std::string place;
  };
  const auto row = GENERATE(values<Row>({
      {"a: \xFF", "c.yaml:1:4"},
      {"a: b\r\nc: \xC3(", "c.yaml:2:4"},
      {std::string("a: b\0c", 6), "c.yaml:1:5"},
      {"a: \x1B[31m", "c.yaml:1:4"},
      {"a: b\rc: d\n", "c.yaml:1:5"},
      {"a: \x04", "c.yaml:1:4"},
      {std::string("a\0:\0", 4), "c.yaml:1:2"},
      {"\xFF\xFE"
       "a",
       "c.yaml:1:1"},
      {"a: \xED\xA0\x80", "c.yaml:1:4"},
  }));
  CAPTURE(row.text);
  CHECK(ErrorsOf(row.text) == Lines{row.place + message});
}

TEST_CASE("Windows line ends and a byte order mark are fine", "[config]") {
  const Configuration configuration = Accept(
      "\xEF\xBB\xBFtargets:\r\n- name: a\r\n  backend: fake\r\n  url: https://h\r\n  api_key: "
      "k\r\n");
  CHECK(configuration.targets.at(0).name == "a");
  CHECK(FakeOf(configuration.targets.at(0)).url == "https://h");
}

TEST_CASE("what is not YAML is told with its place and without quoting the file", "[config]") {
  struct Row {
    std::string text;
    std::string error;
  };
  const auto row = GENERATE(values<Row>({
      {"a: [b", "c.yaml:1:5: not YAML: end of sequence flow not found"},
      {"a: {b", "c.yaml:1:5: not YAML: end of map flow not found"},
      {"a: b: c", "c.yaml:1:5: not YAML: illegal map value"},
      {"a: @b", "c.yaml:1:4: not YAML: unknown token"},
      {"a: 'b", "c.yaml:1:6: not YAML: illegal EOF in scalar"},
      {"a: \"\\q\"", "c.yaml:1:7: not YAML: unknown escape character"},
      {"a: *hunter2", "c.yaml:1:4: not YAML: the referenced anchor is not defined"},
      {"a: &", "c.yaml:1:5: not YAML: anchor not found after &"},
  }));
  CAPTURE(row.text);
  CHECK(ErrorsOf(row.text) == Lines{row.error + std::string(kHint)});
}

TEST_CASE("what is never closed is refused, whatever ends the file", "[config]") {
  for (const char* opening : {"'", "\"", "[", "{", "[[", "{x: ["}) {
    for (const char* end : {"", "\n", "\n\n", " \n\t\r\n", "\n# comment\n"}) {
      const std::string text = TargetWith(std::string("    mode: ") + opening + "body" + end);
      CAPTURE(text);
      const Lines lines = ErrorsOf(text);
      REQUIRE(lines.size() == 1);
      CHECK(lines[0].find(": not YAML: ") != std::string::npos);
      CHECK(lines[0] >= "c.yaml:6:11");
    }
  }
}

TEST_CASE("a second document is refused", "[config]") {
  const std::string message =
      ": one document is accepted; here begins another, or what does not fit the one above";
  CHECK(ErrorsOf("---\n" + TargetWith("") + "---\n" + TargetWith("")) ==
        Lines{"c.yaml:7:1" + message});
  CHECK(ErrorsOf(TargetWith("") + "---\n") == Lines{"c.yaml:6:1" + message});
  CHECK(ErrorsOf("- a\nb: c\n") == Lines{"c.yaml:2:1" + message});
  CHECK(Accept("---\n" + TargetWith("") + "...\n").targets.size() == 1);
}

TEST_CASE("nesting, aliases and sizes are bounded", "[config]") {
  const std::string unknown = ": unknown key; accepted here: scrape, labels, targets";
  const Lines deepest = ErrorsOf("a: " + std::string(31, '[') + std::string(31, ']'));
  REQUIRE(deepest.size() == 2);
  CHECK(deepest[1] == "c.yaml:1:1: a" + unknown);
  CHECK(ErrorsOf("a: " + std::string(32, '[') + std::string(32, ']')) ==
        Lines{"c.yaml:1:35: nested deeper than 32 levels"});
  const Lines unclosed = ErrorsOf("a: " + std::string(100'000, '['));
  REQUIRE(unclosed.size() == 1);
  CHECK(unclosed[0].ends_with(": nested deeper than 32 levels"));

  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 20; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) laughs += before + ", ";
    laughs += "]\n";
  }
  const Lines laughed = ErrorsOf(laughs);
  REQUIRE(laughed.size() == 1);
  CHECK(laughed[0].ends_with(": more than 1000000 values"));

  std::string chain = "a0: &a0 [x]\n";
  for (int i = 1; i < 1000; ++i) {
    chain += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) +
             "]\n";
  }
  const Lines chained = ErrorsOf(chain);
  REQUIRE(chained.size() == 1);
  CHECK(chained[0] == "c.yaml:31:12: a30[0]: nested deeper than 32 levels");

  CHECK(ErrorsOf("a: &x [*x]\n") ==
        Lines{"c.yaml:1:8: a[0]: an alias inside its own anchor is not accepted"});
}

TEST_CASE("a file above one MiB is refused", "[config]") {
  const std::string valid = TargetWith("");
  const std::size_t most = 1048576;
  CHECK(Accept(valid + "#" + std::string(most - valid.size() - 1, 'x')).targets.size() == 1);
  CHECK(ErrorsOf(valid + "#" + std::string(most - valid.size(), 'x')) ==
        Lines{"c.yaml: larger than the 1048576 bytes accepted"});
}

TEST_CASE("keys are plain text and tags are not accepted", "[config]") {
  const std::string key = "expected a key that is text; a value that begins with { needs quotes";
  const std::string tag = "tags are not accepted; a value that begins with ! needs quotes";
  CHECK(ErrorsOf("targets:\n  - url: {{ url }}\n") == Lines{"c.yaml:2:11: targets[0].url: " + key});
  CHECK(ErrorsOf("? [a]\n: b\n") == Lines{"c.yaml:1:3: " + key});
  CHECK(ErrorsOf("~: b\n") == Lines{"c.yaml:1:1: " + key});
  CHECK(ErrorsOf("a: &x b\n*x : c\n") == Lines{"c.yaml:2:1: " + key});
  CHECK(ErrorsOf("&x a: b\n") == Lines{"c.yaml:1:1: a: an anchor at a key is not accepted"});
  CHECK(
      ErrorsOf(TargetWith("    idle_after: !hunter2 5m\n    mode: !!str body\n")) ==
      Lines{"c.yaml:6:17: targets[0].idle_after: " + tag, "c.yaml:7:11: targets[0].mode: " + tag});
  CHECK(ErrorsOf("targets: !list\n  - name: a\n") == Lines{"c.yaml:1:10: targets: " + tag});
}

TEST_CASE("aliases and merge keys share what targets have in common", "[config]") {
  const Configuration configuration = Accept(R"(
targets:
  - &first
    name: a
    backend: fake
    url: https://a
    api_key: k
    idle_after: &long 1h
    http: &http {headers: {X-A: one}}
  - <<: *first
    name: b
    url: https://b
  - {<<: [{mode: basic, idle_after: 2h}, *first], name: c, http: *http, stale_after: *long}
)");
  REQUIRE(configuration.targets.size() == 3);
  const TargetConfig& b = configuration.targets[1];
  CHECK(b.name == "b");
  CHECK(FakeOf(b).url == "https://b");
  CHECK(FakeOf(b).idle_after == std::chrono::hours(1));
  CHECK(b.http.headers.at(0).first == "X-A");
  const TargetConfig& c = configuration.targets[2];
  CHECK(FakeOf(c).url == "https://a");
  CHECK(FakeOf(c).mode == "basic");
  CHECK(FakeOf(c).idle_after == std::chrono::hours(2));
  CHECK(c.stale_after == std::chrono::hours(1));
}

TEST_CASE("a merge key takes mappings only, and is a key like others in quotes", "[config]") {
  const std::string message = "expected a mapping or a list of mappings";
  CHECK(ErrorsOf(TargetWith("    <<: text\n")) ==
        Lines{"c.yaml:6:9: targets[0].\"<<\": " + message});
  CHECK(ErrorsOf(TargetWith("    <<: [{mode: basic}, 5]\n")) ==
        Lines{"c.yaml:6:25: targets[0].\"<<\": " + message});
  const Lines quoted = ErrorsOf(TargetWith("    '<<': {mode: basic}\n"));
  REQUIRE(quoted.size() == 1);
  CHECK(quoted[0].starts_with("c.yaml:6:5: targets[0].\"<<\": unknown key; accepted here: name, "));
}

}  // namespace
}  // namespace session_exporter::testing
