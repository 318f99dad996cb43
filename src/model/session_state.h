// The states that sessions of every backend are brought to.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace session_exporter {

enum class SessionState : std::uint8_t {
  kStarting,
  kActive,
  kIdle,
  kPaused,
  kStopping,
  kEnded,  // still listed, but over; every other state counts as live
  kFailed,
  kUnknown,
};

inline constexpr std::array kAllSessionStates = {
    SessionState::kStarting, SessionState::kActive, SessionState::kIdle,   SessionState::kPaused,
    SessionState::kStopping, SessionState::kEnded,  SessionState::kFailed, SessionState::kUnknown};

// The label value: "starting", "active", ...
constexpr std::string_view NameOf(SessionState state) {
  constexpr std::array<std::string_view, 8> kNames = {"starting", "active", "idle",   "paused",
                                                      "stopping", "ended",  "failed", "unknown"};
  return kNames[static_cast<std::size_t>(state)];
}

// A backend's own word for a state, and the state that it means.
struct StatusPair {
  SessionState state;
  std::string_view status;
};

}  // namespace session_exporter
