#include "backends/retry_after.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "base/timestamp.h"

namespace session_exporter {

std::optional<Microseconds> RetryAfterOf(const HttpHead& head) {
  constexpr std::uint32_t kLongest = 366 * 86'400;  // beyond any deadline
  const std::string_view text = head.Header("retry-after");
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (end == text.data() + text.size() && !text.empty()) {
    if (error == std::errc::result_out_of_range) seconds = kLongest;
    return std::chrono::seconds(std::min(seconds, kLongest));
  }
  const auto date = ParseHttpDate(text);
  if (!date) return std::nullopt;
  return std::max(*date - head.date.value_or(head.received_at), Microseconds(0));
}

}  // namespace session_exporter
