// The small parts of a line of the exposition, the same in both formats.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"

namespace session_exporter {

enum class ExpositionFormat { kText, kOpenMetrics };

// The exact Content-Type of a format.
std::string_view ContentTypeOf(ExpositionFormat format);

// `text` is clean UTF-8 (base/utf8.h).
void AppendEscapedLabelValue(std::string& out, std::string_view text);
bool NeedsEscape(std::string_view text);
// HELP in the text format escapes less than in OpenMetrics.
void AppendEscapedHelp(std::string& out, std::string_view help, ExpositionFormat format);

// The shortest text that reads back as the same number; `NaN`, `+Inf`, `-Inf`.
void AppendNumber(std::string& out, double value);
// Seconds, exact to the microsecond.
void AppendSeconds(std::string& out, Microseconds value);

}  // namespace session_exporter
