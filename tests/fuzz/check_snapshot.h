// What every backend's snapshot promises, whatever was read.
#pragma once

#include <cstdint>
#include <set>
#include <string_view>

#include "base/utf8.h"
#include "fuzz/require.h"
#include "model/snapshot.h"

namespace session_exporter::test {

inline void CheckSnapshot(const Snapshot& snapshot, std::size_t max_sessions) {
  for (std::uint32_t i = 0; i < snapshot.symbols.size(); ++i) {
    const std::string_view text = snapshot.symbols.Text({i});
    Require(IsCleanText(text), "symbols are clean text");
    Require(text.size() <= kLongestText, "symbols are of bounded length");
  }
  Require(snapshot.sessions.size() <= max_sessions, "max_sessions holds");
  std::set<std::string_view> ids;
  for (const Session& session : snapshot.sessions) {
    Require(!session.id.empty(), "sessions have an id");
    Require(ids.insert(snapshot.symbols.Text(session.id)).second, "ids are unique");
    Require(!session.status.empty(), "sessions have a status");
    Require(!(session.cpu_cores < 0) && !(session.memory_bytes < 0), "amounts are not negative");
  }
}

}  // namespace session_exporter::test
