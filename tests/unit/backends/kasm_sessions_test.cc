#include <string>
#include <string_view>

#include "backends/kasm/kasm_api.h"
#include "base/timestamp.h"
#include "base/utf8.h"
#include "catch.h"
#include "unit/backends/read_kasms.h"

namespace session_exporter {
namespace {

TEST_CASE("the composite answer is read field by field", "[kasm]") {
  KasmSessionsReader::Options options;
  options.info_labels = true;
  const std::size_t piece = GENERATE(as<std::size_t>{}, 1, 3, 64, 1U << 20U);
  const auto snapshot = ReadKasms(GetKasmsFixture(), options, TestHead(), piece);
  REQUIRE(snapshot);
  REQUIRE(snapshot->sessions.size() == 3);
  CHECK(snapshot->parse_warnings.empty());
  CHECK_FALSE(snapshot->truncated);
  CHECK(snapshot->fetched_at == ParseTimestamp("2026-11-23 00:40:00"));
  CHECK(snapshot->backend_time == ParseTimestamp("2026-11-23 00:38:00.000001"));

  const Session& first = snapshot->sessions[0];
  const auto text = [&](Symbol symbol) { return snapshot->symbols.Text(symbol); };
  CHECK(text(first.id) == "2222222222222222222222222222222a");
  CHECK(text(first.status) == "running");
  CHECK(first.state == SessionState::kActive);
  CHECK(text(first.Label(SessionLabel::kUser)) == "alice@example.com");
  CHECK(text(first.Label(SessionLabel::kImage)) == "Chrome");
  CHECK(text(first.Label(SessionLabel::kHost)) == "agent1");
  CHECK(text(first.Label(SessionLabel::kDeploymentZone)) == "default");
  CHECK(text(first.Label(SessionLabel::kShared)) == "false");
  CHECK(first.Label(SessionLabel::kDocument).empty());
  CHECK(*first.start == ParseTimestamp("2026-11-23 00:30:00.1"));
  CHECK(*first.keepalive == ParseTimestamp("2026-11-23 00:36:00.136525"));
  CHECK(*first.expiration == ParseTimestamp("2026-11-23 01:36:00.136525"));
  CHECK(*first.sign_of_life == *first.keepalive);
  CHECK(first.cpu_cores == 2.0);
  CHECK(first.memory_bytes == 2768000000.0);
  CHECK(text(first.info[0]) == "11111111111111111111111111111111");
  CHECK(text(first.info[1]) == "kasmweb/chrome:1.18.0");
  CHECK(text(first.info[2]) == "33333333333333333333333333333333");
  CHECK(text(first.info[3]) == "44444444444444444444444444444444");
  CHECK(text(first.info[4]) == "c0ffee");
  CHECK(text(first.info[5]) == "172.18.0.9");
  CHECK(text(first.info[6]) == "443");
  CHECK(text(first.info[7]) == "false");
}

TEST_CASE("staged and server sessions of the composite answer are read", "[kasm]") {
  const auto snapshot = ReadKasms(GetKasmsFixture());
  REQUIRE(snapshot);
  const auto text = [&](Symbol symbol) { return snapshot->symbols.Text(symbol); };
  const Session& staged = snapshot->sessions.at(1);
  CHECK(staged.state == SessionState::kStarting);
  CHECK_FALSE(staged.start);
  CHECK_FALSE(staged.keepalive);
  CHECK_FALSE(staged.expiration);
  CHECK_FALSE(staged.sign_of_life);
  CHECK(staged.Label(SessionLabel::kUser).empty());
  CHECK(text(staged.Label(SessionLabel::kShared)) == "false");
  const Session& server = snapshot->sessions.at(2);
  CHECK(server.state == SessionState::kIdle);
  CHECK(text(server.Label(SessionLabel::kUser)) == "bob");
  CHECK(text(server.Label(SessionLabel::kImage)) == "Windows desktop");
  CHECK(text(server.Label(SessionLabel::kHost)) == "rdp-host");
  CHECK(text(server.Label(SessionLabel::kDeploymentZone)) == "dmz");
  CHECK(text(server.Label(SessionLabel::kShared)) == "true");
  CHECK(server.cpu_cores == 0.5);
  // Without info labels their fields are not read.
  for (const Symbol label : server.info) CHECK(label.empty());
}

TEST_CASE("no secret of the answer is kept", "[kasm]") {
  KasmSessionsReader::Options options;
  options.info_labels = true;
  const auto snapshot = ReadKasms(GetKasmsFixture(), options);
  REQUIRE(snapshot);
  REQUIRE(GetKasmsFixture().find("canary-token") != std::string::npos);
  for (std::uint32_t i = 0; i < snapshot->symbols.size(); ++i) {
    CHECK_THAT(std::string(snapshot->symbols.Text({i})), !Catch::Matchers::Contains("canary"));
  }
}

TEST_CASE("an empty list is a success without sessions", "[kasm]") {
  const auto snapshot = ReadKasms(R"({"kasms": []})");
  REQUIRE(snapshot);
  CHECK(snapshot->sessions.empty());
  CHECK_FALSE(snapshot->backend_time);
}

struct IdCase {
  std::string_view json;
  std::string_view id;
};

TEST_CASE("ids are brought to one form", "[kasm]") {
  const auto& c = GENERATE(values<IdCase>({
      {R"("22222222222222222222222222222222")", "22222222222222222222222222222222"},
      {R"("22222222-2222-2222-2222-222222222222")", "22222222222222222222222222222222"},
      {R"("ABCDEF00-2222-2222-2222-222222222222")", "abcdef00222222222222222222222222"},
      {R"("odd id")", "odd id"},
      {R"("a\u0000b")",
       "a\xEF\xBF\xBD"
       "b"},
  }));
  CHECK(OneSession(fmt::format("\"kasm_id\": {}", c.json)).Id() == c.id);
}

struct CountCase {
  std::string_view name;
  std::string_view list;
  std::size_t max_sessions;
  std::size_t sessions;
  std::uint64_t duplicates;
  std::uint64_t invalid;
  bool truncated;
};

TEST_CASE("sessions are counted once, and those without an id as invalid", "[kasm]") {
  const auto& c = GENERATE(values<CountCase>({
      {"two", R"({"kasm_id":"a"},{"kasm_id":"b"})", 10, 2, 0, 0, false},
      {"the same with dashes and upper case", R"({"kasm_id":"a-b"},{"kasm_id":"AB"})", 10, 1, 1, 0,
       false},
      {"without an id", R"({},{"kasm_id":null},{"kasm_id":""},{"kasm_id":"-"})", 10, 0, 0, 4,
       false},
      {"an id of another type", R"({"kasm_id":5},{"kasm_id":["a"]})", 10, 0, 0, 2, false},
      {"no object", R"(null,"a",5,[],true)", 10, 0, 0, 5, false},
      {"more than allowed", R"({"kasm_id":"a"},{"kasm_id":"b"},{"kasm_id":"c"})", 2, 2, 0, 0, true},
      {"as many as allowed", R"({"kasm_id":"a"},{"kasm_id":"b"},{"kasm_id":"a"})", 2, 2, 1, 0,
       false},
  }));
  CAPTURE(c.name);
  KasmSessionsReader::Options options;
  options.max_sessions = c.max_sessions;
  const auto snapshot = ReadKasms(fmt::format(R"({{"kasms": [{}]}})", c.list), options);
  REQUIRE(snapshot);
  CHECK(snapshot->sessions.size() == c.sessions);
  CHECK(snapshot->duplicate_sessions == c.duplicates);
  CHECK(snapshot->invalid_sessions == c.invalid);
  CHECK(snapshot->truncated == c.truncated);
}

TEST_CASE("a session may have nothing but its id", "[kasm]") {
  KasmSessionsReader::Options options;
  options.info_labels = true;
  const OneSession one(R"("kasm_id": "a")", options);
  for (const auto& [name, value] : AsTexts(one)) {
    CAPTURE(name);
    const bool known = name == "id" || name == "status" || name == "state" || name == "shared";
    if (!known) CHECK((value == "-" || value.empty()));
  }
  CHECK(one.Status() == "unknown");
  CHECK(one.session().state == SessionState::kUnknown);
  CHECK(one.Warnings().empty());
}

TEST_CASE("texts of any kind become clean labels of bounded length", "[kasm]") {
  const OneSession one("\"kasm_id\":\"a\",\"username\":\"\xFF\\u001b[2J\",\"zone_name\":\"" +
                       std::string(5000, 'z') + "\",\"hostname\":\"a\\u0000b\"");
  CHECK(one.Label(SessionLabel::kUser) == "\xEF\xBF\xBD\xEF\xBF\xBD[2J");
  CHECK(one.Label(SessionLabel::kDeploymentZone) == std::string(256, 'z'));
  CHECK(IsCleanText(one.Label(SessionLabel::kHost)));
}

}  // namespace
}  // namespace session_exporter
