#include "json/object_reader.h"

#include <string>
#include <string_view>

#include "catch.h"
#include "json/container_scanner.h"

namespace session_exporter {
namespace {

using namespace std::string_view_literals;  // NOLINT(google-build-using-namespace): NULs in texts

const FieldSchema& Schema() {
  static const FieldSchema kSchema{"a", "b", "user.name", "user.address.city"};
  return kSchema;
}

struct ReadCase {
  std::string_view name;
  std::string_view text;
  JsonType type;                // of the field
  std::string_view value = {};  // when it is a string
  std::size_t field = 0;
};

TEST_CASE("a field has the type and the text that were written", "[object_reader]") {
  const auto& c = GENERATE(values<ReadCase>({
      {"a string", R"({"a":"x"})", JsonType::kString, "x"},
      {"an empty string", R"({"a":""})", JsonType::kString, ""},
      {"null", R"({"a":null})", JsonType::kNull},
      {"true", R"({"a":true})", JsonType::kBool},
      {"false", R"({"a":false})", JsonType::kBool},
      {"a number", R"({"a":1})", JsonType::kNumber},
      {"an object", R"({"a":{"a":"no"}})", JsonType::kObject},
      {"an array", R"({"a":["no",{"a":"no"}]})", JsonType::kArray},
      {"missing", R"({"b":"x"})", JsonType::kMissing},
      {"an empty object", "{}", JsonType::kMissing},
      {"white space everywhere", "{ \n\t\r \"a\" : \"x\" , \"b\" : 1 } ", JsonType::kString, "x"},
      {"every escape", R"({"a":"\"\\\/\b\f\n\r\t"})", JsonType::kString, "\"\\/\b\f\n\r\t"},
      {"a NUL", R"({"a":"x\u0000y"})", JsonType::kString, "x\0y"sv},
      {"a code point", R"({"a":"\u20ac"})", JsonType::kString, "\xE2\x82\xAC"},
      {"a pair of surrogates", R"({"a":"\ud83d\ude00"})", JsonType::kString, "\xF0\x9F\x98\x80"},
      {"a high surrogate alone", R"({"a":"x\ud800y"})", JsonType::kString, "x\xEF\xBF\xBDy"},
      {"two high surrogates", R"({"a":"\ud83d\ud83d\ude00"})", JsonType::kString,
       "\xEF\xBF\xBD\xF0\x9F\x98\x80"},
      {"a high surrogate at the end of another field", R"({"b":"\\\ud800","a":"\\ud800"})",
       JsonType::kString, "\\ud800"},
      {"an escaped name", R"({"\u0061":"x"})", JsonType::kString, "x"},
      {"bytes that are not UTF-8", "{\"a\":\"\xFF\"}", JsonType::kString, "\xFF"},
      {"the first of two", R"({"a":"x","a":"y"})", JsonType::kString, "x"},
      {"the first of two, null", R"({"a":null,"a":"y"})", JsonType::kNull},
      {"a name that only begins alike", R"({"ab":"x","":"y","A":"z"})", JsonType::kMissing},
      {"nested", R"({"user":{"name":"x"}})", JsonType::kString, "x", 2},
      {"nested twice", R"({"user":{"address":{"city":"x"}}})", JsonType::kString, "x", 3},
      {"after an object that is passed over", R"({"z":{"a":1,"user":{"name":"no"}},"a":"x"})",
       JsonType::kString, "x"},
      {"not from an object that is passed over",
       R"({"z":{"user":{"name":"no"}}})",
       JsonType::kMissing,
       {},
       2},
      {"not from an object in a list", R"({"user":[{"name":"no"}]})", JsonType::kMissing, {}, 2},
      {"after a list in a nested object", R"({"user":{"z":[1,{"name":2}],"name":"x"}})",
       JsonType::kString, "x", 2},
      {"the outer name is not the inner one",
       R"({"name":"no","user":{"a":"no"}})",
       JsonType::kMissing,
       {},
       2},
      {"back outside of a nested object", R"({"user":{"name":"n"},"a":"x"})", JsonType::kString,
       "x"},
      {"of nested objects written twice the first", R"({"user":{"name":"x"},"user":{"name":"y"}})",
       JsonType::kString, "x", 2},
      {"parts of a nested object written twice",
       R"({"user":{"address":{"city":"x"}},"user":{"name":"y"}})", JsonType::kString, "y", 2},
      {"null where an object is expected", R"({"user":null})", JsonType::kMissing, {}, 2},
      {"not an object: an array", R"([{"a":"no"}])", JsonType::kMissing},
      {"not an object: a string", R"("a")", JsonType::kMissing},
      {"not an object: null", "null", JsonType::kMissing},
      {"not an object: a number", "1", JsonType::kMissing},
  }));
  CAPTURE(c.name, c.text);
  ObjectReader reader(Schema());
  REQUIRE(reader.Read(c.text));
  const JsonValue& value = reader.fields().Value(c.field);
  CHECK(value.type == c.type);
  CHECK(value.text == c.value);
}

struct NumberCase {
  std::string_view text;
  double value;
};

TEST_CASE("numbers are read as doubles", "[object_reader]") {
  const auto& c = GENERATE(values<NumberCase>({
      {"0", 0},
      {"-0", 0},
      {"-1", -1},
      {"2.5", 2.5},
      {"1e3", 1000},
      {"1E+3", 1000},
      {"25e-1", 2.5},
      {"2768000000", 2768000000.0},
      {"9007199254740993", 9007199254740992.0},
      {"18446744073709551616", 18446744073709551616.0},
      {"-9223372036854775809", -9223372036854775808.0},
      {"1e308", 1e308},
      {"1e-400", 0},
  }));
  CAPTURE(c.text);
  ObjectReader reader(Schema());
  REQUIRE(reader.Read(fmt::format("{{\"a\":{}}}", c.text)));
  CHECK(reader.fields().Number(0) == c.value);
}

