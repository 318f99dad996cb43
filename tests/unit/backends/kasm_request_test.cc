#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/kasm/kasm_api.h"
#include "catch.h"

namespace session_exporter {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

KasmConfig Config(KasmConfig::Auth auth) {
  KasmConfig config;
  config.url = "https://kasm.example.com:8443/prefix";
  config.auth = auth;
  return config;
}

Headers HeadersOf(const HttpRequest& request) {
  Headers headers;
  for (const auto& [name, value] : request.headers) headers.emplace_back(name, value.Reveal());
  return headers;
}

TEST_CASE("the key travels in the body", "[kasm]") {
  const KasmCredentials credentials{Secret("bMjMwTT0JKUQ"), Secret("invented")};
  const HttpRequest request = BuildGetKasms(Config(KasmConfig::Auth::kBody), credentials);
  CHECK(request.method == HttpMethod::kPost);
  CHECK(request.url == "https://kasm.example.com:8443/prefix/api/public/get_kasms");
  CHECK(request.body.Reveal() == R"({"api_key":"bMjMwTT0JKUQ","api_key_secret":"invented"})");
  CHECK(HeadersOf(request) ==
        Headers{{"Content-Type", "application/json"}, {"Accept", "application/json"}});
}

TEST_CASE("the key travels in the Authorization header", "[kasm]") {
  const KasmCredentials credentials{Secret("key"), Secret("secret")};
  const HttpRequest request = BuildGetKasms(Config(KasmConfig::Auth::kBasic), credentials);
  CHECK(request.body.Reveal() == "{}");
  CHECK(HeadersOf(request) == Headers{{"Content-Type", "application/json"},
                                      {"Accept", "application/json"},
                                      {"Authorization", "Basic a2V5OnNlY3JldA=="}});
}

TEST_CASE("quotes and other bytes in secrets stay inside them", "[kasm]") {
  const KasmCredentials credentials{Secret(R"(a","b":"c)"), Secret("\\\"\n\xC3\xA9")};
  const HttpRequest body = BuildGetKasms(Config(KasmConfig::Auth::kBody), credentials);
  CHECK(body.body.Reveal() ==
        "{\"api_key\":\"a\\\",\\\"b\\\":\\\"c\",\"api_key_secret\":\"\\\\\\\"\\n\xC3\xA9\"}");
  const HttpRequest basic = BuildGetKasms(Config(KasmConfig::Auth::kBasic), credentials);
  CHECK(basic.headers.back().second.Reveal() == "Basic YSIsImIiOiJjOlwiCsOp");
}

TEST_CASE("the path of the API is an option", "[kasm]") {
  KasmConfig config = Config(KasmConfig::Auth::kBody);
  config.url = "https://kasm.example.com";
  config.api_path = "/api";
  CHECK(BuildGetKasms(config, {}).url == "https://kasm.example.com/api/get_kasms");
  config.api_path = "";
  CHECK(BuildGetKasms(config, {}).url == "https://kasm.example.com/get_kasms");
}

TEST_CASE("no secret stands in the URL", "[kasm]") {
  const KasmCredentials credentials{Secret("canary"), Secret("canary")};
  for (const auto auth : {KasmConfig::Auth::kBody, KasmConfig::Auth::kBasic}) {
    CHECK_THAT(BuildGetKasms(Config(auth), credentials).url, !Catch::Matchers::Contains("canary"));
  }
}

}  // namespace
}  // namespace session_exporter
