// The rows of iam/SessionLimits. An account has one; a role (Permission) may have one of its own,
// which then holds for the sessions under that role.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "backends/intersight/intersight_rows.h"
#include "base/clock.h"
#include "model/session_limits.h"

namespace session_exporter {

class IntersightLimits final : public IntersightRows {
 public:
  // Far more roles than an account has.
  static constexpr std::size_t kMostPermissions = 10'000;

  IntersightLimits();

  // Errors: kLimit for more than kMostPermissions.
  Result<void> ReadRow(Fields& fields) override;
  [[nodiscard]] std::uint64_t repeated() const override { return repeated_; }
  void Clear() override;

  // Of the account.
  [[nodiscard]] const SessionLimits& account() const { return account_; }
  // The idle limit of sessions under the role with that Moid: its own, else the account's.
  [[nodiscard]] std::optional<Microseconds> IdleLimit(std::string_view permission) const;

 private:
  SessionLimits account_;
  bool account_read_ = false;
  // Each permission that has a row, with or without an idle limit.
  std::map<std::string, std::optional<Microseconds>, std::less<>> idle_by_permission_;
  std::uint64_t repeated_ = 0;
};

}  // namespace session_exporter
