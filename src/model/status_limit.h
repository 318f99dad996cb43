// Keeps a backend that invents statuses from filling the page with series.
#pragma once

#include <cstddef>
#include <span>

#include "model/session_state.h"
#include "model/snapshot.h"

namespace session_exporter {

inline constexpr std::size_t kMostUnknownStatuses = 20;

// Of the statuses of sessions whose state and status are not one of the pairs in `known`, keeps the
// kMostUnknownStatuses most frequent over all states (of equals the alphabetically first) and makes
// the rest `other`. `unknown`, which stands for a missing status, and `other` are kept beside them,
// so that doing it twice changes nothing.
void LimitUnknownStatuses(Snapshot& snapshot, std::span<const StatusPair> known);

}  // namespace session_exporter
