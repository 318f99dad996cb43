// What /config shows.
#include <string>

#include "catch.h"
#include "unit/config/config_fixture.h"

namespace session_exporter::testing {
namespace {

std::string InForceOf(const std::string& text, const Variables& variables = {},
                      const std::string& folder = {}) {
  return Accept(text, variables, folder).in_force;
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("every default is filled in, in the order of the reference", "[in_force]") {
  CHECK(InForceOf(TargetWith("")) ==
        "scrape:\n"
        "  timeout: 10s\n"
        "  min_interval: 0s\n"
        "  max_concurrency: 64\n"
        "labels:\n"
        "  user: keep\n"
        "  image: keep\n"
        "  host: keep\n"
        "  deployment_zone: keep\n"
        "  document: keep\n"
        "  role: keep\n"
        "  access_type: keep\n"
        "  login_type: keep\n"
        "  client_ip: drop\n"
        "  shared: keep\n"
        "  image_id: keep\n"
        "  port: keep\n"
        "targets:\n"
        "  - name: a\n"
        "    backend: fake\n"
        "    timeout: 10s\n"
        "    stale_after: 1h\n"
        "    max_sessions: 50000\n"
        "    max_response_bytes: 67108864\n"
        "    max_pages: 1000\n"
        "    group_by: [image, host]\n"
        "    group_limit: 50\n"
        "    info_labels: []\n"
        "    per_session:\n"
        "      enabled: true\n"
        "      limit: 1000\n"
        "    http:\n"
        "      tls_config:\n"
        "        ca_file:\n"
        "        cert_file:\n"
        "        key_file:\n"
        "        server_name:\n"
        "        insecure_skip_verify: false\n"
        "      headers: {}\n"
        "    url: https://h\n"
        "    api_key: <secret>\n"
        "    idle_after: 5m\n"
        "    mode: body\n"
        "    regions: []\n");
}

TEST_CASE("what is in force reads back as the same", "[in_force]") {
  const std::string text =
      "scrape: {timeout: 1m, min_interval: 1500ms}\n"
      "labels: {user: hash, host: drop, hash_key: k}\n" +
      TargetWith(
          "    timeout: 90s\n"  // longer than scrape.timeout: not what is in force
          "    group_by: [user]\n"
          "    per_session: {enabled: false}\n"
          "    regions: [eu-west-1, 'true', '1', us-east-1]\n"
          "    filters: [{key: k, value: \"it's\"}, {key: 'x: y', value: '#c, [d]'},\n"
          "              {key: \"q\\\"\\\\ \\u00e9\", value: 'null'}, {key: '<<'}]\n"
          "    http: {headers: {X-A: one, 'true': two}}\n");
  const std::string once = InForceOf(text);
  CHECK(InForceOf(once) == once);
  CHECK(FakeOf(Accept(once).targets[0]).regions == FakeOf(Accept(text).targets[0]).regions);
  CHECK(Contains(once, "    timeout: 1m\n"));
  CHECK(Contains(once, "      headers: {X-A: <secret>, \"true\": <secret>}\n"));
  CHECK(Contains(once, "  hash_key: <secret>\n"));
  CHECK(Contains(once,
                 "    filters:\n"
                 "      - key: k\n"
                 "        value: \"it's\"\n"
                 "      - key: \"x: y\"\n"
                 "        value: \"#c, [d]\"\n"
                 "      - key: \"q\\\"\\\\ \u00e9\"\n"
                 "        value: \"null\"\n"
                 "      - key: \"<<\"\n"
                 "        value:\n"));
}

TEST_CASE("secrets are hidden wherever they stand, and however they are given",
          "[in_force][secrets]") {
  const TemporaryFolder folder;
  folder.Write("key", "CANARY-FILE");
  const std::string shown = InForceOf(
      "labels: {user: hash, hash_key: CANARY-HASH}\n"
      "targets:\n"
      "  - {name: a, backend: fake, url: https://h, api_key: CANARY-VALUE,\n"
      "     http: {headers: {Authorization: CANARY-HEADER, X: '${NAME}'},\n"
      "            proxy_url: 'socks5://user:CANARY-PROXY@p:1'}}\n"
      "  - {name: b, backend: fake, url: https://h, api_key: '${NAME}'}\n"
      "  - {name: c, backend: fake, url: https://h, api_key_file: key}\n",
      {{"NAME", "CANARY-VARIABLE"}}, folder.path());
  CHECK(!Contains(shown, "CANARY"));
  CHECK(!Contains(shown, "NAME"));
  CHECK(Contains(shown, "      proxy_url: <secret>\n"));
  CHECK(Contains(shown, "    api_key_file: " + folder.At("key") + "\n"));
}

TEST_CASE("what a variable holds is not shown, but where it is used", "[in_force][secrets]") {
  const TemporaryFolder folder;
  folder.Write("key", "k");
  const std::string shown = InForceOf(
      "scrape: {timeout: '${TIMEOUT}', max_concurrency: '${COUNT}'}\n"
      "targets:\n"
      "  - {name: a, backend: fake, url: 'https://${HOST}/x', api_key_file: '${FOLDER}/key',\n"
      "     mode: '${MODE}', regions: ['${REGION}', plain], per_session: {enabled: '${FLAG}'},\n"
      "     http: {tls_config: {server_name: 'cost $$5 $${X}'}}}\n",
      {{"TIMEOUT", "77s"},
       {"COUNT", "77"},
       {"HOST", "canary.example"},
       {"FOLDER", folder.path()},
       {"MODE", "basic"},
       {"REGION", "canary-region"},
       {"FLAG", "false"}});
  for (const std::string part :
       {"  timeout: \"${TIMEOUT}\"\n", "  max_concurrency: \"${COUNT}\"\n",
        "    url: \"https://${HOST}/x\"\n", "    api_key_file: \"${FOLDER}/key\"\n",
        "    mode: \"${MODE}\"\n", "    regions: [\"${REGION}\", plain]\n",
        "      enabled: \"${FLAG}\"\n", "        server_name: \"cost $$5 $${X}\"\n"}) {
    INFO(part << " in\n" << shown);
    CHECK(Contains(shown, part));
  }
  for (const std::string& value : {std::string("canary"), std::string("basic"), folder.path()}) {
    INFO(value << " in\n" << shown);
    CHECK(!Contains(shown, value));
  }
}

}  // namespace
}  // namespace session_exporter::testing
