#include "base/timestamp.h"

#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace session_exporter {
namespace {

// Takes a text apart from its front; a step that does not fit leaves it as it was.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool AtEnd() const { return rest_.empty(); }

  bool Take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool Take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  // Exactly `Digits` decimal digits.
  template <std::size_t Digits>
  std::optional<int> Number() {
    if (rest_.size() < Digits) return std::nullopt;
    const char* const digits = rest_.data();
    int value = 0;
#pragma GCC unroll 4  // every session has three dates of seven numbers
    for (std::size_t i = 0; i < Digits; ++i) {
      if (digits[i] < '0' || digits[i] > '9') return std::nullopt;
      value = value * 10 + (digits[i] - '0');
    }
    rest_.remove_prefix(Digits);
    return value;
  }

  // One to nine digits after a point, as microseconds.
  std::optional<Microseconds> Fraction() {
    std::int64_t value = 0;
    std::size_t digits = 0;
    for (const char c : rest_) {
      if (c < '0' || c > '9') break;
      if (digits < 6) value = value * 10 + (c - '0');
      ++digits;
    }
    if (digits == 0 || digits > 9) return std::nullopt;
    for (std::size_t i = digits; i < 6; ++i) value *= 10;
    rest_.remove_prefix(digits);
    return Microseconds(value);
  }

 private:
  std::string_view rest_;
};

std::optional<Timestamp> FromCivil(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return Timestamp(std::chrono::sys_days(date));
}

std::optional<Timestamp> ScanDate(Scanner& scanner) {
  const auto year = scanner.Number<4>();
  if (!year || !scanner.Take('-')) return std::nullopt;
  const auto month = scanner.Number<2>();
  if (!month || !scanner.Take('-')) return std::nullopt;
  const auto day = scanner.Number<2>();
  if (!day) return std::nullopt;
  return FromCivil(*year, *month, *day);
}

// HH:MM:SS; the separators are those of ISO 8601 and of HTTP.
std::optional<Microseconds> ScanTimeOfDay(Scanner& scanner) {
  const auto hour = scanner.Number<2>();
  if (!hour || !scanner.Take(':')) return std::nullopt;
  const auto minute = scanner.Number<2>();
  if (!minute || !scanner.Take(':')) return std::nullopt;
  const auto second = scanner.Number<2>();
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

// How far the written time is ahead of UTC.
std::optional<Microseconds> ScanZone(Scanner& scanner) {
  if (scanner.AtEnd() || scanner.Take('Z')) return Microseconds(0);
  const bool west = scanner.Take('-');
  if (!west && !scanner.Take('+')) return std::nullopt;
  const auto hours = scanner.Number<2>();
  if (!hours || *hours > 23) return std::nullopt;
  int minutes = 0;
  if (!scanner.AtEnd()) {
    scanner.Take(':');
    const auto written = scanner.Number<2>();
    if (!written || *written > 59) return std::nullopt;
    minutes = *written;
  }
  const Microseconds ahead = std::chrono::hours(*hours) + std::chrono::minutes(minutes);
  return west ? -ahead : ahead;
}

}  // namespace

std::optional<Timestamp> ParseTimestamp(std::string_view text) {
  Scanner scanner(text);
  const auto date = ScanDate(scanner);
  if (!date || (!scanner.Take(' ') && !scanner.Take('T'))) return std::nullopt;
  const auto time = ScanTimeOfDay(scanner);
  if (!time) return std::nullopt;
  Microseconds fraction{0};
  if (scanner.Take('.')) {
    const auto written = scanner.Fraction();
    if (!written) return std::nullopt;
    fraction = *written;
  }
  const auto zone = ScanZone(scanner);
  if (!zone || !scanner.AtEnd()) return std::nullopt;
  return *date + *time + fraction - *zone;
}

std::optional<Timestamp> ParseHttpDate(std::string_view text) {
  if (text.size() != 29 || text.substr(3, 2) != ", ") return std::nullopt;
  Scanner scanner(text.substr(5));
  const auto day = scanner.Number<2>();
  if (!day || !scanner.Take(' ')) return std::nullopt;
  int month = 0;
  for (std::size_t i = 0; i < kMonths.size() && month == 0; ++i) {
    if (scanner.Take(kMonths[i])) month = static_cast<int>(i) + 1;
  }
  if (month == 0 || !scanner.Take(' ')) return std::nullopt;
  const auto year = scanner.Number<4>();
  if (!year || !scanner.Take(' ')) return std::nullopt;
  const auto time = ScanTimeOfDay(scanner);
  if (!time || !scanner.Take(std::string_view(" GMT"))) return std::nullopt;
  const auto date = FromCivil(*year, month, *day);
  if (!date) return std::nullopt;
  return *date + *time;
}

std::string FormatHttpDate(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     kDays[std::chrono::weekday(day).c_encoding()], unsigned{date.day()},
                     kMonths[unsigned{date.month()} - 1], int{date.year()}, clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

}  // namespace session_exporter
