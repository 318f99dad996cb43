// Keeps a backend that invents statuses from filling the page with series.
#pragma once

#include <cstddef>

#include "model/snapshot.h"

namespace session_exporter {

inline constexpr std::size_t kMostUnknownStatuses = 20;

// Of the statuses of sessions in state `unknown`, keeps the kMostUnknownStatuses most frequent (of
// equals the alphabetically first) and makes the rest `other`. `unknown`, which stands for a
// missing status, is kept beside them.
void LimitUnknownStatuses(Snapshot& snapshot);

}  // namespace session_exporter
