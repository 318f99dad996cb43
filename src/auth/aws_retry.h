// When a request to AWS is worth sending again, and after how long: the SDKs' "standard" mode as
// revised in 2026 (AWS Developer Tools Blog, "Announcing updated retry behavior"; botocore,
// retries/standard.py): three attempts, exponential backoff with full jitter from 50 ms, or from 1
// s when throttled, and a quota that stops retries where most requests fail.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>

#include "auth/aws_error.h"

namespace session_exporter {

// Shared by all requests of one client to one service. Thread-safe.
class AwsRetryQuota {
 public:
  static constexpr int kCapacity = 500;

  // False, and nothing taken, when less than `cost` is left.
  bool Take(int cost);
  void GiveBack(int cost);

 private:
  std::mutex mutex_;
  int left_ = kCapacity;  // guarded by mutex_
};

// Equally distributed from 0 up to 1; called from the threads that make requests.
using RandomFraction = std::function<double()>;

// The attempts of one request. Waiting, and not waiting past a deadline, is the caller's. Used by
// one thread; `quota` outlives it.
class AwsRetry {
 public:
  static constexpr int kMostAttempts = 3;

  AwsRetry(AwsRetryQuota& quota, RandomFraction random, int most_attempts = kMostAttempts)
      : quota_(quota), random_(std::move(random)), most_attempts_(most_attempts) {}

  // After an attempt failed: the pause before the next, or nothing when it was the last.
  // `retry_after` is the answer's, from AwsRetryAfter; it can prolong the pause by 5 s at most.
  std::optional<std::chrono::milliseconds> AfterFailure(
      AwsFault fault, std::optional<std::chrono::milliseconds> retry_after = std::nullopt);
  // After an attempt succeeded.
  void AfterSuccess();

  // Attempts that failed so far.
  [[nodiscard]] int failures() const { return failures_; }

 private:
  AwsRetryQuota& quota_;
  const RandomFraction random_;
  const int most_attempts_;
  int failures_ = 0;
  int taken_ = 0;  // from the quota, for the last retry
};

// The header x-amz-retry-after, in milliseconds; nothing for what is no such number.
std::optional<std::chrono::milliseconds> AwsRetryAfter(const HttpHead& head);

}  // namespace session_exporter
