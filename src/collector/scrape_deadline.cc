#include "collector/scrape_deadline.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace session_exporter {

std::chrono::milliseconds ScrapeTimeout(std::string_view header,
                                        std::chrono::milliseconds configured,
                                        std::chrono::milliseconds offset) {
  constexpr double kLongest = 86'400;  // a larger number would overflow before it shortens anything
  // Go, which writes the header, reads such numbers; from_chars does not know the sign.
  if (header.starts_with('+') && !header.starts_with("+-")) header.remove_prefix(1);
  double seconds = 0;
  const char* const end = header.data() + header.size();
  const auto parsed = std::from_chars(header.data(), end, seconds);
  if (parsed.ec != std::errc() || parsed.ptr != end || !std::isfinite(seconds) || seconds <= 0) {
    return configured;
  }
  const std::chrono::duration<double> given(std::min(seconds, kLongest));
  const auto kept_back = std::min<std::chrono::duration<double>>(offset, given / 10);
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(given - kept_back);
  return std::clamp(left, std::chrono::milliseconds(1), configured);
}

}  // namespace session_exporter
