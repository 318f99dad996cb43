// Types and ranges of values, and ${NAME} in them.
#include <string>
#include <vector>

#include "catch.h"
#include "unit/config/config_fixture.h"

namespace session_exporter::testing {
namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view kDuration =
    " (such as 500ms, 30s or 1h30m, with the units y, w, d, h, m, s, ms), not ";

TEST_CASE("a value of a wrong type or out of range is told with what is accepted", "[config]") {
  const std::string duration(kDuration);
  const std::string count = "expected an integer from 1 to 10000000, not ";
  const std::string dimension = "expected a list out of image, user, host, not ";
  struct Row {
    std::string line;
    std::string error;  // after `c.yaml:6:`
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"max_sessions: many", "19: targets[0].max_sessions: " + count + "\"many\""},
      {"max_sessions: 0", "19: targets[0].max_sessions: " + count + "\"0\""},
      {"max_sessions: -1", "19: targets[0].max_sessions: " + count + "\"-1\""},
      {"max_sessions: +1", "19: targets[0].max_sessions: " + count + "\"+1\""},
      {"max_sessions: 10000001", "19: targets[0].max_sessions: " + count + "\"10000001\""},
      {"max_sessions: 99999999999999999999",
       "19: targets[0].max_sessions: " + count + "\"99999999999999999999\""},
      {"max_sessions: 1.5", "19: targets[0].max_sessions: " + count + "\"1.5\""},
      {"max_sessions: 1e3", "19: targets[0].max_sessions: " + count + "\"1e3\""},
      {"max_sessions: 0x10", "19: targets[0].max_sessions: " + count + "\"0x10\""},
      {"max_sessions: 1_000", "19: targets[0].max_sessions: " + count + "\"1_000\""},
      {"max_sessions: '5'",
       "19: targets[0].max_sessions: " + count + "the text \"5\", which has quotes"},
      {"max_sessions: [5]", "19: targets[0].max_sessions: " + count + "a list"},
      {"max_sessions: {}", "19: targets[0].max_sessions: " + count + "a mapping"},
      {"max_pages: 0",
       "16: targets[0].max_pages: expected an integer from 1 to 1000000, not \"0\""},
      {"max_response_bytes: 1023",
       "25: targets[0].max_response_bytes: expected an integer from "
       "1024 to 1073741824, not \"1023\""},
      {"group_limit: 10001",
       "18: targets[0].group_limit: expected an integer from 1 to 10000, not \"10001\""},
      {"per_session: {limit: 1000001}",
       "26: targets[0].per_session.limit: expected an integer from "
       "0 to 1000000, not \"1000001\""},
      {"per_session: {enabled: yes}",
       "28: targets[0].per_session.enabled: expected true or false, not \"yes\""},
      {"per_session: {enabled: 'true'}",
       "28: targets[0].per_session.enabled: expected true or "
       "false, not the text \"true\", which has quotes"},
      {"per_session: true", "18: targets[0].per_session: expected a mapping, not text"},
      {"per_session: []", "18: targets[0].per_session: expected a mapping, not a list"},
      {"timeout: 5",
       "14: targets[0].timeout: expected a duration from 1ms to 1h" + duration + "\"5\""},
      {"timeout: 0", "14: targets[0].timeout: expected a duration from 1ms to 1h, not \"0\""},
      {"timeout: 1h1ms",
       "14: targets[0].timeout: expected a duration from 1ms to 1h, not \"1h1ms\""},
      {"timeout: []", "14: targets[0].timeout: expected a duration from 1ms to 1h, not a list"},
      {"stale_after: soon",
       "18: targets[0].stale_after: expected a duration from 1ms to 3650d" + duration + "\"soon\""},
      {"mode: bodi",
       "11: targets[0].mode: expected one of body, basic, not \"bodi\" (did you mean "
       "\"body\"?)"},
      {"mode: ''", "11: targets[0].mode: expected one of body, basic, not \"\""},
      {"mode: [body]", "11: targets[0].mode: expected one of body, basic, not a list"},
      {"group_by: image",
       "15: targets[0].group_by: expected a list out of image, user, host, not "
       "text"},
      {"group_by: [image, hots]",
       "23: targets[0].group_by[1]: " + dimension + "\"hots\" (did you mean \"host\"?)"},
      {"group_by: [image, image]", "23: targets[0].group_by[1]: \"image\" is listed twice"},
      {"group_by: [[image]]", "16: targets[0].group_by[0]: " + dimension + "a list"},
      {"group_by: [~]", "16: targets[0].group_by[0]: " + dimension + "null"},
      {"regions: a", "14: targets[0].regions: expected a list of texts, such as [a, b], not text"},
      {"regions: [a, {}]", "18: targets[0].regions[1]: expected text, not a mapping"},
      {"regions: [a, '']", "18: targets[0].regions[1]: expected text, not \"\""},
      {"filters: {}", "14: targets[0].filters: expected a list of mappings, not a mapping"},
      {"filters: [a]", "15: targets[0].filters[0]: expected a mapping, not text"},
      {"filters: [{value: x}]", "15: targets[0].filters[0].key: missing; expected text"},
      {"filters: [{key: ''}]", "21: targets[0].filters[0].key: is empty; expected text"},
      {"filters: [{key: \"\\a\"}]",
       "21: targets[0].filters[0].key: expected UTF-8 text without "
       "control characters"},
      {"filters: [{key: \"\\0\"}]",
       "21: targets[0].filters[0].key: a NUL character is not accepted"},
  }));
  CAPTURE(row.line);
  CHECK(ErrorsOf(TargetWith("    " + row.line + "\n")) == Lines{"c.yaml:6:" + row.error});
}

