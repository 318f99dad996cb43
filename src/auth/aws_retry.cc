#include "auth/aws_retry.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace session_exporter {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTransientBase{50};
constexpr milliseconds kThrottledBase{1000};
constexpr milliseconds kLongestPause{20'000};
constexpr milliseconds kMostAddedByServer{5000};

// A throttled request costs less: its pause alone spares the service.
constexpr int kTransientCost = 14;
constexpr int kThrottledCost = 5;
constexpr int kWonBySuccess = 1;

}  // namespace

bool AwsRetryQuota::Take(int cost) {
  const std::lock_guard lock(mutex_);
  if (left_ < cost) return false;
  left_ -= cost;
  return true;
}

void AwsRetryQuota::GiveBack(int cost) {
  const std::lock_guard lock(mutex_);
  left_ = std::min(left_ + cost, kCapacity);
}

std::optional<milliseconds> AwsRetry::AfterFailure(AwsFault fault,
                                                   std::optional<milliseconds> retry_after) {
  ++failures_;
  if (fault == AwsFault::kLasting || failures_ >= most_attempts_) return std::nullopt;
  const bool throttled = fault == AwsFault::kThrottled;
  const int cost = throttled ? kThrottledCost : kTransientCost;
  if (!quota_.Take(cost)) return std::nullopt;
  taken_ = cost;
  constexpr int kMostDoublings = 20;  // far above kLongestPause, and no overflow
  const std::int64_t factor = std::int64_t{1} << std::min(failures_ - 1, kMostDoublings);
  const milliseconds longest =
      std::min((throttled ? kThrottledBase : kTransientBase) * factor, kLongestPause);
  const milliseconds pause(
      static_cast<std::int64_t>(random_() * static_cast<double>(longest.count())));
  if (!retry_after) return pause;
  return std::max(pause, std::min(*retry_after, pause + kMostAddedByServer));
}

void AwsRetry::AfterSuccess() { quota_.GiveBack(taken_ > 0 ? taken_ : kWonBySuccess); }

std::optional<milliseconds> AwsRetryAfter(const HttpHead& head) {
  const std::string_view written = head.Header("x-amz-retry-after");
  std::int32_t value = 0;
  const char* const end = written.data() + written.size();
  const auto [stop, error] = std::from_chars(written.data(), end, value);
  if (written.empty() || error != std::errc() || stop != end || value < 0) return std::nullopt;
  return milliseconds(value);
}

}  // namespace session_exporter
