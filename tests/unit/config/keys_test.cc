// Unknown keys, keys given twice, and the limits on complaints.
#include <string>
#include <vector>

#include "catch.h"
#include "config/wording.h"
#include "unit/config/config_fixture.h"

namespace session_exporter::testing {
namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view kTargetKeys =
    "name, backend, timeout, stale_after, max_sessions, max_response_bytes, max_pages, group_by, "
    "group_limit, info_labels, per_session, http, url, api_key, api_key_file, idle_after, mode, "
    "regions, filters";

TEST_CASE("an unknown key is told with what is accepted, at each level", "[config]") {
  const std::string target_keys(kTargetKeys);
  struct Row {
    std::string text;
    std::string error;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"target: []\n" + TargetWith(""),
       "c.yaml:1:1: target: unknown key (did you mean \"targets\"?); accepted here: scrape, "
       "labels, "
       "targets"},
      {"scrape: {time_out: 5s}\n" + TargetWith(""),
       "c.yaml:1:10: scrape.time_out: unknown key (did you mean \"timeout\"?); accepted here: "
       "timeout, min_interval, max_concurrency"},
      {"labels:\n  nothing_like_it: drop\n" + TargetWith(""),
       "c.yaml:2:3: labels.nothing_like_it: unknown key; accepted here: user, image, host, "
       "deployment_zone, document, role, access_type, login_type, client_ip, shared, image_id, "
       "port, "
       "hash_key, hash_key_file"},
      {TargetWith("    ulr: https://h\n"),
       "c.yaml:6:5: targets[0].ulr: unknown key (did you mean \"url\"?); accepted here: " +
           target_keys},
      {TargetWith("    maxSessions: 5\n"),
       "c.yaml:6:5: targets[0].maxSessions: unknown key (did you mean \"max_sessions\"?); accepted "
       "here: " +
           target_keys},
      {TargetWith("    per_session:\n      limits: 5\n"),
       "c.yaml:7:7: targets[0].per_session.limits: unknown key (did you mean \"limit\"?); accepted "
       "here: enabled, limit"},
      {TargetWith("    http: {proxy: x}\n"),
       "c.yaml:6:12: targets[0].http.proxy: unknown key; accepted here: tls_config, proxy_url, "
       "headers"},
      {TargetWith("    http: {tls_config: {cafile: x}}\n"),
       "c.yaml:6:25: targets[0].http.tls_config.cafile: unknown key (did you mean \"ca_file\"?); "
       "accepted here: ca_file, cert_file, key_file, server_name, insecure_skip_verify"},
      // FakeFormat does not finish the sections of its own list; their parent does.
      {TargetWith("    filters:\n      - {key: a, values: b}\n"),
       "c.yaml:7:18: targets[0].filters[0].values: unknown key (did you mean \"value\"?); accepted "
       "here: key, value"},
      {TargetWith("    \"a b\\e\\n\": 1\n"),
       "c.yaml:6:5: targets[0].\"a b\xEF\xBF\xBD \": unknown key; accepted here: " + target_keys},
  }));
  CAPTURE(row.text);
  CHECK(ErrorsOf(row.text) == Lines{row.error});
}

TEST_CASE("a key given twice is told at each level with its first line", "[config]") {
  struct Row {
    std::string text;
    std::string error;
  };
  const auto row = GENERATE(values<Row>({
      {TargetWith("") + "targets: []\n",
       "c.yaml:6:1: targets: the key is given twice, first on line 1"},
      {"scrape: {timeout: 1s, timeout: 2s}\n" + TargetWith(""),
       "c.yaml:1:23: scrape.timeout: the key is given twice, first on line 1"},
      {"labels:\n  user: keep\n  user: drop\n" + TargetWith(""),
       "c.yaml:3:3: labels.user: the key is given twice, first on line 2"},
      {TargetWith("    \"url\": https://other\n"),
       "c.yaml:6:5: targets[0].url: the key is given twice, first on line 4"},
      {TargetWith("    http:\n      tls_config:\n        ca_file:\n        ca_file:\n"),
       "c.yaml:9:9: targets[0].http.tls_config.ca_file: the key is given twice, first on line 8"},
      {TargetWith("    http: {headers: {A: 1, A: 2}}\n"),
       "c.yaml:6:28: targets[0].http.headers.A: the key is given twice, first on line 6"},
      {TargetWith("    filters: [{key: a}, {key: b, key: c}]\n"),
       "c.yaml:6:34: targets[0].filters[1].key: the key is given twice, first on line 6"},
      {TargetWith("    <<: {mode: basic}\n    <<: {mode: basic}\n"),
       "c.yaml:7:5: targets[0].\"<<\": the key is given twice, first on line 6"},
  }));
  CAPTURE(row.text);
  CHECK(ErrorsOf(row.text) == Lines{row.error});
}

TEST_CASE("a key given twice is found where nothing is read", "[config]") {
  const Lines lines = ErrorsOf("other: {x: [{a: 1, a: 2}]}\n" + TargetWith(""));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].starts_with("c.yaml:1:1: other: unknown key"));
  CHECK(lines[1] == "c.yaml:1:20: other.x[0].a: the key is given twice, first on line 1");
}

TEST_CASE("errors are told in the order of their places", "[config]") {
  ConfigErrors errors("f");
  errors.Add({2, 1}, "b", "second");
  errors.Add({10, 1}, "d", "fourth");
  errors.Add({2, 5}, "c", "third");
  errors.Add({}, "", "first");
  errors.Add({2, 5}, "", "third and a half");
  CHECK(errors.Lines() == Lines{"f: first", "f:2:1: b: second", "f:2:5: c: third",
                                "f:2:5: third and a half", "f:10:1: d: fourth"});
}

TEST_CASE("beyond a thousand, errors are only counted", "[config]") {
  std::string text = TargetWith("");
  for (int i = 0; i < 1500; ++i) text += "x" + std::to_string(i) + ": 1\n";
  const Lines lines = ErrorsOf(text);
  REQUIRE(lines.size() == 1001);
  CHECK(lines.back() == "c.yaml: 500 more errors");
}

TEST_CASE("only a near miss gets a suggestion", "[config]") {
  const std::vector<std::string_view> words = {"url", "timeout", "max_sessions", "http"};
  CHECK(Suggestion("ulr", words) == " (did you mean \"url\"?)");
  CHECK(Suggestion("timeuot", words) == " (did you mean \"timeout\"?)");
  CHECK(Suggestion("max-sesions", words) == " (did you mean \"max_sessions\"?)");
  CHECK(Suggestion("htp", words) == " (did you mean \"http\"?)");
  CHECK(Suggestion("port", words).empty());
  CHECK(Suggestion("", words).empty());
  CHECK(Suggestion(std::string(1000, 'u'), words).empty());
}

}  // namespace
}  // namespace session_exporter::testing
