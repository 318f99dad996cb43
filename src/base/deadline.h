// An absolute point in time by which something ends. Passed down by value, so that every step of a
// collection is held to what is left of the whole. One that is extendable may be moved to a later
// time while others wait for it, so who waits looks again when it seems to have come.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>

namespace session_exporter {

class Deadline {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  explicit Deadline(TimePoint at) : latest_(at) {}
  // Comes at `at`, but may be extended up to `latest`. Copies are extended with it.
  static Deadline Extendable(TimePoint at, TimePoint latest) {
    Deadline deadline(std::max(at, latest));
    if (at < latest) deadline.extended_ = std::make_shared<std::atomic<TimePoint>>(at);
    return deadline;
  }
  static Deadline After(std::chrono::steady_clock::duration duration) {
    return Deadline(std::chrono::steady_clock::now() + duration);
  }

  [[nodiscard]] TimePoint at() const { return extended_ ? extended_->load() : latest_; }
  // The latest to which it may yet be extended.
  [[nodiscard]] TimePoint latest() const { return latest_; }
  // Moves it to `at`, or as far as it may be; never back. By one thread at a time.
  void ExtendTo(TimePoint at) {
    if (extended_) extended_->store(std::clamp(at, extended_->load(), latest_));
  }
  // What is left; zero when it has passed.
  [[nodiscard]] std::chrono::milliseconds Remaining() const {
    const auto left = at() - std::chrono::steady_clock::now();
    return std::max(std::chrono::ceil<std::chrono::milliseconds>(left),
                    std::chrono::milliseconds::zero());
  }
  [[nodiscard]] bool Passed() const { return std::chrono::steady_clock::now() >= at(); }

  friend bool operator==(const Deadline& a, const Deadline& b) { return a.at() == b.at(); }
  friend auto operator<=>(const Deadline& a, const Deadline& b) { return a.at() <=> b.at(); }

 private:
  TimePoint latest_;
  std::shared_ptr<std::atomic<TimePoint>> extended_;  // null: it is latest_
};

}  // namespace session_exporter
