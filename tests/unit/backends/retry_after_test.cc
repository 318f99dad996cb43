#include "backends/retry_after.h"

#include <chrono>
#include <optional>
#include <string_view>

#include "base/timestamp.h"
#include "catch.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;

struct RetryAfterCase {
  std::string_view text;
  std::optional<Microseconds> wait;
};

TEST_CASE("Retry-After is seconds or a date on the server's clock", "[retry_after]") {
  const auto& c = GENERATE(values<RetryAfterCase>({
      {"", std::nullopt},
      {"0", 0s},
      {"120", 120s},
      {"99999999999999999999", 366 * 24h},
      {"-1", std::nullopt},
      {"1.5", std::nullopt},
      {"1 ", std::nullopt},
      {"soon", std::nullopt},
      {"Thu, 20 Aug 2026 08:00:30 GMT", 30s},
      {"Thu, 20 Aug 2026 07:00:00 GMT", 0s},
  }));
  CAPTURE(c.text);
  HttpHead head;
  head.headers["retry-after"] = c.text;
  head.date = ParseHttpDate("Thu, 20 Aug 2026 08:00:00 GMT");
  head.received_at = *head.date + 1h;
  CHECK(RetryAfterOf(head) == c.wait);
}

TEST_CASE("without the server's clock a date is measured on ours", "[retry_after]") {
  HttpHead head;
  head.headers["retry-after"] = "Thu, 20 Aug 2026 08:00:30 GMT";
  head.received_at = *ParseHttpDate("Thu, 20 Aug 2026 08:00:20 GMT");
  CHECK(RetryAfterOf(head) == 10s);
  head.headers.clear();
  CHECK_FALSE(RetryAfterOf(head));
}

}  // namespace
}  // namespace session_exporter
