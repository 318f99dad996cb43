#include "collector/scrape.h"

#include <condition_variable>
#include <optional>
#include <utility>

namespace session_exporter {

std::shared_ptr<Scrape> Scrape::Start(Targets targets, Deadline deadline, Done done) {
  std::shared_ptr<Scrape> scrape(
      new Scrape(std::move(targets), deadline, std::move(done)));  // NOLINT: private constructor
  if (scrape->targets_.empty()) scrape->Expire();
  for (std::size_t i = 0; i < scrape->targets_.size(); ++i) {
    scrape->targets_[i]->Collect(
        deadline,
        [scrape, i](std::shared_ptr<const CollectedPage> page) {
          scrape->Receive(i, std::move(page));
        },
        scrape->started_);
  }
  return scrape;
}

Scrape::Pages Scrape::Wait(Targets targets, Deadline deadline) {
  // Shared with a collection that may still be under way when the deadline has passed.
  struct Outcome {
    std::mutex mutex;
    std::condition_variable done;
    std::optional<Pages> pages;
  };
  const auto outcome = std::make_shared<Outcome>();
  const auto scrape = Start(std::move(targets), deadline, [outcome](Pages pages) {
    const std::lock_guard lock(outcome->mutex);
    outcome->pages = std::move(pages);
    outcome->done.notify_all();
  });
  std::unique_lock lock(outcome->mutex);
  const auto is_done = [&] { return outcome->pages.has_value(); };
  if (!outcome->done.wait_until(lock, deadline.at() + kExpiryGrace, is_done)) {
    lock.unlock();
    scrape->Expire();
    lock.lock();
    outcome->done.wait(lock, is_done);
  }
  return std::move(*outcome->pages);
}

Scrape::Scrape(Targets targets, Deadline deadline, Done done)
    : targets_(std::move(targets)),
      started_(std::chrono::steady_clock::now()),
      deadline_(deadline),
      pages_(targets_.size()),
      missing_(targets_.size()),
      done_(std::move(done)) {}

void Scrape::Receive(std::size_t index, std::shared_ptr<const CollectedPage> page) {
  Ending ending;
  {
    const std::lock_guard lock(mutex_);
    if (ended_ || pages_[index] != nullptr) return;
    pages_[index] = std::move(page);
    if (--missing_ > 0) return;
    ending = EndLocked();
  }
  ending.Tell();
}

void Scrape::Expire() {
  Ending ending;
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    ending = EndLocked();
  }
  // The two were read a few microseconds apart; the time that was given is in milliseconds.
  const auto timeout = std::chrono::round<std::chrono::milliseconds>(deadline_.at() - started_);
  for (std::size_t i = 0; i < ending.pages.size(); ++i) {
    if (ending.pages[i] == nullptr) ending.pages[i] = targets_[i]->LeftEarly(timeout);
  }
  ending.Tell();
}

Scrape::Ending Scrape::EndLocked() {
  ended_ = true;
  return {std::move(pages_), std::move(done_), std::move(when_ended_)};
}

void Scrape::Ending::Tell() {
  done(std::move(pages));
  if (then) then();
}

void Scrape::WhenEnded(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (!ended_) {
      when_ended_ = std::move(task);
      return;
    }
  }
  task();
}

std::vector<std::shared_ptr<const TargetPage>> ShownPages(const Scrape::Pages& pages) {
  std::vector<std::shared_ptr<const TargetPage>> shown;
  shown.reserve(pages.size());
  for (const auto& collected : pages) shown.push_back(collected->page);
  return shown;
}

}  // namespace session_exporter
