// Which JSON is accepted, after the classes of Seriot's "Parsing JSON is a minefield" (2016), in
// the three places that a value can stand in: a list's element, which is parsed; a member of the
// document that is kept, whose scalars are parsed; and a member that nobody reads. Of the latter,
// names, numbers and literals are checked, of strings only where they end, and of objects and
// arrays only that brackets match outside of strings: so much is needed to find the next member.
#include <string>
#include <string_view>

#include "catch.h"
#include "json/list_reader.h"
#include "unit/json/read_list.h"

namespace session_exporter {
namespace {

using namespace std::string_view_literals;  // NOLINT(google-build-using-namespace): NULs in texts

bool Accepted(std::string_view before, std::string_view value, std::string_view after) {
  std::string document(before);
  document += value;
  document += after;
  const ListOutcome whole = ReadList(document);
  const ListOutcome bytes = ReadList(document, [] { return std::size_t{1}; });
  CHECK(whole == bytes);
  CHECK((!whole.error || whole.error == ErrorKind::kProtocol));
  return !whole.error;
}

bool AsElement(std::string_view value) { return Accepted(R"({"list":[)", value, "]}"); }
bool AsSkipped(std::string_view value) { return Accepted(R"({"z":)", value, R"(,"list":[]})"); }
bool AsKept(std::string_view value) { return Accepted(R"({"time":)", value, R"(,"list":[]})"); }

TEST_CASE("y: valid JSON is accepted in every place", "[json_suite]") {
  const std::string_view value = GENERATE(
      as<std::string_view>{}, "null", "true", "false", "0", "-0", "-1", "1.5", "-1.5e-7", "1E22",
      "1e+2", "0e1", "0E+0", "0.1e1", "123456789012345678901234567890", "1e-10000", "\"\"", "\"a\"",
      R"("\u0060\u012a\u12AB")", R"("\uD801\udc37")", R"("\ud83d\ude39\ud83d\udc8d")",
      R"("\"\\\/\b\f\n\r\t")", R"("\\u0000")", R"("\"")", R"("a/*b*/c//d")", R"("\\a")",
      R"("\u0012")", R"("\uFFFF")", R"("\u0000")", "\"\xC3\xA9\xE2\x82\xAC\"", "\"\x7F\"",
      "\"\xE2\x80\xA8\xE2\x80\xA9\"", R"("[{]}")", "[]", "[[]]", "[ ]", "[\"\"]", "[1\n,2]",
      "[1,null,\"2\",{}]", "{}", R"({"":0})", R"({"a":[]})", R"({"a":"b","a":"c"})",
      R"({"a\u0000b":1})", R"({"a":{"a":{"a":1}}})", "{\"a\":\n1\n}", R"([{"a":"]"},"}"])");
  CAPTURE(value);
  CHECK(AsElement(value));
  CHECK(AsKept(value));
  CHECK(AsSkipped(value));
}

TEST_CASE("n: what is no value is refused in every place", "[json_suite]") {
  const std::string_view value = GENERATE(
      as<std::string_view>{}, "a", "nul", "nulll", "tru", "True", "TRUE", "fals", "undefined",
      "NaN", "nan", "Infinity", "-Infinity", "-", "--1", "+1", "-01", "01", "1.", ".1", "-.1", "1e",
      "1e+", "1.e1", "1eE2", "1+2", "0x1", "1_000", "1 000", "-a", "- 1", "1e1.5", "2.e3", "'a'",
      "\"a", "\"", "\"\\\"", "abc\"", "\"a\" \"b\"", "\"a\"b", "1\"a\"", "true false", "[", "[1",
      "]", "[}", "[]]", "[][]", "{", "}", "{]", "{}}", "{}{}", R"({"a":"b)", "[\"a", "[\"\\\"]",
      "*", "#", "/**/1", "1/**/", "//\n1",
      "\xEF\xBB\xBF"
      "1",
      "\xC3\xA5", "\0"sv, "1\0"sv,
      "\0"
      "1"sv,
      "[]\0"sv, "\f1", "1\v",
      "\xA0"
      "1",
      "<a>", "$", "\\u0041");
  CAPTURE(value);
  CHECK_FALSE(AsElement(value));
  CHECK_FALSE(AsKept(value));
  CHECK_FALSE(AsSkipped(value));
}

TEST_CASE("n: strings are checked where they are read", "[json_suite]") {
  const std::string_view value =
      GENERATE(as<std::string_view>{}, R"("\a")", R"("\x41")", R"("\'")", R"("\u")", R"("\u1")",
               R"("\u12")", R"("\u123")", R"("\uqqqq")", R"("\U0041")", R"("\ud800\u")", "\"a\nb\"",
               "\"a\tb\"", "\"a\0b\""sv, "\"\x1F\"", "\"\\\xC3\xA5\"", "\"\\\0\""sv);
  CAPTURE(value);
  CHECK_FALSE(AsElement(value));
  CHECK_FALSE(AsKept(value));
  CHECK(AsSkipped(value));
}

TEST_CASE("n: containers are checked in elements, elsewhere only their brackets", "[json_suite]") {
  const std::string_view value =
      GENERATE(as<std::string_view>{}, "[1,]", "[,1]", "[1,,2]", "[,]", "[1 2]", "[1:2]", "[a]",
               "[NaN]", "[01]", "[1.]", "['a']", "[\"a\nb\"]", "[*]", "[\"a\" 1]", "[tru]",
               "[\0]"sv, "[/**/]", "[\f]", "{,}", R"({"a"})", R"({"a":})", R"({:1})", R"({"a":1,})",
               R"({"a":1,,"b":2})", R"({"a" 1})", R"({"a"::1})", R"({"a":1 "b":2})", R"({"a":1:2})",
               "{a:1}", "{'a':1}", "{1:1}", "{null:1}", R"({"a","b"})", R"({"a":b})",
               R"({"a":"\x"})", R"({"\x":1})", "{[]:1}", R"({"a":1#})");
  CAPTURE(value);
  CHECK_FALSE(AsElement(value));
  CHECK(AsKept(value));  // no scalar, so nobody reads it
  CHECK(AsSkipped(value));
}

TEST_CASE("i: where the standard leaves the choice, this is ours", "[json_suite]") {
  // Numbers that no double holds are taken, as values of a wrong type.
  for (const std::string_view value : {"1e400", "-1e9999", "1e-10000"}) {
    CAPTURE(value);
    CHECK(AsElement(value));
    CHECK(AsKept(value));
  }
  // Bytes that are not UTF-8 and surrogates alone are taken; they are made clean when a text
  // is kept. One of them in one user's name must not hide all sessions.
  for (const std::string_view value :
       {"\"\xFF\"", "\"\xED\xA0\x80\"", "\"\xC0\xAF\"", "\"\xE2\x82\"", R"("\udc00")",
        R"("\udfff\udfff")", R"("\ud800")", R"("\ud800a")", R"("\ud800\n")", R"("\ud800\u0041")"}) {
    CAPTURE(value);
    CHECK(AsElement(value));
    CHECK(AsKept(value));
  }
}

TEST_CASE("n: names of the document's members are checked", "[json_suite]") {
  for (const std::string_view name : {R"("\x")", R"("\u12")", "a", "'a'", "1", "null", "[]", ""}) {
    CAPTURE(name);
    CHECK_FALSE(Accepted("{", name, R"(:1,"list":[]})"));
  }
}

}  // namespace
}  // namespace session_exporter
