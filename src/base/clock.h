// Time comes in through the constructor of what needs it, so that tests choose it.
#pragma once

#include <chrono>

namespace session_exporter {

// A point in civil time, UTC, in microseconds: what the backends' dates are read into.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;
using Microseconds = std::chrono::microseconds;

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Timestamp Now() const = 0;
  // For measuring; jumps of the civil clock do not touch it.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point Steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp Now() const override {
    return std::chrono::time_point_cast<Microseconds>(std::chrono::system_clock::now());
  }
  [[nodiscard]] std::chrono::steady_clock::time_point Steady() const override {
    return std::chrono::steady_clock::now();
  }
};

}  // namespace session_exporter
