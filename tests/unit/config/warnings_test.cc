#include <string>
#include <vector>

#include "catch.h"
#include "unit/config/config_fixture.h"

namespace session_exporter::testing {
namespace {

using Lines = std::vector<std::string>;

std::string TargetAt(const std::string& url) {
  return "targets: [{name: a, backend: fake, api_key: k, url: '" + url + "'}]\n";
}

TEST_CASE("credentials over http give a warning when they leave the host", "[config]") {
  const Lines warning = {
      "c.yaml:1:53: targets[0].url: credentials travel unencrypted over http; use https"};
  for (const char* url : {"http://h", "http://10.0.0.1:8080", "HTTP://h/"}) {
    CAPTURE(url);
    CHECK(Accept(TargetAt(url)).warnings == warning);
  }
  for (const char* url : {"https://h", "http://localhost:1", "http://127.0.0.1", "http://[::1]"}) {
    CAPTURE(url);
    CHECK(Accept(TargetAt(url)).warnings.empty());
  }
}

TEST_CASE("not verifying certificates gives a warning", "[config]") {
  const std::string tls = "    http: {tls_config: {insecure_skip_verify: ";
  const Configuration configuration = Accept(TargetWith(tls + "true}}\n"));
  CHECK(configuration.targets.at(0).http.insecure_skip_verify);
  CHECK(configuration.warnings ==
        Lines{"c.yaml:6:47: targets[0].http.tls_config.insecure_skip_verify: certificates are not "
              "verified: who is on the way can read and change everything"});
  CHECK(Accept(TargetWith(tls + "false}}\n")).warnings.empty());
}

}  // namespace
}  // namespace session_exporter::testing