TEST_CASE("long and strange values are cut and cleaned in messages", "[config]") {
  const Lines lines = ErrorsOf(TargetWith("    mode: \"" + std::string(100, 'x') + "\"\n" +
                                          "    idle_after: \"a\\e\\nb\"\n"));
  CHECK(lines == Lines{"c.yaml:6:11: targets[0].mode: expected one of body, basic, not \"" +
                           std::string(64, 'x') + "...\"",
                       "c.yaml:7:17: targets[0].idle_after: expected a duration from 1s to 1d" +
                           std::string(kDuration) + "\"a\xEF\xBF\xBD b\""});
}

TEST_CASE("variables are expanded in values before their type is looked at", "[config]") {
  const Variables variables = {{"NAME", "prod"},  {"URL", "https://kasm.example"},
                               {"KEY", "s3cret"}, {"TIME", "90s"},
                               {"LIMIT", "7"},    {"YES", "true"},
                               {"REGION", "eu"},  {"YAML", "{a: b} # [c"},
                               {"DIM", "user"},   {"DOLLAR", "$$x"}};
  const Configuration configuration = Accept(R"(
targets:
  - name: kasm-${NAME}
    backend: fake
    url: ${URL}/api
    api_key: ${KEY}
    idle_after: ${TIME}
    max_sessions: ${LIMIT}
    group_limit: "${LIMIT}0"
    regions: ["${REGION}-west-1"]   # ${NOT_EXPANDED}
    group_by: ["${DIM}"]
    filters: [{key: "${YAML}", value: "$${YAML}"}]
    per_session: {enabled: "${YES}"}
    http: {headers: {X-A: "${DOLLAR}$$"}}
)",
                                             variables);
  const TargetConfig& target = configuration.targets.at(0);
  CHECK(target.name == "kasm-prod");
  CHECK(FakeOf(target).url == "https://kasm.example/api");
  CHECK(FakeOf(target).api_key.Read()->Reveal() == "s3cret");
  CHECK(FakeOf(target).idle_after == std::chrono::seconds(90));
  CHECK(target.max_sessions == 7);
  CHECK(target.group_limit == 70);
  CHECK(FakeOf(target).regions == Lines{"eu-west-1"});
  CHECK(target.group_by == Lines{"user"});
  CHECK(target.per_session.enabled);
  CHECK(target.http.headers.at(0).second.Reveal() == "$$x$");
}

TEST_CASE("a key is not expanded", "[config]") {
  const Lines lines = ErrorsOf(TargetWith("    ${MODE}: body\n"), {{"MODE", "mode"}});
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].starts_with("c.yaml:6:5: targets[0].\"${MODE}\": unknown key; accepted here: "));
}

TEST_CASE("each variable that is not set is one error, also where nobody reads", "[config]") {
  const Lines lines = ErrorsOf(
      "scrape: {timeout: \"${T}\"}\n"
      "targets:\n"
      "  - name: ${N}\n"
      "    backend: ${B}\n"
      "    url: https://${H}:${P}\n"
      "    api_key: a${b\n"
      "    group_by: [\"${G}\", image]\n"
      "    other: ${O}\n");
  CHECK(lines == Lines{
                     "c.yaml:1:19: scrape.timeout: the environment variable T is not set",
                     "c.yaml:3:11: targets[0].name: the environment variable N is not set",
                     "c.yaml:4:14: targets[0].backend: the environment variable B is not set",
                     "c.yaml:5:10: targets[0].url: the environment variable H is not set",
                     "c.yaml:5:10: targets[0].url: the environment variable P is not set",
                     "c.yaml:6:14: targets[0].api_key: \"${\" without \"}\"; write $$ for a dollar "
                     "sign",
                     "c.yaml:7:16: targets[0].group_by[0]: the environment variable G is not set",
                     "c.yaml:8:5: targets[0].other: unknown key, whatever the backend",
                     "c.yaml:8:12: targets[0].other: the environment variable O is not set",
                 });
}

TEST_CASE("a variable's value is not shown when it is wrong", "[config]") {
  const Lines lines =
      ErrorsOf(TargetWith("    max_sessions: ${V}\n    mode: x${V}\n    idle_after: ${V}\n"
                          "    per_session: {enabled: \"${V}\"}\n"),
               {{"V", "hunter2"}});
  CHECK(lines ==
        Lines{"c.yaml:6:19: targets[0].max_sessions: expected an integer from 1 to 10000000, but "
              "\"${V}\" is set to something else",
              "c.yaml:7:11: targets[0].mode: expected one of body, basic, but \"x${V}\" is set to "
              "something else",
              "c.yaml:8:17: targets[0].idle_after: expected a duration from 1s to 1d (such as "
              "500ms, 30s or 1h30m, with the units y, w, d, h, m, s, ms), but \"${V}\" is set to "
              "something else",
              "c.yaml:9:28: targets[0].per_session.enabled: expected true or false, but \"${V}\" "
              "is set to something else"});
}

}  // namespace
}  // namespace session_exporter::testing
