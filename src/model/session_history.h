// Sessions that are over and no longer listed, as counts: there may be many times more of them than
// of those that are listed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/clock.h"

namespace session_exporter {

struct SessionHistory {
  // By the backend's own word, clean text; those that it is known to use also at 0.
  std::map<std::string, std::uint64_t> by_status;
  // Of the sessions whose start and end are both known; unset when there are none.
  std::optional<Microseconds> mean_duration;
  std::optional<Microseconds> max_duration;
};

}  // namespace session_exporter
