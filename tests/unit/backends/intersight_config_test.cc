#include "backends/intersight/intersight_config.h"

#include <string>
#include <string_view>
#include <vector>

#include "backends/registry.h"
#include "catch.h"
#include "config/loader.h"

namespace session_exporter {
namespace {

// A target with these keys, one a line; files are named relative to the fixtures.
tl::expected<Configuration, ConfigErrors> Parse(std::string_view keys) {
  std::string text = "targets:\n  - name: i\n    backend: intersight\n";
  for (std::size_t at = 0; at < keys.size();) {
    const std::size_t end = std::min(keys.find('\n', at), keys.size());
    text += "    " + std::string(keys.substr(at, end - at)) + "\n";
    at = end + 1;
  }
  const auto backends = AllBackends();
  const std::vector<const TargetFormat*> formats(backends.begin(), backends.end());
  return ParseConfiguration(text, SESSION_EXPORTER_FIXTURES "/c.yaml", formats,
                            [](const std::string&) { return std::nullopt; });
}

std::vector<std::string> Errors(std::string_view keys) {
  const auto parsed = Parse(keys);
  return parsed ? std::vector<std::string>() : parsed.error().Lines();
}

constexpr std::string_view kKey = "api_key_id: a/b/c\nsecret_key_file: intersight/v2_rsa.pem\n";

TEST_CASE("a target needs only its credentials", "[intersight_config]") {
  const auto parsed = Parse(kKey);
  REQUIRE(parsed);
  const TargetConfig& target = parsed->targets.at(0);
  const auto& config = dynamic_cast<const IntersightConfig&>(*target.backend_config);
  CHECK(config.url == "https://intersight.com");
  CHECK(config.api_key_id == "a/b/c");
  CHECK(config.client_id.empty());
  CHECK(config.filter.empty());
  CHECK(config.page_size == 1000);
  CHECK(config.session_limits);
  CHECK(target.group_by == std::vector<std::string>{"role", "login_type"});
}

TEST_CASE("every option is taken", "[intersight_config]") {
  const auto parsed = Parse(R"(url: https://appliance.example:8443/
oauth2: {client_id: id, client_secret: hidden}
filter: "Status eq 'Active'"
page_size: 50
session_limits: false
group_by: [user]
info_labels: [account_moid, domain_group_moid, last_login_client, shared_scope])");
  REQUIRE(parsed);
  const auto& config = dynamic_cast<const IntersightConfig&>(*parsed->targets.at(0).backend_config);
  CHECK(config.url == "https://appliance.example:8443");
  CHECK(config.client_id == "id");
  CHECK(config.client_secret.Read()->Reveal() == "hidden");
  CHECK(config.api_key_id.empty());
  CHECK(config.filter == "Status eq 'Active'");
  CHECK(config.page_size == 50);
  CHECK_FALSE(config.session_limits);
}

TEST_CASE("a key is read in each form, from a file or as a value", "[intersight_config]") {
  const std::string_view file =
      GENERATE(as<std::string_view>{}, "intersight/v3_ec_mislabelled.pem",
               "intersight/v3_ec_pkcs8.pem", "keys/ec_sec1.pem", "keys/rsa_pkcs8.pem");
  CHECK(Errors("api_key_id: a/b/c\nsecret_key_file: " + std::string(file)).empty());
}

struct ErrorCase {
  std::string_view keys;
  std::string_view error;  // one line of them
};

TEST_CASE("what is wrong is told at its place", "[intersight_config]") {
  const auto& c = GENERATE(values<ErrorCase>({
      {"page_size: 10", "targets[0].api_key_id: missing; expected api_key_id and secret_key_file"},
      {"api_key_id: a/b/c", "targets[0].secret_key: missing"},
      {"secret_key_file: intersight/v2_rsa.pem", "targets[0].api_key_id: missing"},
      {"api_key_id: a/b/c\nsecret_key_file: keys/rsa_public.pem",
       ":5:22: targets[0].secret_key_file: there is no private key in it"},
      {"api_key_id: a/b/c\nsecret_key_file: keys/refused_encrypted_pkcs8.pem",
       "targets[0].secret_key_file: the key is protected by a passphrase"},
      {"api_key_id: a/b/c\nsecret_key: nonsense",
       ":5:17: targets[0].secret_key: there is no private key in it"},
      {"api_key_id: a/b/c\nsecret_key_file: gone.pem", "targets[0].secret_key_file: the file"},
      {"api_key_id: 'a\"b'\nsecret_key_file: intersight/v2_rsa.pem",
       "targets[0].api_key_id: must be three ids"},
      {"oauth2: {client_id: x}", "targets[0].oauth2.client_secret: missing"},
      {"oauth2: {client_secret: x}", "targets[0].oauth2.client_id: missing"},
      {"oauth2: {client_id: x, client_secret: y, scope: z}", "scope"},
      {"api_key_id: a/b/c\nsecret_key_file: intersight/v2_rsa.pem\noauth2: {client_id: x, "
       "client_secret: y}",
       "targets[0].oauth2: is given beside an API key"},
      {"page_size: 1001", "targets[0].page_size: "},
      {"page_size: 0", "targets[0].page_size: "},
      {"url: ftp://x", "targets[0].url: "},
      {"group_by: [image]", "targets[0].group_by"},
      {"info_labels: [session_id]", "targets[0].info_labels"},
      {"api_path: /x", "targets[0].api_path"},
  }));
  CAPTURE(c.keys);
  const auto errors = Errors(c.keys);
  INFO([&] {
    std::string all;
    for (const auto& line : errors) all += line + "\n";
    return all;
  }());
  CHECK(std::any_of(errors.begin(), errors.end(), [&](const std::string& line) {
    return line.find(c.error) != std::string::npos;
  }));
  for (const auto& line : errors) CHECK(line.find("nonsense") == std::string::npos);
}

}  // namespace
}  // namespace session_exporter
