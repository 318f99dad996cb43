#include "backends/intersight/intersight_login_type.h"

#include <algorithm>

namespace session_exporter {
namespace {

constexpr std::chrono::hours kAskAgain{1};
constexpr int kBelieved = 2;  // refusals

}  // namespace

LoginTypeField IntersightLoginType::ToAsk(SteadyTime now) const {
  const std::lock_guard lock(mutex_);
  return unknown_ && now - unknown_at_ < kAskAgain ? LoginTypeField::kLeftOut
                                                   : LoginTypeField::kSelected;
}

void IntersightLoginType::Given() {
  const std::lock_guard lock(mutex_);
  refusals_ = 0;
  unknown_ = false;
}

void IntersightLoginType::Refused(SteadyTime now, bool named) {
  const std::lock_guard lock(mutex_);
  refusals_ = named ? kBelieved : std::min(refusals_ + 1, kBelieved);
  if (refusals_ < kBelieved) return;
  unknown_ = true;
  unknown_at_ = now;
}

}  // namespace session_exporter
