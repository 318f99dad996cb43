// What is common to the targets of all backends.
#include <string>
#include <vector>

#include "catch.h"
#include "unit/config/config_fixture.h"

namespace session_exporter::testing {
namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view kTargets =
    "; expected a list of targets, each with name, backend and the backend's own keys";
constexpr std::string_view kName =
    "expected a name of letters, digits and _.:/- that begins with a letter or digit, at most 128 "
    "long";

TEST_CASE("a target that says the least has every default", "[config]") {
  const Configuration configuration = Accept(TargetWith(""));
  REQUIRE(configuration.targets.size() == 1);
  CHECK(configuration.warnings.empty());
  const TargetConfig& target = configuration.targets[0];
  CHECK(target.name == "a");
  CHECK(target.backend == "fake");
  CHECK(target.timeout == std::chrono::seconds(10));
  CHECK(target.stale_after == std::chrono::hours(1));
  CHECK(target.max_sessions == 50'000);
  CHECK(target.max_response_bytes == 67'108'864);
  CHECK(target.max_pages == 1000);
  CHECK(target.group_by == Lines{"image", "host"});
  CHECK(target.group_limit == 50);
  CHECK(target.info_labels.empty());
  CHECK(target.per_session.enabled);
  CHECK(target.per_session.limit == 1000);
  CHECK(target.http.ca_file.empty());
  CHECK(target.http.cert_file.empty());
  CHECK(target.http.key_file.empty());
  CHECK(target.http.server_name.empty());
  CHECK_FALSE(target.http.insecure_skip_verify);
  CHECK(target.http.proxy_url.empty());
  CHECK(target.http.headers.empty());
  CHECK(FakeOf(target).idle_after == std::chrono::minutes(5));
}

TEST_CASE("a key without a value counts as missing", "[config]") {
  const Configuration configuration = Accept(
      "scrape:\nlabels: ~\n" +
      TargetWith("    timeout:\n    max_sessions: null\n    group_by:\n    info_labels:\n"
                 "    per_session: {enabled: , limit: }\n    filters:\n    api_key_file:\n"
                 "    http:\n      tls_config: {ca_file: , cert_file: , key_file: , server_name: , "
                 "insecure_skip_verify: }\n      proxy_url:\n      headers: {X-A: }\n"));
  const TargetConfig& target = configuration.targets.at(0);
  CHECK(target.max_sessions == 50'000);
  CHECK(target.group_by == Lines{"image", "host"});
  CHECK(target.per_session.enabled);
  CHECK(target.http.headers.empty());
}

TEST_CASE("what a target says is what it has", "[config]") {
  const TargetConfig target =
      Accept(TargetWith("    timeout: 5s\n    stale_after: 2h\n    max_sessions: 10000000\n"
                        "    max_response_bytes: 1073741824\n    max_pages: 1\n    group_by: []\n"
                        "    group_limit: 10000\n    info_labels: [port]\n"
                        "    per_session: {enabled: false, limit: 0}\n    mode: basic\n"))
          .targets.at(0);
  CHECK(target.timeout == std::chrono::seconds(5));
  CHECK(target.stale_after == std::chrono::hours(2));
  CHECK(target.max_sessions == 10'000'000);
  CHECK(target.max_response_bytes == 1'073'741'824);
  CHECK(target.max_pages == 1);
  CHECK(target.group_by.empty());
  CHECK(target.group_limit == 10'000);
  CHECK(target.info_labels == Lines{"port"});
  CHECK_FALSE(target.per_session.enabled);
  CHECK(target.per_session.limit == 0);
  CHECK(FakeOf(target).mode == "basic");
}

TEST_CASE("a file without targets is refused", "[config]") {
  const std::string accepted(kTargets);
  CHECK(ErrorsOf("scrape: {}\n") == Lines{"c.yaml:1:1: targets: missing" + accepted});
  CHECK(ErrorsOf("{}\n") == Lines{"c.yaml:1:1: targets: missing" + accepted});
  CHECK(ErrorsOf("targets:\n") == Lines{"c.yaml:1:1: targets: missing" + accepted});
  CHECK(ErrorsOf("targets: []\n") == Lines{"c.yaml:1:10: targets: is empty" + accepted});
  CHECK(ErrorsOf("targets: {name: a}\n") ==
        Lines{"c.yaml:1:10: targets: expected a list of mappings, not a mapping"});
  CHECK(ErrorsOf("targets: [a, ~]\n") ==
        Lines{"c.yaml:1:11: targets[0]: expected a mapping, not text",
              "c.yaml:1:14: targets[1]: expected a mapping, not null"});
}

TEST_CASE("names are words that fit into a URL", "[config]") {
  for (const std::string& name :
       {std::string("0"), std::string("A-b_c.d:e/f"), std::string(128, 'x')}) {
    CHECK(Accept("targets: [{name: " + name + ", backend: bare}]\n").targets.at(0).name == name);
  }
  for (const std::string& name :
       {std::string("-a"), std::string(".a"), std::string("a b"), std::string("\xC3\xBC"),
        std::string("a\\"), std::string(129, 'x')}) {
    CAPTURE(name);
    CHECK(ErrorsOf("targets: [{backend: bare, name: " + name + "}]\n") ==
          Lines{"c.yaml:1:33: targets[0].name: " + std::string(kName)});
  }
}

TEST_CASE("the names of targets are distinct", "[config]") {
  CHECK(ErrorsOf("targets:\n  - {name: a, backend: bare}\n  - {name: b, backend: bare}\n"
                 "  - {name: a, backend: bare}\n  - {name: a, backend: bare}\n") ==
        Lines{"c.yaml:4:12: targets[2].name: \"a\" is already the name of targets[0]; expected "
              "another",
              "c.yaml:5:12: targets[3].name: \"a\" is already the name of targets[0]; expected "
              "another"});
}

TEST_CASE("a target that stands for several has distinct names for them", "[config]") {
  const Configuration configuration = Accept(TargetWith("    regions: [eu, us]\n"));
  REQUIRE(configuration.targets.size() == 2);
  CHECK(configuration.targets[0].name == "a/eu");
  CHECK(configuration.targets[1].name == "a/us");
  CHECK(
      ErrorsOf(TargetWith("    regions: [eu, eu, e u]\n") + "  - {name: a/eu, backend: bare}\n") ==
      Lines{"c.yaml:2:11: targets[0].name: \"a/eu\" is already the name of targets[0]; expected "
            "another",
            "c.yaml:2:11: targets[0].name: expands to \"a/e u\"; " + std::string(kName),
            "c.yaml:7:12: targets[1].name: \"a/eu\" is already the name of targets[0]; expected "
            "another"});
}

TEST_CASE("without a name or a backend the rest is checked all the same", "[config]") {
  const Lines lines = ErrorsOf(
      "targets:\n"
      "  - backend: fake\n"
      "    url: nowhere\n"
      "    timeout: soon\n"
      "  - name: b\n"
      "    key_of_no_backend: 1\n"
      "    max_pages: -3\n"
      "    group_by: [anything]\n"
      "  - name: c\n"
      "    backend: fakee\n"
      "    http: {tls: 1}\n"
      "  - name: d\n"
      "    backend: bare\n"
      "    unknown: 1\n");
  REQUIRE(lines.size() == 10);
  CHECK(lines[0] == "c.yaml:2:5: targets[0].name: missing; expected text");
  CHECK(lines[1] == "c.yaml:2:5: targets[0].api_key: missing; expected api_key or api_key_file");
  CHECK(lines[2] ==
        "c.yaml:3:10: targets[0].url: no URL; expected https://HOST[:PORT][/PATH] or http://...");
  CHECK(lines[3].starts_with("c.yaml:4:14: targets[0].timeout: expected a duration"));
  CHECK(lines[4] == "c.yaml:5:5: targets[1].backend: missing; expected one of bare, fake");
  CHECK(lines[5] == "c.yaml:6:5: targets[1].key_of_no_backend: unknown key, whatever the backend");
  CHECK(lines[6].starts_with("c.yaml:7:16: targets[1].max_pages: expected an integer"));
  CHECK(lines[7] ==
        "c.yaml:10:14: targets[2].backend: expected one of bare, fake, not \"fakee\" (did you mean "
        "\"fake\"?)");
  CHECK(lines[8].starts_with("c.yaml:11:12: targets[2].http.tls: unknown key"));
  CHECK(
      lines[9].starts_with("c.yaml:14:5: targets[3].unknown: unknown key; accepted here: name, "));
}

TEST_CASE("an unknown backend hides neither an unknown key nor a name given twice", "[config]") {
  CHECK(ErrorsOf("targets:\n"
                 "  - {name: k, backend: nope, foo: 1, modes: basic}\n"
                 "  - {name: k, backend: bare}\n") ==
        Lines{"c.yaml:2:24: targets[0].backend: expected one of bare, fake, not \"nope\"",
              "c.yaml:2:30: targets[0].foo: unknown key, whatever the backend",
              "c.yaml:2:38: targets[0].modes: unknown key (did you mean \"mode\"?), whatever the "
              "backend",
              "c.yaml:3:12: targets[1].name: \"k\" is already the name of targets[0]; expected "
              "another"});
}

TEST_CASE("with an unknown backend the keys that some backend takes are not judged", "[config]") {
  CHECK(ErrorsOf("targets:\n"
                 "  - {name: k, backend: nope, url: x, api_key_file: /nonexistent, mode: 1,\n"
                 "     group_by: [x], info_labels: [x], filters: [{x: 1}]}\n") ==
        Lines{"c.yaml:2:24: targets[0].backend: expected one of bare, fake, not \"nope\""});
}

TEST_CASE("the longest time of a scrape bounds that of a target", "[config]") {
  const Configuration longer = Accept("scrape: {timeout: 20s}\n" + TargetWith("    timeout: 1m\n"));
  CHECK(longer.targets.at(0).timeout == std::chrono::seconds(20));
  CHECK(longer.warnings ==
        Lines{"c.yaml:7:14: targets[0].timeout: longer than scrape.timeout; 20s is used"});
  const Configuration same = Accept("scrape: {timeout: 20s}\n" + TargetWith(""));
  CHECK(same.targets.at(0).timeout == std::chrono::seconds(20));
  CHECK(same.warnings.empty());
}

TEST_CASE("a list that may name nothing takes an empty one only", "[config]") {
  CHECK(Accept("targets: [{name: a, backend: bare, group_by: []}]\n").targets.size() == 1);
  CHECK(ErrorsOf("targets: [{name: a, backend: bare, group_by: [image]}]\n") ==
        Lines{"c.yaml:1:47: targets[0].group_by[0]: expected an empty list; nothing can be chosen "
              "here, not \"image\""});
}

}  // namespace
}  // namespace session_exporter::testing
