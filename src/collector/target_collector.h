// Collects one target: at most one collection at a time, shared by every scrape that comes
// meanwhile.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/deadline.h"
#include "base/log.h"
#include "collector/collection_report.h"
#include "collector/target.h"
#include "collector/target_families.h"
#include "collector/worker_pool.h"
#include "exposition/exporter_metrics.h"

namespace session_exporter {

// What a collector works with. All of it outlives the collector.
struct CollectorDependencies {
  WorkerPool& workers;
  ExporterMetrics& metrics;
  const Clock& clock;
  Log& log;
};

// Thread-safe. Held by shared_ptr, because a collection may outlast the configuration.
class TargetCollector : public std::enable_shared_from_this<TargetCollector> {
 public:
  // Receives what a collection gave, from any thread, once.
  using Receiver = std::function<void(std::shared_ptr<const CollectedPage>)>;

  TargetCollector(std::shared_ptr<const Target> target, std::chrono::milliseconds min_interval,
                  const CollectorDependencies& dependencies);

  [[nodiscard]] const Target& target() const { return *target_; }
  [[nodiscard]] const std::shared_ptr<const Target>& shared_target() const { return target_; }

  // For the collections that begin from now on.
  void SetMinInterval(std::chrono::milliseconds min_interval);

  // Hands `receiver` the result of a collection: of the one under way, else of the last one when it
  // succeeded less than min_interval ago, else of a new one that ends by the earlier of `deadline`
  // and the target's timeout. Whoever shares a collection and has longer than the others extends
  // it, up to the target's timeout. `started` is when the time until the deadline
  // began, now if nothing is given: the targets of a scrape are asked one after the other, and all
  // show the same timeout.
  void Collect(Deadline deadline, Receiver receiver,
               std::optional<Deadline::TimePoint> started = std::nullopt);

  // What a scrape shows that leaves before its collection is done; `timeout` is what it had.
  [[nodiscard]] std::shared_ptr<const CollectedPage> LeftEarly(Microseconds timeout) const;

  // How the target fares, as of the last collection that ended.
  [[nodiscard]] TargetStatus status() const;

 private:
  enum class Role : std::uint8_t { kLeader, kFollower };
  struct Waiter {
    Deadline::TimePoint began;
    Deadline::TimePoint limit;
    Role role;
    Receiver receiver;
  };
  struct UnderWay {
    Deadline deadline;
    std::vector<Waiter> waiters;
  };
  void Start(const Deadline& deadline, Deadline::TimePoint started);
  void Run(const Deadline& deadline, Deadline::TimePoint started);
  std::shared_ptr<const CollectedPage> CollectNow(const Deadline& deadline,
                                                  Deadline::TimePoint started);
  [[nodiscard]] std::shared_ptr<const CollectedPage> Failed(Error failure,
                                                            const CollectionFacts& facts,
                                                            CollectionReport report) const;
  // The listing, unless its time passed in the queue.
  Result<std::shared_ptr<const Snapshot>> List(const CollectionContext& context);
  void CountWarnings(const Snapshot& snapshot);
  void Finish(const Deadline& deadline, const std::shared_ptr<const CollectedPage>& collected);
  template <typename Function>
  void Guarded(Function function) const;
  // For the status page, for those who share it, and for the log: a line for each change of the
  // target's state, none for a scrape like the last.
  void Remember(const std::shared_ptr<const CollectedPage>& collected);
  void LogState(const std::string& state, const std::optional<Error>& failure);

  const std::shared_ptr<const Target> target_;
  const CollectorDependencies dependencies_;
  // Made beforehand, for when there is no memory to say so.
  const std::shared_ptr<const CollectedPage> helpless_;

  mutable std::mutex mutex_;
  std::chrono::milliseconds min_interval_;          // guarded by mutex_
  std::optional<UnderWay> under_way_;               // guarded by mutex_
  std::shared_ptr<const CollectedPage> last_page_;  // of the last success; guarded by mutex_
  std::chrono::steady_clock::time_point last_at_;   // guarded by mutex_
  std::string last_state_;                          // "", "up" or the reason; guarded by mutex_
  TargetStatus status_;                             // guarded by mutex_
};

using Collectors = std::vector<std::shared_ptr<TargetCollector>>;

// The collectors of a configuration, ordered by name. A target whose configuration is that of one
// of `former` keeps its collector, and with it the collection under way, the result that
// min_interval shares and the state that was logged last. The others' collections under way end by
// themselves, for those who wait for them.
Collectors MakeCollectors(const Configuration& configuration, const BackendDependencies& backends,
                          const CollectorDependencies& dependencies, const Collectors& former = {});

}  // namespace session_exporter
