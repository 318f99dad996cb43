// Builds a snapshot's list of sessions, one at a time: drops what has no id or was listed before,
// and stops at the target's max_sessions.
#pragma once

#include <cstddef>
#include <vector>

#include "model/snapshot.h"

namespace session_exporter {

class SessionList {
 public:
  // `snapshot` is filled; it must outlive the list.
  SessionList(Snapshot& snapshot, std::size_t max_sessions)
      : snapshot_(snapshot), max_sessions_(max_sessions) {}

  // Takes a session whose symbols are of the snapshot's table.
  void Add(const Session& session);

 private:
  Snapshot& snapshot_;
  std::size_t max_sessions_;
  std::vector<bool> listed_;  // by symbol: it is the id of a session in the list
};

}  // namespace session_exporter
