#include "config/environment.h"

#include <cstdlib>
#include <string>
#include <vector>

#include "catch.h"

namespace session_exporter {
namespace {

std::optional<std::string> Lookup(const std::string& name) {
  if (name == "A") return "alpha";
  if (name == "_b2") return "beta";
  if (name == "EMPTY") return "";
  if (name == "DOLLARS") return "${A}$$";
  return std::nullopt;
}

TEST_CASE("variables and dollar signs are expanded once", "[config]") {
  struct Row {
    std::string_view text;
    std::string_view expanded;
  };
  const Row row = GENERATE(values<Row>({
      {"", ""},
      {"plain", "plain"},
      {"${A}", "alpha"},
      {"x${A}y${_b2}z", "xalphaybetaz"},
      {"${A}${A}", "alphaalpha"},
      {"[${EMPTY}]", "[]"},
      {"${DOLLARS}", "${A}$$"},
      {"$$", "$"},
      {"$${A}", "${A}"},
      {"$$${A}", "$alpha"},
      {"$", "$"},
      {"a$b", "a$b"},
      {"$A", "$A"},
      {"$filter eq 5$", "$filter eq 5$"},
      {"{A}", "{A}"},
  }));
  CAPTURE(row.text);
  const Expansion expansion = Expand(row.text, Lookup);
  CHECK(expansion.text == row.expanded);
  CHECK(expansion.problems.empty());
}

TEST_CASE("only a variable's value must not be shown", "[config]") {
  CHECK(Expand("x${A}", Lookup).used);
  CHECK_FALSE(Expand("x$$", Lookup).used);
}

TEST_CASE("each variable that cannot be expanded is a problem of its own", "[config]") {
  using Problems = std::vector<std::string>;
  CHECK(Expand("${NOT}${A}${NEITHER}", Lookup).problems ==
        Problems{"the environment variable NOT is not set",
                 "the environment variable NEITHER is not set"});
  const std::string no_name =
      "expected ${NAME} with letters, digits and underscores; write $$ for a dollar sign";
  for (const std::string_view text :
       {"${}", "${A-B}", "${1A}", "${A:-default}", "${ A }", "${ü}"}) {
    CAPTURE(text);
    CHECK(Expand(text, Lookup).problems == Problems{no_name});
  }
  CHECK(Expand("pass${word", Lookup).problems ==
        Problems{"\"${\" without \"}\"; write $$ for a dollar sign"});
}

TEST_CASE("the process environment tells unset from empty", "[config]") {
  const Environment environment = ProcessEnvironment();
  REQUIRE(setenv("SESSION_EXPORTER_TEST_EMPTY", "", 1) == 0);
  REQUIRE(unsetenv("SESSION_EXPORTER_TEST_UNSET") == 0);
  CHECK(environment("SESSION_EXPORTER_TEST_EMPTY") == "");
  CHECK_FALSE(environment("SESSION_EXPORTER_TEST_UNSET").has_value());
}

}  // namespace
}  // namespace session_exporter
