// Any text as a date: nothing, or a time within the years that four digits can write.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/timestamp.h"
#include "fuzz/require.h"

namespace {

using namespace session_exporter;  // NOLINT(google-build-using-namespace): a program of one file

void CheckRange(std::optional<Timestamp> time) {
  if (!time) return;
  // A zone moves a time by at most a day.
  const Timestamp first =
      std::chrono::sys_days(std::chrono::year(0) / 1 / 1) - std::chrono::days(1);
  const Timestamp last =
      std::chrono::sys_days(std::chrono::year(10000) / 1 / 1) + std::chrono::days(1);
  Require(first <= *time && *time <= last, "a time is within the years that can be written");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const auto time = ParseTimestamp(text);
  CheckRange(time);
  if (time) {
    Require(text.size() >= 19 && text.size() <= 35, "a date has its length");
    // With a zone of its own a further one is no date.
    const bool zone = text.find_first_of("Z+", 19) != std::string::npos ||
                      text.find('-', 19) != std::string::npos;
    Require(ParseTimestamp(text + "Z") == (zone ? std::nullopt : time),
            "UTC when no zone is given");
  }
  const auto http = ParseHttpDate(text);
  CheckRange(http);
  Require(!http || text.size() == 29, "a Date has its length");
  Require(!http || !time, "no text is both");
  return 0;
}
