// The backends that run through the contract suite, each with what its configuration looks like
// over the simulator. A further backend is one more entry.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace session_exporter::test {

struct BackendUnderTest {
  std::string_view name;  // of the row
  std::string_view backend;
  // The target's own keys in YAML flow form, for a base URL of the simulator that may have a fault
  // in its path: "url: ..., api_key: ...".
  std::function<std::string(const std::string& base_url)> options;
  // What a request that lists sessions has in its path.
  std::string_view list_path;
  // Its secrets, which must appear nowhere.
  std::vector<std::string> secrets;
  // What its configuration is to find in the environment.
  std::map<std::string, std::string> environment = {};
  // Faults that mean something else to it, or nothing.
  std::vector<std::string_view> other_faults = {};
};

const std::vector<BackendUnderTest>& BackendsUnderTest();

// The keys of one target in YAML flow form: `{name: ..., backend: ..., ...}`.
std::string TargetYaml(const BackendUnderTest& backend, const std::string& name,
                       const std::string& base_url, const std::string& further = {});

}  // namespace session_exporter::test
