#include "backends/registry.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "backends/http_options.h"
#include "catch.h"
#include "model/session.h"

namespace session_exporter {
namespace {

TEST_CASE("a backend is found by its name and no other", "[registry]") {
  const BackendFactory* kasm = FindBackend("kasm");
  REQUIRE(kasm != nullptr);
  CHECK(kasm->backend() == "kasm");
  for (const std::string_view name : {"", "Kasm", "kas", "kasm "}) {
    CHECK(FindBackend(name) == nullptr);
  }
}

TEST_CASE("backends are listed once, in the order of their names", "[registry]") {
  const auto all = AllBackends();
  REQUIRE_FALSE(all.empty());
  CHECK(std::adjacent_find(all.begin(), all.end(), [](const auto* a, const auto* b) {
          return a->backend() >= b->backend();
        }) == all.end());
}

TEST_CASE("what a backend says of itself fits the model", "[registry]") {
  for (const BackendFactory* factory : AllBackends()) {
    CAPTURE(factory->backend());
    const BackendTraits& traits = factory->traits();
    CHECK(traits.info_labels.size() <= kMostInfoLabels);
    CHECK(std::equal(traits.info_labels.begin(), traits.info_labels.end(),
                     factory->info_labels().begin(), factory->info_labels().end()));
    CHECK_FALSE(traits.known_statuses.empty());
    const std::set<std::string_view> dimensions(factory->dimensions().begin(),
                                                factory->dimensions().end());
    for (const std::string_view name : factory->dimensions()) {
      CHECK(std::find(kSessionLabelNames.begin(), kSessionLabelNames.end(), name) !=
            kSessionLabelNames.end());
    }
    for (const std::string_view name : factory->default_group_by()) {
      CHECK(dimensions.count(name) == 1);
    }
  }
}

TEST_CASE("a target's http section is taken over whole", "[http_options]") {
  HttpConfig config;
  config.ca_file = "ca";
  config.cert_file = "cert";
  config.key_file = "key";
  config.server_name = "name";
  config.insecure_skip_verify = true;
  config.proxy_url = Secret("http://proxy");
  config.headers.emplace_back("X-Name", Secret("value"));
  const auto options = MakeHttpOptions(config);
  CHECK(options->ca_file == "ca");
  CHECK(options->cert_file == "cert");
  CHECK(options->key_file == "key");
  CHECK(options->server_name == "name");
  CHECK(options->insecure_skip_verify);
  CHECK(options->proxy_url.Reveal() == "http://proxy");
  REQUIRE(options->headers.size() == 1);
  CHECK(options->headers[0].first == "X-Name");
  CHECK(options->headers[0].second.Reveal() == "value");
  CHECK_FALSE(MakeHttpOptions(HttpConfig())->insecure_skip_verify);
}

}  // namespace
}  // namespace session_exporter
