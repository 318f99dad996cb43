// When a reload may keep a target as it is.
#include <string>

#include "catch.h"
#include "unit/config/config_fixture.h"

namespace session_exporter::testing {
namespace {

TargetConfig TargetOf(const std::string& text, const Variables& variables = {},
                      const std::string& folder = {}) {
  return Accept(text, variables, folder).targets.at(0);
}

TEST_CASE("the same text is the same target", "[equality]") {
  const std::string text = TargetWith(
      "    timeout: 3s\n    regions: [x]\n    http: {headers: {A: b}, proxy_url: 'http://p'}\n");
  CHECK(TargetOf(text) == TargetOf(text));
  // However it is written, and whatever else the file holds.
  CHECK(TargetOf("# a comment\n" + TargetWith("    timeout: 60s\n") +
                 "scrape: {timeout: 1m, min_interval: 5s}\n") ==
        TargetOf("scrape: {timeout: 1m}\n" + TargetWith("    timeout: 1m\n")));
}

TEST_CASE("a default that is written out changes nothing", "[equality]") {
  CHECK(TargetOf(TargetWith("")) ==
        TargetOf(TargetWith("    stale_after: 1h\n    mode: body\n    idle_after: 5m\n")));
}

TEST_CASE("any other value is another target", "[equality]") {
  const std::string more = GENERATE(
      as<std::string>(), "    timeout: 2s\n", "    stale_after: 2h\n", "    max_sessions: 7\n",
      "    max_response_bytes: 2048\n", "    max_pages: 7\n", "    group_by: [user]\n",
      "    group_limit: 7\n", "    info_labels: [port]\n", "    per_session: {enabled: false}\n",
      "    per_session: {limit: 7}\n", "    http: {headers: {A: b}}\n",
      "    http: {proxy_url: 'http://user:secret@proxy'}\n",
      "    http: {tls_config: {server_name: x}}\n",
      "    http: {tls_config: {insecure_skip_verify: true}}\n", "    idle_after: 7m\n",
      "    mode: basic\n", "    regions: [x]\n");
  CAPTURE(more);
  const bool equal = TargetOf(TargetWith("")) == TargetOf(TargetWith(more));
  CHECK(!equal);
}

TEST_CASE("another secret is another target, wherever it stands", "[equality][secrets]") {
  const std::string text =
      "targets:\n  - {name: a, backend: fake, url: https://h, api_key: '${KEY}', http: "
      "{headers: {A: '${HEADER}'}, proxy_url: 'http://u:${PROXY}@p'}}\n";
  const Variables variables = {{"KEY", "k1"}, {"HEADER", "h1"}, {"PROXY", "p1"}};
  const TargetConfig before = TargetOf(text, variables);
  CHECK(before == TargetOf(text, variables));
  for (const auto& [name, value] : variables) {
    CAPTURE(name);
    Variables changed = variables;
    changed[name] = "other";
    const bool equal = before == TargetOf(text, changed);
    CHECK(!equal);
  }
}

TEST_CASE("a secret file is the same while its path is, whatever it holds", "[equality][secrets]") {
  const TemporaryFolder folder;
  const auto target = [&](const std::string& key) {
    return TargetOf("targets: [{name: a, backend: fake, url: https://h, " + key + "}]\n", {},
                    folder.path());
  };
  folder.Write("one", "first");
  folder.Write("two", "first");
  const TargetConfig before = target("api_key_file: one");
  folder.Write("one", "second");  // read again by itself, without a reload
  CHECK(before == target("api_key_file: one"));
  const bool other_file = before == target("api_key_file: two");
  CHECK(!other_file);
  const bool value = before == target("api_key: first");
  CHECK(!value);
}

TEST_CASE("targets of different backends are different", "[equality]") {
  TargetConfig fake = TargetOf(TargetWith(""));
  TargetConfig bare = TargetOf("targets: [{name: a, backend: bare}]\n");
  CHECK(bare == bare);
  bare.backend = fake.backend;
  bare.group_by = fake.group_by;
  const bool equal = fake == bare || bare == fake;
  CHECK(!equal);
}

TEST_CASE("label policies compare with their key", "[equality]") {
  const auto labels = [](const std::string& section) {
    return Accept("labels: {" + section + "}\n" + TargetWith("")).labels;
  };
  CHECK(labels("user: hash, hash_key: k") == labels("user: hash, hash_key: k"));
  const LabelsConfig before = labels("user: hash, hash_key: k");
  for (const std::string other :
       {"user: hash, hash_key: j", "user: hash", "user: drop, hash_key: k",
        "user: hash, host: drop, hash_key: k"}) {
    CAPTURE(other);
    const bool equal = before == labels(other);
    CHECK(!equal);
  }
}

}  // namespace
}  // namespace session_exporter::testing
