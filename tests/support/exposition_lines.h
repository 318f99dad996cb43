// The lexical part of the exposition parser: names, escapes, numbers and single lines.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "support/exposition_parser.h"

namespace session_exporter::test {

using LineError = std::string;

bool IsValidUtf8(std::string_view text);
bool IsMetricName(std::string_view name);
bool IsLabelName(std::string_view name);

// A decimal number, `NaN`, `+Inf` or `-Inf`: nothing that only strtod() or only Go takes.
tl::expected<double, LineError> ParseNumber(std::string_view text);

// Undoes the escapes of a HELP text.
tl::expected<std::string, LineError> UnescapeHelp(std::string_view text, Dialect dialect);

// `name{label="value",...} value`.
tl::expected<ParsedSample, LineError> ParseSampleLine(std::string_view line);

struct MetadataLine {
  std::string keyword;  // HELP, TYPE or UNIT
  std::string name;
  std::string rest;
};

// `# KEYWORD name rest`, exactly one space between the parts.
tl::expected<MetadataLine, LineError> ParseMetadataLine(std::string_view line);

}  // namespace session_exporter::test
