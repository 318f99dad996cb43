#include "contract/backends_under_test.h"

namespace session_exporter::test {

const std::vector<BackendUnderTest>& BackendsUnderTest() {
  static const std::vector<BackendUnderTest> kBackends = {
      {"kasm",
       [](const std::string& base_url) {
         return "url: '" + base_url +
                "', api_key: CANARY-KEY-71c0, api_key_secret: CANARY-SECRET-9e2f";
       },
       "get_kasms",
       // What the simulator puts into its answers begins with CANARY as well.
       {"CANARY"}},
  };
  return kBackends;
}

std::string TargetYaml(const BackendUnderTest& backend, const std::string& name,
                       const std::string& base_url, const std::string& further) {
  std::string yaml = "{name: " + name + ", backend: " + std::string(backend.name) + ", " +
                     backend.options(base_url);
  if (!further.empty()) yaml += ", " + further;
  return yaml + "}";
}

}  // namespace session_exporter::test
