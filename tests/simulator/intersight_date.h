// Dates as Intersight writes them: RFC 3339, UTC, Go's habits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "simulator/clock.h"

namespace simulator {

// "Not set": Go's zero time.
inline constexpr Time kIntersightZeroTime{std::chrono::sys_days{std::chrono::year{1} / 1 / 1}};

// Without trailing zeros in the fraction; `nanoseconds`, below a thousand, come after the
// microseconds.
std::string IntersightDate(Time time, unsigned nanoseconds = 0);

// Reads that back, to the microsecond; the zone has to be Z.
std::optional<Time> ParseIntersightDate(std::string_view text);

}  // namespace simulator
