// What a backend's account allows its sessions; each unset where the backend does not tell.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace session_exporter {

struct SessionLimits {
  std::optional<std::uint64_t> sessions_per_account;
  std::optional<std::uint64_t> sessions_per_user;
  std::optional<Microseconds> idle_timeout;  // a session unused for so long is ended
  std::optional<Microseconds> lifetime;      // a session is ended at this age
};

}  // namespace session_exporter
