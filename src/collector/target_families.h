// The outcome of one collection as metric families.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/result.h"
#include "collector/target.h"
#include "exposition/target_page.h"
#include "model/snapshot.h"

namespace session_exporter {

// What is known of a collection beside its sessions.
struct CollectionFacts {
  Microseconds duration{};
  Microseconds timeout{};                  // the longest time that it was given
  std::uint64_t requests = 0;              // HTTP requests made
  std::optional<Microseconds> clock_skew;  // the backend's clock minus ours, when it told it
};

// A successful collection's families; fails with kConfig when the key of a label's hash is gone.
Result<std::shared_ptr<const TargetPage>> SuccessFamilies(
    const Target& target, const std::shared_ptr<const Snapshot>& snapshot,
    const CollectionFacts& facts);

// A failed collection's: no sessions, no counts, no last values.
std::shared_ptr<const TargetPage> FailureFamilies(const Target& target, ErrorKind reason,
                                                  const CollectionFacts& facts);

}  // namespace session_exporter
