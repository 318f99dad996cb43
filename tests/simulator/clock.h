// The time inside the simulation. It starts where the options say, runs at a multiple of real time
// (zero freezes it, which makes every answer repeatable) and can be pushed forward. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace simulator {

using Time = std::chrono::sys_time<std::chrono::microseconds>;

class Clock {
 public:
  // `speed` is simulated seconds per real second, zero or more.
  Clock(Time start, double speed);

  // Rounded down to a quarter of a second, so that answers asked for together are one document and
  // can be cached.
  Time Now() const;

  void Advance(std::chrono::microseconds by);

 private:
  const Time start_;
  const double speed_;
  const std::chrono::steady_clock::time_point born_;
  std::atomic<std::int64_t> advanced_micros_{0};
};

// As Python's str(datetime) writes it: no zone, and no fraction where the microseconds are zero.
std::string PythonDate(Time time);

// For the Date header, as RFC 9110 wants it.
std::string HttpDate(Time time);

// Reads `YYYY-MM-DDTHH:MM:SS` (also with a space, also with a trailing Z) as UTC.
std::optional<Time> ParseTime(std::string_view text);

}  // namespace simulator
