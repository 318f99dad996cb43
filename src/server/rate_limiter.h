// The rate limit of the web-config file: a token bucket over all requests.
#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>

#include "server/web_config.h"

namespace session_exporter {

// Thread-safe.
class RateLimiter {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // Whether a request at `now` may pass under `limit`. A full bucket of `burst` comes with a limit
  // that differs from the last one's, and one token more with each interval; the same limit, read
  // anew, keeps what is left in it.
  bool Allow(const RateLimit& limit, TimePoint now) {
    const std::lock_guard lock(mutex_);
    if (limit != limit_) {
      limit_ = limit;
      tokens_ = limit.burst;
      at_ = now;
    }
    if (limit.interval.count() == 0) return true;
    const double passed = std::chrono::duration<double>(now - at_) / limit.interval;
    tokens_ = std::min(tokens_ + std::max(passed, 0.0), static_cast<double>(limit.burst));
    at_ = std::max(at_, now);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  std::mutex mutex_;
  // Guarded by mutex_.
  RateLimit limit_;
  double tokens_ = 0;
  TimePoint at_{};
};

}  // namespace session_exporter
