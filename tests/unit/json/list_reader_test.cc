#include "json/list_reader.h"

#include <string>
#include <string_view>
#include <vector>

#include "catch.h"
#include "unit/json/read_list.h"

namespace session_exporter {
namespace {

using namespace std::string_view_literals;  // NOLINT(google-build-using-namespace): NULs in texts

struct ReadCase {
  std::string_view name;
  std::string_view document;
  std::vector<std::string> elements;
  JsonType list_type = JsonType::kArray;
  std::string time = "missing";
  std::string message = "missing";
};

TEST_CASE("elements and members are read wherever they stand", "[list_reader]") {
  const auto& c = GENERATE(values<ReadCase>({
      {"an empty list", R"({"list":[]})", {}},
      {"one element", R"({"list":[{"id":"a"}]})", {"'a'"}},
      {"several", R"({"list":[{"id":"a"},{"id":"b"},{"id":"c"}]})", {"'a'", "'b'", "'c'"}},
      {"members before",
       R"({"time":"t","z":1,"list":[{"id":"a"}]})",
       {"'a'"},
       JsonType::kArray,
       "'t'"},
      {"members after",
       R"({"list":[{"id":"a"}],"z":[[]],"time":"t","message":"m"})",
       {"'a'"},
       JsonType::kArray,
       "'t'",
       "'m'"},
      {"members of other types",
       R"({"time":5,"list":[],"message":null})",
       {},
       JsonType::kArray,
       "5",
       "null"},
      {"more of them",
       R"({"time":true,"list":[],"message":{"message":"no"}})",
       {},
       JsonType::kArray,
       "true",
       "object"},
      {"of members written twice the first",
       R"({"time":"t","time":"u","list":[]})",
       {},
       JsonType::kArray,
       "'t'"},
      {"a null written before",
       R"({"time":null,"time":"u","list":[]})",
       {},
       JsonType::kArray,
       "null"},
      {"members are not looked for inside others",
       R"({"z":{"time":"no","list":[{"id":"no"}]},"list":[{"id":"a","time":"no"}]})",
       {"'a'"}},
      {"an escape in a member",
       R"({"time":"a\u20ac\"","list":[]})",
       {},
       JsonType::kArray,
       "'a\xE2\x82\xAC\"'"},
      {"an escaped name",
       R"({"\u0074ime":"t","l\u0069st":[{"id":"a"}]})",
       {"'a'"},
       JsonType::kArray,
       "'t'"},
      {"a quote in a name", R"({"a\"b":1,"list":[]})", {}},
      {"an empty name", R"({"":1,"list":[]})", {}},
      {"elements of other types",
       R"({"list":[null,1,"x",true,[],{}]})",
       {"missing", "missing", "missing", "missing", "missing", "missing"}},
      {"white space everywhere",
       " \r\n\t{ \"time\" :\n\"t\"\t, \"list\" : [ { \"id\" : \"a\" } , { } ] , \"z\" : 1 } \n",
       {"'a'", "missing"},
       JsonType::kArray,
       "'t'"},
      {"brackets and quotes in strings",
       R"({"z":"]}\"[{","list":[{"id":"}],\"]"}]})",
       {"'}],\"]'"}},
      {"a byte order mark", "\xEF\xBB\xBF{\"list\":[{\"id\":\"a\"}]}", {"'a'"}},
      {"no list", R"({"time":"t"})", {}, JsonType::kMissing, "'t'"},
      {"an empty object", "{}", {}, JsonType::kMissing},
      {"null instead of the list", R"({"list":null})", {}, JsonType::kNull},
      {"a string instead", R"({"list":"[]"})", {}, JsonType::kString},
      {"an object instead", R"({"list":{"id":"no"}})", {}, JsonType::kObject},
      {"a number instead", R"({"list":1})", {}, JsonType::kNumber},
      {"a boolean instead", R"({"list":false})", {}, JsonType::kBool},
      {"numbers out of range",
       R"({"z":1e400,"time":-1e400,"list":[{"y":1e400,"id":"a"}]})",
       {"'a'"},
       JsonType::kArray,
       "array"},
  }));
  CAPTURE(c.name, c.document);
  const ListOutcome outcome = ReadList(c.document);
  CHECK(outcome.error_message.empty());
  CHECK(outcome.elements == c.elements);
  CHECK(outcome.list_type == c.list_type);
  CHECK(outcome.time == c.time);
  CHECK(outcome.message == c.message);
}

struct RefusedCase {
  std::string_view name;
  std::string_view document;
  std::string_view message;
};

