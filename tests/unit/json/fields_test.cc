#include "json/fields.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catch.h"
#include "json/object_reader.h"

namespace session_exporter {
namespace {

using Warnings = std::vector<std::pair<std::string, std::uint64_t>>;

const FieldSchema& Schema() {
  static const FieldSchema kSchema{"a", "user.name", "user.zone"};
  return kSchema;
}

struct TypeCase {
  std::string_view json;
  std::optional<std::string_view> text;
  std::optional<double> number;
  std::optional<bool> flag;
  std::optional<std::string_view> any;
  bool absent = false;  // missing or null: no warning whatever is asked for
};

TEST_CASE("a value of another type is left out with one warning", "[fields]") {
  const auto& c = GENERATE(values<TypeCase>({
      {R"({"a":"x"})", "x", {}, {}, "x"},
      {R"({"a":"1"})", "1", {}, {}, "1"},
      {R"({"a":"true"})", "true", {}, {}, "true"},
      {R"({"a":1})", {}, 1.0, {}, "1"},
      {R"({"a":443.0})", {}, 443.0, {}, "443"},
      {R"({"a":0.5})", {}, 0.5, {}, "0.5"},
      {R"({"a":2768000000})", {}, 2768000000.0, {}, "2768000000"},
      {R"({"a":true})", {}, {}, true, "true"},
      {R"({"a":false})", {}, {}, false, "false"},
      {R"({"a":{}})", {}, {}, {}, {}},
      {R"({"a":[]})", {}, {}, {}, {}},
      {R"({"a":null})", {}, {}, {}, {}, true},
      {"{}", {}, {}, {}, {}, true},
  }));
  CAPTURE(c.json);
  ObjectReader reader(Schema());
  const auto warned = [&](auto ask, const auto& expected) {
    const std::size_t before =
        reader.fields().Warnings().empty() ? 0 : reader.fields().Warnings()[0].second;
    REQUIRE(reader.Read(c.json));
    CHECK(ask() == expected);
    CHECK(ask() == expected);  // asking twice counts once
    const Warnings warnings = reader.fields().Warnings();
    const std::size_t after = warnings.empty() ? 0 : warnings[0].second;
    CHECK(after - before == (expected || c.absent ? 0 : 1));
  };
  std::string scratch;
  warned([&] { return reader.fields().Text(0); }, c.text);
  warned([&] { return reader.fields().Number(0); }, c.number);
  warned([&] { return reader.fields().Flag(0); }, c.flag);
  warned([&] { return reader.fields().AnyText(0, scratch); }, c.any);
}

TEST_CASE("a value where an object with fields is expected warns of the object", "[fields]") {
  const std::string_view value =
      GENERATE(as<std::string_view>{}, R"("x")", "1", "true", "[]", R"([{"name":"x"}])");
  CAPTURE(value);
  ObjectReader reader(Schema());
  REQUIRE(reader.Read(fmt::format(R"({{"user":{}}})", value)));
  CHECK_FALSE(reader.fields().Text(1));
  CHECK(reader.fields().Warnings() == Warnings{{"user", 1}});
}

TEST_CASE("warnings add up over the objects, by path", "[fields]") {
  ObjectReader reader(Schema());
  for (int i = 0; i < 3; ++i) {
    REQUIRE(reader.Read(R"({"a":1,"user":{"name":{},"zone":"x"}})"));
    CHECK_FALSE(reader.fields().Text(0));
    CHECK_FALSE(reader.fields().Text(1));
    CHECK(reader.fields().Text(2) == "x");
  }
  reader.fields().Warn(2);
  CHECK(reader.fields().Warnings() == Warnings{{"a", 3}, {"user.name", 3}, {"user.zone", 1}});
}

TEST_CASE("nobody is warned of what nobody asks for", "[fields]") {
  ObjectReader reader(Schema());
  REQUIRE(reader.Read(R"({"a":1,"z":1e400,"user":{"name":5}})"));
  CHECK(reader.fields().Warnings().empty());
}

TEST_CASE("a schema finds each of its members and no other", "[fields]") {
  const FieldSchema schema{"a",        "b",   "ab",  "ba", "image.name",
                           "image.id", "aba", "bab", "",   "a longer name with spaces"};
  CHECK(schema.size() == 10);
  for (const std::string_view name :
       {"a", "b", "ab", "ba", "aba", "bab", "", "a longer name with spaces"}) {
    const auto* member = schema.Find(0, name);
    REQUIRE(member != nullptr);
    REQUIRE(member->field >= 0);
    CHECK(schema.path(static_cast<std::size_t>(member->field)) == name);
  }
  const auto* image = schema.Find(0, "image");
  REQUIRE(image != nullptr);
  CHECK(image->field == -1);
  CHECK(schema.node_path(image->node) == "image");
  CHECK(schema.Find(image->node, "name")->field == 4);
  CHECK(schema.Find(image->node, "id")->field == 5);
  for (const std::string_view name : {"c", "aa", "bb", "name", "image.name", "imag"}) {
    CHECK(schema.Find(0, name) == nullptr);
  }
}

}  // namespace
}  // namespace session_exporter
