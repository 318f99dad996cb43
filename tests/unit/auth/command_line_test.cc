#include "auth/command_line.h"

#include <string>
#include <string_view>
#include <vector>

#include "catch.h"

namespace session_exporter {
namespace {

struct SplitCase {
  std::string_view command;
  std::vector<std::string> words;
};

TEST_CASE("a command is split as by a shell that expands nothing", "[command_line]") {
  const auto& c = GENERATE(values<SplitCase>({
      {"", {}},
      {" \t\n", {}},
      {"a", {"a"}},
      {" a  b\tc\nd ", {"a", "b", "c", "d"}},
      {"a 'b c' d", {"a", "b c", "d"}},
      {"a \"b c\" d", {"a", "b c", "d"}},
      {"a'b'\"c\"d", {"abcd"}},
      {"a '' \"\"", {"a", "", ""}},
      {"a\\ b", {"a b"}},
      {"a \\'b", {"a", "'b"}},
      {"'a\\b'", {"a\\b"}},
      {"\"a\\\"b\\\\c\\d\"", {"a\"b\\c\\d"}},
      {"a\\", {"a\\"}},
      {"a $HOME `b` $(c) *|;&>x", {"a", "$HOME", "`b`", "$(c)", "*|;&>x"}},
      {"\"it's\" 'a \"b\"'", {"it's", "a \"b\""}},
  }));
  CAPTURE(c.command);
  const auto words = SplitCommandLine(c.command);
  REQUIRE(words);
  CHECK(*words == c.words);
}

TEST_CASE("a quote without an end is refused", "[command_line]") {
  const std::string command =
      GENERATE(as<std::string>(), "CANARY 'x", "CANARY \"x", "\"CANARY\\\"", "'\\'CANARY '");
  CAPTURE(command);
  const auto words = SplitCommandLine(command);
  REQUIRE(!words);
  CHECK(words.error().kind() == ErrorKind::kConfig);
  CHECK(words.error().message() == "a quote is not closed");
}

}  // namespace
}  // namespace session_exporter
