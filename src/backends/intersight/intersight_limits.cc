#include "backends/intersight/intersight_limits.h"

#include <chrono>
#include <cmath>
#include <utility>

namespace session_exporter {
namespace {

enum Field : std::size_t {
  kPermission,
  kIdleTimeOut,
  kSessionTimeOut,
  kMaximumLimit,
  kPerUserLimit
};

// The spelling is Cisco's (model iam.SessionLimits of its published SDKs).
const FieldSchema& RowSchema() {
  static const FieldSchema kSchema{"Permission.Moid", "IdleTimeOut", "SessionTimeOut",
                                   "MaximumLimit", "PerUserLimit"};
  return kSchema;
}

// A whole number from 1 to `most`; anything else is not a limit.
std::optional<std::uint64_t> ReadLimit(Fields& fields, std::size_t field, double most) {
  const auto number = fields.Number(field);
  if (!number) return std::nullopt;
  if (!(*number >= 1 && *number <= most) || *number != std::trunc(*number)) {
    fields.Warn(field);
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(*number);
}

// Intersight lets an idle limit be at most five hours and a lifetime at most a year.
std::optional<Microseconds> ReadSeconds(Fields& fields, std::size_t field) {
  constexpr double kMost = 10 * 366 * 86'400.0;
  const auto seconds = ReadLimit(fields, field, kMost);
  if (!seconds) return std::nullopt;
  return std::chrono::seconds(*seconds);
}

std::optional<std::uint64_t> ReadCount(Fields& fields, std::size_t field) {
  constexpr double kMost = 1e9;
  return ReadLimit(fields, field, kMost);
}

template <typename T>
void KeepFirst(std::optional<T>& kept, std::optional<T> read) {
  if (!kept) kept = read;
}

}  // namespace

IntersightLimits::IntersightLimits() : IntersightRows("iam.SessionLimits.List", RowSchema()) {}

Result<void> IntersightLimits::ReadRow(Fields& fields) {
  const auto idle = ReadSeconds(fields, kIdleTimeOut);
  const std::string_view permission = fields.Text(kPermission).value_or("");
  if (!permission.empty()) {
    const auto [row, added] = idle_by_permission_.try_emplace(std::string(permission), idle);
    if (!added) ++repeated_;
    KeepFirst(row->second, idle);
    // Without one's limit its sessions would seem to have been active at another time.
    if (idle_by_permission_.size() > kMostPermissions) {
      return Fail(ErrorKind::kLimit, "there are limits for more than {} permissions",
                  kMostPermissions);
    }
    return {};
  }
  if (std::exchange(account_read_, true)) ++repeated_;
  KeepFirst(account_.idle_timeout, idle);
  KeepFirst(account_.lifetime, ReadSeconds(fields, kSessionTimeOut));
  KeepFirst(account_.sessions_per_account, ReadCount(fields, kMaximumLimit));
  KeepFirst(account_.sessions_per_user, ReadCount(fields, kPerUserLimit));
  return {};
}

void IntersightLimits::Clear() {
  IntersightRows::Clear();
  account_ = {};
  account_read_ = false;
  idle_by_permission_.clear();
  repeated_ = 0;
}

std::optional<Microseconds> IntersightLimits::IdleLimit(std::string_view permission) const {
  const auto own = idle_by_permission_.find(permission);
  if (own != idle_by_permission_.end() && own->second) return own->second;
  return account_.idle_timeout;
}

}  // namespace session_exporter
