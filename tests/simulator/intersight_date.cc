#include "simulator/intersight_date.h"

#include <charconv>

#include <fmt/format.h>

namespace simulator {

std::string IntersightDate(Time time, unsigned nanoseconds) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  std::string fraction = fmt::format(".{:06}{:03}", clock.subseconds().count(), nanoseconds);
  fraction.resize(fraction.find_last_not_of('0') + 1);
  return text + (fraction == "." ? "" : fraction) + "Z";
}

std::optional<Time> ParseIntersightDate(std::string_view text) {
  if (text.size() < 20 || text[10] != 'T' || text.back() != 'Z') return std::nullopt;
  const auto seconds = ParseTime(text.substr(0, 19));
  std::string fraction(text.substr(19, text.size() - 20));
  if (!seconds || fraction.empty()) return seconds;
  if (fraction.size() < 2 || fraction.size() > 10 || fraction[0] != '.' ||
      fraction.find_first_not_of("0123456789", 1) != std::string::npos) {
    return std::nullopt;
  }
  fraction.resize(7, '0');
  std::int64_t micros = 0;
  std::from_chars(fraction.data() + 1, fraction.data() + fraction.size(), micros);
  return *seconds + std::chrono::microseconds(micros);
}

}  // namespace simulator
