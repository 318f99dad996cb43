#include <map>
#include <string>
#include <string_view>

#include "backends/kasm/kasm_api.h"
#include "base/timestamp.h"
#include "catch.h"
#include "unit/backends/read_kasms.h"

namespace session_exporter {
namespace {

using Members = std::map<std::string, std::string>;

std::string Join(const Members& members) {
  std::string text;
  for (const auto& [name, value] : members) {
    text += fmt::format("{}\"{}\": {}", text.empty() ? "" : ", ", name, value);
  }
  return text;
}

// Each label has its one source, so that a field that is left out cannot be replaced by another.
const Members kMembers = {
    {"kasm_id", R"("a")"},
    {"operational_status", R"("paused")"},
    {"username", R"("alice")"},
    {"image", R"({"name": "kasmweb/chrome"})"},
    {"hostname", R"("agent")"},
    {"zone_name", R"("zone")"},
    {"share_id", R"("share")"},
    {"cores", "2.0"},
    {"memory", "1024"},
    {"start_date", R"("2026-11-23 00:10:00")"},
    {"keepalive_date", R"("2026-11-23 00:20:00")"},
    {"expiration_date", R"("2026-11-23 00:50:00")"},
    {"image_id", R"("i-1")"},
    {"user_id", R"("u-1")"},
    {"server_id", R"("s-1")"},
    {"container_id", R"("c-1")"},
    {"container_ip", R"("10.0.0.1")"},
    {"port", "443"},
    {"is_persistent_profile", "true"},
};

struct FieldCase {
  std::string name;
  std::map<std::string, std::string> without;  // what the session then looks like, where it differs
  std::string right_type;                      // "string", "number", "object" or "scalar"
};

const FieldCase kFields[] = {
    {"operational_status", {{"status", "unknown"}, {"state", "unknown"}}, "string"},
    {"username", {{"user", ""}}, "string"},
    {"image", {{"image", ""}, {"image_name", ""}}, "object"},
    {"hostname", {{"host", ""}}, "string"},
    {"zone_name", {{"deployment_zone", ""}}, "string"},
    {"share_id", {{"shared", "false"}}, "string"},
    {"cores", {{"cores", "-"}}, "number"},
    {"memory", {{"memory", "-"}}, "number"},
    {"start_date", {{"start", "-"}}, "string"},
    {"keepalive_date", {{"keepalive", "-"}, {"sign_of_life", "1795392600000000"}}, "string"},
    {"expiration_date", {{"expiration", "-"}}, "string"},
    {"image_id", {{"image_id", ""}}, "string"},
    {"user_id", {{"user_id", ""}}, "string"},
    {"server_id", {{"server_id", ""}}, "string"},
    {"container_id", {{"container_id", ""}}, "scalar"},
    {"container_ip", {{"container_ip", ""}}, "scalar"},
    {"port", {{"port", ""}}, "scalar"},
    {"is_persistent_profile", {{"persistent_profile", ""}}, "scalar"},
};

struct TypedValue {
  std::string_view type;
  std::string_view json;
};

TEST_CASE("a field of a wrong type is left out alone, with one warning", "[kasm]") {
  const FieldCase& field = GENERATE(from_range(std::begin(kFields), std::end(kFields)));
  KasmSessionsReader::Options options;
  options.info_labels = true;
  const auto whole = AsTexts(OneSession(Join(kMembers), options));
  auto expected = whole;
  for (const auto& [name, value] : field.without) {
    REQUIRE(whole.at(name) != value);
    expected[name] = value;
  }
  for (const TypedValue& wrong :
       {TypedValue{"string", R"("17")"}, TypedValue{"number", "17"}, TypedValue{"bool", "true"},
        TypedValue{"object", R"({"x": 1})"}, TypedValue{"array", R"([{"name": "x"}])"},
        TypedValue{"absurd", "1e400"}}) {
    const bool scalar = wrong.type != "object" && wrong.type != "array" && wrong.type != "absurd";
    if (wrong.type == field.right_type || (field.right_type == "scalar" && scalar)) continue;
    CAPTURE(field.name, wrong.json);
    Members members = kMembers;
    members[field.name] = wrong.json;
    const OneSession one(Join(members), options);
    CHECK(AsTexts(one) == expected);
    CHECK(one.Warnings() == std::map<std::string, std::uint64_t>{{field.name, 1}});
  }
}

TEST_CASE("a field that is null or missing is left out alone, without a warning", "[kasm]") {
  const FieldCase& field = GENERATE(from_range(std::begin(kFields), std::end(kFields)));
  CAPTURE(field.name);
  KasmSessionsReader::Options options;
  options.info_labels = true;
  auto expected = AsTexts(OneSession(Join(kMembers), options));
  for (const auto& [name, value] : field.without) expected[name] = value;
  Members members = kMembers;
  members[field.name] = "null";
  const OneSession null(Join(members), options);
  CHECK(AsTexts(null) == expected);
  CHECK(null.Warnings().empty());
  members.erase(field.name);
  const OneSession missing(Join(members), options);
  CHECK(AsTexts(missing) == expected);
  CHECK(missing.Warnings().empty());
}

struct DateCase {
  std::string_view json;
  std::string_view time;  // empty: none
  std::uint64_t warnings;
};

TEST_CASE("dates come in several forms, and absurd ones are left out", "[kasm]") {
  const auto& c = GENERATE(values<DateCase>({
      {R"("2026-11-23 00:30:00.136525")", "2026-11-23 00:30:00.136525", 0},
      {R"("2026-11-23 00:30:00")", "2026-11-23 00:30:00", 0},
      {R"("2026-11-23T00:30:00Z")", "2026-11-23 00:30:00", 0},
      {R"("2026-11-23T01:30:00+01:00")", "2026-11-23 00:30:00", 0},
      {R"("None")", "", 0},
      {R"("")", "", 0},
      {"null", "", 0},
      {R"("none")", "", 1},
      {R"("never")", "", 1},
      {R"("2026-11-23")", "", 1},
      {R"("2026-02-30 00:00:00")", "", 1},
      {R"("0001-01-01 00:00:00")", "", 1},
      {R"("1970-01-01 00:00:00")", "", 1},
      {R"("1999-12-31 23:59:59")", "", 1},
      {R"("9999-12-31 23:59:59")", "", 1},
      {"1795392600", "", 1},
  }));
  const std::string field = GENERATE("start_date", "keepalive_date", "expiration_date");
  CAPTURE(field, c.json);
  const OneSession one(fmt::format(R"("kasm_id": "a", "{}": {})", field, c.json));
  const OptionalTime time = field == "start_date"       ? one.session().start
                            : field == "keepalive_date" ? one.session().keepalive
                                                        : one.session().expiration;
  REQUIRE(time.has_value() == !c.time.empty());
  if (time) CHECK(*time == ParseTimestamp(c.time));
  CHECK(one.Warnings()[field] == c.warnings);
}

struct AmountCase {
  std::string_view json;
  std::string_view shown;
  std::uint64_t warnings;
};

TEST_CASE("amounts that nothing can have are left out", "[kasm]") {
  const auto& c = GENERATE(values<AmountCase>({
      {"0", "0", 0},
      {"0.5", "0.5", 0},
      {"2", "2", 0},
      {"1000000", "1000000", 0},
      {"-1", "-", 1},
      {"-0.001", "-", 1},
      {"1e300", "-", 1},
      {"1e400", "-", 1},
      {R"("2")", "-", 1},
      {"null", "-", 0},
  }));
  const std::string field = GENERATE("cores", "memory");
  CAPTURE(field, c.json);
  const OneSession one(fmt::format(R"("kasm_id": "a", "{}": {})", field, c.json));
  CHECK(AsTexts(one).at(field == "cores" ? "cores" : "memory") == c.shown);
  CHECK(one.Warnings()[field] == c.warnings);
}

struct LabelCase {
  std::string_view members;
  SessionLabel label;
  std::string_view shown;
};

TEST_CASE("a label is taken from the first of its fields that has a text", "[kasm]") {
  using enum SessionLabel;
  const auto& c = GENERATE(values<LabelCase>({
      {R"("user": {"username": "nested"}, "username": "top")", kUser, "nested"},
      {R"("user": {"username": ""}, "username": "top")", kUser, "top"},
      {R"("user": {"username": null}, "username": "top")", kUser, "top"},
      {R"("user": {"username": 5}, "username": "top")", kUser, "top"},
      {R"("user": null, "username": "top")", kUser, "top"},
      {R"("user": "alice", "username": "top")", kUser, "top"},
      {R"("username": "top")", kUser, "top"},
      {R"("image": {"friendly_name": "Chrome", "name": "kasmweb/chrome"})", kImage, "Chrome"},
      {R"("image": {"friendly_name": null, "name": "kasmweb/chrome"})", kImage, "kasmweb/chrome"},
      {R"("image": {"friendly_name": ""})", kImage, ""},
      {R"("server": {"hostname": "s"}, "hostname": "n", "host": "h")", kHost, "s"},
      {R"("server": {}, "hostname": "n", "host": "h")", kHost, "n"},
      {R"("hostname": "", "host": "h")", kHost, "h"},
      {R"("server": {"zone_name": "s"}, "zone_name": "t")", kDeploymentZone, "s"},
      {R"("server": {"zone_name": ""}, "zone_name": "t")", kDeploymentZone, "t"},
      {R"("share_id": "abc")", kShared, "true"},
      {R"("share_id": "")", kShared, "false"},
      {R"("share_id": null)", kShared, "false"},
      {R"("share_id": "None")", kShared, "false"},
      {R"("shared": true)", kShared, "false"},
  }));
  CAPTURE(c.members);
  CHECK(OneSession(fmt::format(R"("kasm_id": "a", {})", c.members)).Label(c.label) == c.shown);
}

TEST_CASE("a nested object of a wrong type is one warning for all its fields", "[kasm]") {
  const OneSession one(R"("kasm_id": "a", "server": "agent", "hostname": "h")");
  CHECK(one.Label(SessionLabel::kHost) == "h");
  CHECK(one.Warnings() == std::map<std::string, std::uint64_t>{{"server", 1}});
}

struct InfoCase {
  std::string_view members;
  std::size_t label;
  std::string_view shown;
};

TEST_CASE("info labels take the types that versions of Kasm differ in", "[kasm]") {
  const auto& c = GENERATE(values<InfoCase>({
      {R"("image_id": "1-2")", 0, "12"},
      {R"("image": {"name": "n", "friendly_name": "f"})", 1, "n"},
      {R"("user_id": "A-B")", 2, "ab"},
      {R"("server_id": "C-D")", 3, "cd"},
      {R"("container_id": "E-F")", 4, "E-F"},
      {R"("container_ip": "10.0.0.1")", 5, "10.0.0.1"},
      {R"("port": 443)", 6, "443"},
      {R"("port": "443")", 6, "443"},
      {R"("is_persistent_profile": true)", 7, "true"},
      {R"("is_persistent_profile": "Enabled")", 7, "Enabled"},
  }));
  CAPTURE(c.members);
  KasmSessionsReader::Options options;
  options.info_labels = true;
  const OneSession one(fmt::format(R"("kasm_id": "a", {})", c.members), options);
  CHECK(one.Text(one.session().info[c.label]) == c.shown);
  CHECK(one.Warnings().empty());
}

}  // namespace
}  // namespace session_exporter
