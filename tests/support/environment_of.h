// Variables as a test wants them, in the place of the process's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "config/environment.h"

namespace session_exporter::test {

using Variables = std::map<std::string, std::string>;

inline Environment EnvironmentOf(Variables variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

}  // namespace session_exporter::test
