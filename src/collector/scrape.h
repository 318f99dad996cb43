// One scrape: every target that it asks for is collected at the same time, and the answer is given
// when all are done or the deadline passes, whichever is first.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/deadline.h"
#include "collector/collection_report.h"
#include "collector/target_collector.h"
#include "exposition/target_page.h"

namespace session_exporter {

// Thread-safe. Held by shared_ptr: a collection may still be under way when the scrape is answered.
class Scrape : public std::enable_shared_from_this<Scrape> {
 public:
  using Targets = std::vector<std::shared_ptr<TargetCollector>>;
  using Pages = std::vector<std::shared_ptr<const CollectedPage>>;
  // Receives one page for each target, in their order, once, from any thread.
  using Done = std::function<void(Pages)>;

  // Starts all collections. Whoever starts a scrape also calls Expire when its deadline has passed.
  static std::shared_ptr<Scrape> Start(Targets targets, Deadline deadline, Done done);

  // Scrapes in the calling thread's time, to the deadline at the latest.
  static Pages Wait(Targets targets, Deadline deadline);

  // Ends the scrape: what is not finished is shown as failed for want of time. Does nothing when it
  // has ended.
  void Expire();

  // Calls `task` when the scrape has ended, after its answer; at once when that is over. Once.
  void WhenEnded(std::function<void()> task);

 private:
  struct Ending {
    Pages pages;
    Done done;
    std::function<void()> then;

    void Tell();
  };

  Scrape(Targets targets, Deadline deadline, Done done);
  void Receive(std::size_t index, std::shared_ptr<const CollectedPage> page);
  // With mutex_ held, once. What is to be called, and with what, when it no longer is.
  Ending EndLocked();

  const Targets targets_;
  const std::chrono::steady_clock::time_point started_;
  const Deadline deadline_;

  std::mutex mutex_;
  Pages pages_;                       // null until finished; guarded by mutex_
  std::size_t missing_;               // guarded by mutex_
  bool ended_ = false;                // guarded by mutex_
  Done done_;                         // guarded by mutex_
  std::function<void()> when_ended_;  // may be empty; guarded by mutex_
};

// What is to be shown of the pages of a scrape.
std::vector<std::shared_ptr<const TargetPage>> ShownPages(const Scrape::Pages& pages);

// How long after its deadline a scrape is to be expired: a collection that ends at the very
// deadline still gets to say what it was waiting for.
inline constexpr std::chrono::milliseconds kExpiryGrace{40};

}  // namespace session_exporter
