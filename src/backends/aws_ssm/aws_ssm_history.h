// The counts of a target's ended sessions. The history may be many times longer than the list of
// sessions, so it is read at an interval of its own, in what a collection has left of its time, and
// over several collections where one is not enough.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "backends/aws_ssm/aws_ssm_listing.h"
#include "base/clock.h"
#include "model/session_history.h"

namespace session_exporter {

// Thread-safe; one thread reads at a time, the others take what there is.
class AwsSsmHistory {
 public:
  // From the end of one reading to the start of the next, when it was whole or AWS has throttled
  // it.
  static constexpr std::chrono::minutes kInterval{5};
  // Counts that could not be renewed for so long are shown no longer.
  static constexpr std::chrono::minutes kLongestShown{10};

  // `caller`, `config` and `clock` outlive it. The clock measures the interval.
  AwsSsmHistory(AwsSsmCaller& caller, const AwsSsmConfig& config, std::size_t max_pages,
                const Clock& clock)
      : caller_(caller), config_(config), max_pages_(max_pages), clock_(clock) {}

  // Reads on, if it is time to, for half of what is left until the collection's deadline; `now` is
  // AWS's time, at which the window ends. Returns the counts of the last reading that was complete;
  // nothing before the first, after one that failed, and when it was too long ago.
  std::optional<SessionHistory> Advance(const CollectionContext& context, Timestamp now);

 private:
  // A reading that is not complete yet. Not movable: the listing points into it.
  struct Reading {
    Reading(AwsSsmCaller& caller, std::vector<AwsSsmFilter> with_window, std::size_t max_pages);

    std::vector<AwsSsmFilter> filters;
    AwsSsmEndedSessions rows;
    AwsSsmListing listing;
  };

  void ReadOn(const CollectionContext& context, Timestamp now);

  AwsSsmCaller& caller_;
  const AwsSsmConfig& config_;
  const std::size_t max_pages_;
  const Clock& clock_;

  std::atomic<bool> being_read_{false};
  // Of the thread that set being_read_:
  std::unique_ptr<Reading> reading_;
  std::chrono::steady_clock::time_point next_at_;

  std::mutex mutex_;
  std::optional<SessionHistory> complete_;              // guarded by mutex_
  std::chrono::steady_clock::time_point completed_at_;  // guarded by mutex_
};

}  // namespace session_exporter
