#include "simulator/clock.h"

#include <cstdio>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace simulator {
namespace {

constexpr std::chrono::microseconds kTick{250'000};

std::tm BrokenDown(Time time) {
  return fmt::gmtime(std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(
          std::chrono::floor<std::chrono::seconds>(time))));
}

}  // namespace

Clock::Clock(Time start, double speed)
    : start_(start), speed_(speed), born_(std::chrono::steady_clock::now()) {}

Time Clock::Now() const {
  const std::chrono::duration<double, std::micro> real = std::chrono::steady_clock::now() - born_;
  const auto passed = std::chrono::microseconds(static_cast<std::int64_t>(real.count() * speed_));
  const Time now = start_ + passed + std::chrono::microseconds(advanced_micros_.load());
  return Time(std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<1, 4>>>(
      now.time_since_epoch()));
}

void Clock::Advance(std::chrono::microseconds by) { advanced_micros_ += by.count(); }

std::string PythonDate(Time time) {
  const auto fraction = (time - std::chrono::floor<std::chrono::seconds>(time)).count();
  std::string text = fmt::format("{:%Y-%m-%d %H:%M:%S}", BrokenDown(time));
  if (fraction != 0) fmt::format_to(std::back_inserter(text), ".{:06}", fraction);
  return text;
}

std::string HttpDate(Time time) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", BrokenDown(time));
}

std::optional<Time> ParseTime(std::string_view text) {
  int year = 0;
  unsigned month = 0, day = 0;
  int hour = 0, minute = 0, second = 0;
  char separator = 0;
  const std::string copy(text);
  if (std::sscanf(copy.c_str(), "%4d-%2u-%2u%c%2d:%2d:%2d", &year, &month, &day, &separator, &hour,
                  &minute, &second) != 7) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return Time(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second);
}

}  // namespace simulator
