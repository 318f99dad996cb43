// The date forms that the backends use, read into UTC microseconds.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace session_exporter {

// Reads `YYYY-MM-DD( |T)HH:MM:SS[.f{1,9}][Z|±HH[:MM]|±HHMM]`, UTC when no zone is given; fractions
// finer than a microsecond are cut. Nothing for any other text and for dates that do not exist;
// second 60 is read as the next minute's first.
std::optional<Timestamp> ParseTimestamp(std::string_view text);

// Reads the Date header of HTTP, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7; the obsolete
// forms are not read).
std::optional<Timestamp> ParseHttpDate(std::string_view text);

// Writes it: fractions of a second are cut. For years 0 to 9999.
std::string FormatHttpDate(Timestamp time);

}  // namespace session_exporter