TEST_CASE("what is not such a document is kProtocol", "[list_reader]") {
  const auto& c = GENERATE(values<RefusedCase>({
      {"empty", "", "the answer is empty"},
      {"white space", " \n", "ends after 2 bytes"},
      {"HTML", "<html><body>502</body></html>", "'<' at byte 0 instead of a JSON object"},
      {"text", "Bad Gateway", "'B' at byte 0 instead of a JSON object"},
      {"a list", "[{}]", "'[' at byte 0 instead of a JSON object"},
      {"a string", "\"list\"", "'\"' at byte 0 instead of a JSON object"},
      {"null", "null", "'n' at byte 0 instead of a JSON object"},
      {"half a byte order mark", "\xEF\xBB{\"list\":[]}", "the rest of a byte order mark"},
      {"the first byte of one", "\xEF{\"list\":[]}", "the rest of a byte order mark"},
      {"one that is torn apart", "\xEF \xBB\xBF{\"list\":[]}", "the rest of a byte order mark"},
      {"two of them", "\xEF\xBB\xBF\xEF\xBB\xBF{}", "byte 0xef at byte 3 instead of a JSON object"},
      {"UTF-16", "\xFF\xFE{\0}\0"sv, "byte 0xff at byte 0"},
      {"the list twice", R"({"list":[],"list":[]})", "the list \"list\" is there twice"},
      {"null, then the list", R"({"list":null,"list":[]})", "the list \"list\" is there twice"},
      {"the list, then null", R"({"list":[],"list":null})", "the list \"list\" is there twice"},
      {"the list under an escaped name too", R"({"list":[],"\u006cist":[]})", "is there twice"},
      {"something after the end", R"({"list":[]}x)", "'x' at byte 11 instead of nothing more"},
      {"another document after it", R"({"list":[]} {})", "'{' at byte 12 instead of nothing more"},
      {"a NUL after it", "{\"list\":[]}\0"sv, "byte 0x00 at byte 11 instead of nothing more"},
      {"no comma between elements", R"({"list":[{} {}]})", "a comma or the list's end"},
      {"a comma before the list's end", R"({"list":[{},]})", "']' at byte 12 instead of a value"},
      {"a comma at its beginning", R"({"list":[,{}]})", "',' at byte 9 instead of a value"},
      {"an object's end in the list", R"({"list":[{}}})", "a comma or the list's end"},
      {"a comma before the object's end", R"({"list":[],})", "instead of a member's name"},
      {"no comma between members", R"({"a":1 "list":[]})", "a comma or the object's end"},
      {"no colon", R"({"list" []})", "instead of a colon"},
      {"no value", R"({"a":,"list":[]})", "',' at byte 5 instead of a value"},
      {"a name without quotes", "{list:[]}", "instead of a member's name"},
      {"brackets that do not match", R"({"a":[1},"list":[]})", "brackets do not match at byte 7"},
      {"in an element too", R"({"list":[{"id":[}]}]})", "brackets do not match at byte 16"},
      {"an element that is no JSON", R"({"list":[{"id":tru}]})", "invalid JSON in a list element"},
      {"an element with a NUL after it", "{\"list\":[1\0]}"sv, "invalid JSON in a list element"},
      {"a member that is no JSON", R"({"a":tru,"list":[]})", "invalid JSON in the value"},
      {"a number with a leading zero", R"({"a":01,"list":[]})", "invalid JSON in the value"},
      {"a number with a NUL", "{\"a\":1\0,\"list\":[]}"sv, "invalid JSON in the value"},
      {"two values in one", R"({"a":1"b","list":[]})", "invalid JSON in the value"},
      {"a kept member with a wrong escape", R"({"time":"\x","list":[]})", "invalid JSON in the"},
      {"a name with a wrong escape", R"({"\x":1,"list":[]})", "invalid JSON in the value"},
  }));
  CAPTURE(c.name, c.document);
  const ListOutcome outcome = ReadList(c.document);
  CHECK(outcome.error == ErrorKind::kProtocol);
  CHECK_THAT(outcome.error_message, Catch::Matchers::Contains(std::string(c.message)));
}

TEST_CASE("messages never repeat the document", "[list_reader]") {
  const std::string_view document = GENERATE(
      as<std::string_view>{}, R"({"list":[{"token":"canary" "x":1}]})", R"({"z":canary})",
      R"({"canary\x":1})", R"(canary)", R"({"list":[{"token":"canary)", R"({"list":canary})");
  CAPTURE(document);
  const ListOutcome outcome = ReadList(document);
  CHECK(outcome.error == ErrorKind::kProtocol);
  CHECK_THAT(outcome.error_message, !Catch::Matchers::Contains("canary"));
}

TEST_CASE("an error of the handler is passed on and ends the reading", "[list_reader]") {
  const FieldSchema schema{"id"};
  int calls = 0;
  ListReader reader({"list", {}}, schema, [&](Fields&) -> Result<void> {
    if (++calls == 2) return Fail(ErrorKind::kBackend, "the second is bad");
    return {};
  });
  const std::string_view document = R"({"list":[{},{},{}]})";
  const auto result = reader.Feed(document);
  REQUIRE_FALSE(result);
  CHECK(result.error().kind() == ErrorKind::kBackend);
  CHECK(result.error().message() == "the second is bad");
  CHECK(calls == 2);
}

TEST_CASE("warnings of all elements add up", "[list_reader]") {
  const FieldSchema schema{"id"};
  ListReader reader({"list", {}}, schema, [](Fields& fields) -> Result<void> {
    fields.Text(0);
    return {};
  });
  const std::string_view document = R"({"list":[{"id":1},{"id":"x"},{"id":[]},{"id":null}]})";
  REQUIRE(reader.Feed(document));
  REQUIRE(reader.Finish());
  CHECK(reader.fields().Warnings() ==
        std::vector<std::pair<std::string, std::uint64_t>>{{"id", 2}});
}

}  // namespace
}  // namespace session_exporter