TEST_CASE("a number out of range takes nothing else with it", "[object_reader]") {
  const std::string_view number = GENERATE(as<std::string_view>{}, "1e400", "-1e400", "1e309",
                                           "10e308", "1.5E+999", "1e99999999");
  ObjectReader reader(Schema());
  SECTION("where a number is wanted it is of a wrong type") {
    REQUIRE(reader.Read(fmt::format(R"({{"a":{},"b":"x"}})", number)));
    CHECK_FALSE(reader.fields().Number(0));
    CHECK(reader.fields().Text(1) == "x");
    CHECK(reader.fields().Warnings() ==
          std::vector<std::pair<std::string, std::uint64_t>>{{"a", 1}});
  }
  SECTION("where nobody asks it is passed over") {
    REQUIRE(reader.Read(fmt::format(R"({{"z":[{0},{{"y": {0} }}],"a":1,"b":"x"}})", number)));
    CHECK(reader.fields().Number(0) == 1.0);
    CHECK(reader.fields().Text(1) == "x");
    CHECK(reader.fields().Warnings().empty());
  }
}

TEST_CASE("a number with hundreds of digits is out of range", "[object_reader]") {
  ObjectReader reader(Schema());
  REQUIRE(reader.Read("{\"a\":" + std::string(400, '9') + ",\"b\":\"x\"}"));
  CHECK_FALSE(reader.fields().Number(0));
  CHECK(reader.fields().Text(1) == "x");
}

TEST_CASE("an object may have 64 numbers out of range, and not more", "[object_reader]") {
  const auto object = [](int count) {
    std::string text = R"({"a":"x","z":[0)";
    while (count-- > 0) text += ",1e400";
    return text + "]}";
  };
  ObjectReader reader(Schema());
  REQUIRE(reader.Read(object(64)));
  CHECK(reader.fields().Text(0) == "x");
  const auto result = reader.Read(object(65));
  REQUIRE_FALSE(result);
  CHECK(result.error().kind() == ErrorKind::kProtocol);
  CHECK(result.error().message() == "a list element has more than 64 numbers out of range");
}

TEST_CASE("what is no JSON is kProtocol, and says where", "[object_reader]") {
  const std::string_view text = GENERATE(
      as<std::string_view>{}, "", " ", "{", R"({"a")", R"({"a":)", R"({"a":1)", R"({"a":1,})",
      R"({"a":1 "b":2})", R"({a:1})", R"({'a':1})", R"({"a":01})", R"({"a":+1})", R"({"a":.5})",
      R"({"a":1.})", R"({"a":1e})", R"({"a":NaN})", R"({"a":Infinity})", R"({"a":tru})",
      R"({"a":"x)", "{\"a\":\"x\ny\"}", R"({"a":"\x"})", R"({"a":"\u12"})", R"({"a":1}{})",
      R"({"a":1}])", R"({"a":1} x)", "{\"a\":1}\0"sv, "{\"a\":1}\0x"sv, "1\0"sv, "{\"a\":\0 1}"sv,
      R"({"a":[1,]})", R"({"a":{"b":1,}})", R"({"a":1 /* no */})", "\xEF\xBB\xBF{}");
  CAPTURE(text);
  ObjectReader reader(Schema());
  const auto result = reader.Read(text);
  REQUIRE_FALSE(result);
  CHECK(result.error().kind() == ErrorKind::kProtocol);
  CHECK_THAT(result.error().message(),
             Catch::Matchers::StartsWith("invalid JSON in a list element at byte "));
}

TEST_CASE("a reader forgets the object before", "[object_reader]") {
  ObjectReader reader(Schema());
  REQUIRE(reader.Read(R"({"a":"x","user":{"name":"y"}})"));
  REQUIRE(reader.Read(R"({"b":"z"})"));
  CHECK_FALSE(reader.fields().Text(0));
  CHECK(reader.fields().Text(1) == "z");
  CHECK_FALSE(reader.fields().Text(2));
  CHECK(reader.fields().Value(0).text.empty());
  REQUIRE_FALSE(reader.Read(R"({"a":"x",)"));
  REQUIRE(reader.Read("{}"));
  CHECK_FALSE(reader.fields().Text(0));
}

TEST_CASE("strings of any length are read whole", "[object_reader]") {
  ObjectReader reader(Schema());
  for (std::size_t length = 0; length < 200; ++length) {
    const std::string text(length, 'x');
    REQUIRE(reader.Read("{\"z\":\"" + text + "\\n\",\"a\":\"" + text + "\\u00e9" + text + "\"}"));
    REQUIRE(reader.fields().Text(0) == text + "\xC3\xA9" + text);
  }
}

TEST_CASE("a control character is refused wherever it stands in a string", "[object_reader]") {
  ObjectReader reader(Schema());
  for (int control = 0; control < 0x20; ++control) {
    for (std::size_t at = 0; at < 40; ++at) {
      std::string text = "{\"a\":\"" + std::string(40, 'x') + "\"}";
      text[6 + at] = static_cast<char>(control);
      CAPTURE(control, at);
      REQUIRE_FALSE(reader.Read(text));
    }
  }
}

TEST_CASE("the deepest nesting that is let through is read", "[object_reader]") {
  std::string text;
  for (int i = 0; i < ContainerScanner::kMostDepth; ++i) text += R"({"user":)";
  text += "1" + std::string(ContainerScanner::kMostDepth, '}');
  ObjectReader reader(Schema());
  REQUIRE(reader.Read(text));
  CHECK(reader.fields().Value(2).type == JsonType::kMissing);
}

}  // namespace
}  // namespace session_exporter
