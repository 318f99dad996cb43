// Whether an Intersight knows the field LoginType, as far as its answers tell.
#pragma once

#include <chrono>
#include <mutex>

#include "backends/intersight/intersight_api.h"

namespace session_exporter {

// Thread-safe.
class IntersightLoginType {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  // What to ask for. An appliance is updated now and then, so what it does not know is asked for
  // again after an hour.
  [[nodiscard]] LoginTypeField ToAsk(SteadyTime now) const;

  // A collection asked for the field and got its list with it.
  void Given();

  // A collection was refused with the field and got its list without it. `named`: the refusal said
  // that it was for the field. One that did not may have had a cause that passed by itself, and is
  // believed only when the next collection meets it again.
  void Refused(SteadyTime now, bool named);

 private:
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  int refusals_ = 0;  // in a row
  bool unknown_ = false;
  SteadyTime unknown_at_;
};

}  // namespace session_exporter
