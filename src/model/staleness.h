// The rule by which a session counts as forgotten.
#pragma once

#include "base/clock.h"
#include "model/session.h"

namespace session_exporter {

// A live session whose last sign of life lies more than `stale_after` before `now`, both on the
// backend's clock. Without a sign of life: not stale.
inline bool IsStale(const Session& session, Timestamp now, Microseconds stale_after) {
  return session.Live() && session.sign_of_life && now - *session.sign_of_life > stale_after;
}

}  // namespace session_exporter
