// Dates of sessions, checked for what no session can have.
#pragma once

#include <chrono>
#include <string_view>

#include "base/clock.h"
#include "base/timestamp.h"
#include "json/fields.h"
#include "model/session.h"

namespace session_exporter {

// None of the vendors' products existed before 2000, and nobody will be there after 2200.
inline bool IsPlausibleTime(Timestamp time) {
  constexpr Timestamp kEarliest = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1);
  constexpr Timestamp kLatest = std::chrono::sys_days(std::chrono::year(2200) / 1 / 1);
  return time >= kEarliest && time <= kLatest;
}

// A date in text. Unset without a warning when it is missing or `is_unset(text)`, the vendor's way
// of writing that there is none; with one when it is no date, or no plausible one.
template <typename IsUnset>
OptionalTime ReadSessionTime(Fields& fields, std::size_t field, IsUnset is_unset) {
  const auto text = fields.Text(field);
  if (!text || is_unset(*text)) return {};
  const auto time = ParseTimestamp(*text);
  if (!time || !IsPlausibleTime(*time)) {
    fields.Warn(field);
    return {};
  }
  return *time;
}

// Whether a time that cannot lie ahead does. A day of grace for servers whose clocks differ; beyond
// it a last sign of life that is still to come would read as a session in use.
inline bool LiesAhead(OptionalTime time, Timestamp now) {
  return time && *time > now + std::chrono::days(1);
}

}  // namespace session_exporter
