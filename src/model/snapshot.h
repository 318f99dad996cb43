// What one collection of a target found: its sessions and what was noticed on the way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/session.h"
#include "model/session_history.h"
#include "model/session_limits.h"
#include "model/symbol_table.h"

namespace session_exporter {

struct Snapshot {
  SymbolTable symbols;
  std::vector<Session> sessions;  // ids are unique

  Timestamp fetched_at{};                 // on our clock
  std::optional<Timestamp> backend_time;  // the backend's clock at that moment, when it told it

  SessionLimits limits;
  std::optional<SessionHistory> history;  // where it is asked for and could be had

  bool truncated = false;                // max_sessions cut the list
  std::uint64_t duplicate_sessions = 0;  // listed again and dropped
  std::uint64_t invalid_sessions = 0;    // without an id, dropped
  // Fields of a wrong type that were left out, by name.
  std::vector<std::pair<std::string, std::uint64_t>> parse_warnings;

  // The clock that ages are measured on.
  [[nodiscard]] Timestamp BackendNow() const { return backend_time.value_or(fetched_at); }
};

}  // namespace session_exporter
