// An absolute point in time by which something ends. Passed down by value, so that every step of a
// collection is held to what is left of the whole.
#pragma once

#include <algorithm>
#include <chrono>

namespace session_exporter {

class Deadline {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  explicit Deadline(TimePoint at) : at_(at) {}
  static Deadline After(std::chrono::steady_clock::duration duration) {
    return Deadline(std::chrono::steady_clock::now() + duration);
  }

  [[nodiscard]] TimePoint at() const { return at_; }
  // What is left; zero when it has passed.
  [[nodiscard]] std::chrono::milliseconds Remaining() const {
    const auto left = at_ - std::chrono::steady_clock::now();
    return std::max(std::chrono::ceil<std::chrono::milliseconds>(left),
                    std::chrono::milliseconds::zero());
  }
  [[nodiscard]] bool Passed() const { return std::chrono::steady_clock::now() >= at_; }

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the comparison's 0 for a pointer.
  friend auto operator<=>(const Deadline&, const Deadline&) = default;

 private:
  TimePoint at_;
};

}  // namespace session_exporter
