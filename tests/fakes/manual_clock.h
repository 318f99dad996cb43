// A clock that stands still until it is put forward, the civil and the steady one together.
#pragma once

#include <atomic>
#include <chrono>

#include "base/clock.h"

namespace session_exporter::test {

// Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start = Timestamp(std::chrono::seconds(1'700'000'000)))
      : start_(start) {}

  [[nodiscard]] Timestamp Now() const override { return start_ + ahead_.load(); }
  [[nodiscard]] std::chrono::steady_clock::time_point Steady() const override {
    // Well after the epoch, which stands for "never" here and there.
    return std::chrono::steady_clock::time_point(std::chrono::hours(1000)) + ahead_.load();
  }
  void Advance(Microseconds by) { ahead_.store(ahead_.load() + by); }

 private:
  const Timestamp start_;
  std::atomic<Microseconds> ahead_{};
};

}  // namespace session_exporter::test
