// One session as every backend's sessions are recorded: compact, without a vendor's word. What the
// backend did not give is unset, never zero.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "base/clock.h"
#include "model/session_state.h"
#include "model/symbol_table.h"

namespace session_exporter {

// A point in time or nothing, in the eight bytes of the time alone.
class OptionalTime {
 public:
  constexpr OptionalTime() = default;
  constexpr OptionalTime(Timestamp time)  // NOLINT(google-explicit-constructor): as std::optional
      : micros_(time.time_since_epoch().count()) {}

  [[nodiscard]] constexpr bool has_value() const { return micros_ != kUnset; }
  constexpr explicit operator bool() const { return has_value(); }
  constexpr Timestamp operator*() const { return Timestamp(Microseconds(micros_)); }

 private:
  static constexpr std::int64_t kUnset = std::numeric_limits<std::int64_t>::min();
  std::int64_t micros_ = kUnset;
};

// The labels of session_info that every target's sessions have, in the order in which they are
// shown.
enum class SessionLabel : std::uint8_t {
  kUser,
  kImage,
  kHost,
  kDeploymentZone,
  kDocument,
  kRole,
  kAccessType,
  kLoginType,
  kClientIp,
  kShared,
};

inline constexpr std::array<std::string_view, 10> kSessionLabelNames = {
    "user", "image",       "host",       "deployment_zone", "document",
    "role", "access_type", "login_type", "client_ip",       "shared"};
inline constexpr std::size_t kSessionLabelCount = kSessionLabelNames.size();

// The most labels that a backend may offer beside those, by a target's `info_labels`.
inline constexpr std::size_t kMostInfoLabels = 8;

struct Session {
  Symbol id;      // never empty in a snapshot
  Symbol status;  // the backend's own word
  SessionState state = SessionState::kUnknown;

  std::array<Symbol, kSessionLabelCount> labels{};  // by SessionLabel
  std::array<Symbol, kMostInfoLabels> info{};       // in the order of the backend's list

  OptionalTime start;
  OptionalTime keepalive;
  OptionalTime expiration;
  OptionalTime idle_expiration;
  OptionalTime end;
  OptionalTime last_login;
  // What its staleness is measured from, by the backend's rule; unset: never stale.
  OptionalTime sign_of_life;

  Microseconds max_duration = kUnsetDuration;
  double cpu_cores = std::numeric_limits<double>::quiet_NaN();  // NaN: unset
  double memory_bytes = std::numeric_limits<double>::quiet_NaN();
  std::int32_t failed_logins = -1;  // -1: unset

  static constexpr Microseconds kUnsetDuration{-1};

  [[nodiscard]] Symbol& Label(SessionLabel label) {
    return labels[static_cast<std::size_t>(label)];
  }
  [[nodiscard]] Symbol Label(SessionLabel label) const {
    return labels[static_cast<std::size_t>(label)];
  }
  [[nodiscard]] bool Live() const { return state != SessionState::kEnded; }
};

}  // namespace session_exporter
