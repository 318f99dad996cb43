// Whether a text is one YAML document. Internal to config/.
#pragma once

#include <cstddef>
#include <string>

#include "config/errors.h"

namespace session_exporter {

inline constexpr std::size_t kMostYamlDepth = 32;

// Adds an error and returns false when `text` is not UTF-8, is not YAML, has a second document or
// is nested deeper than kMostYamlDepth. This is a pass of its own because yaml-cpp makes up keys
// and values before it notices that a bracket was never closed, and complaints about those would
// hide the real one.
bool CheckYamlSyntax(const std::string& text, ConfigErrors& errors);

}  // namespace session_exporter
