// Credentials that expire, kept until shortly before they do and fetched once however many ask at
// the same time.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/deadline.h"
#include "base/result.h"

namespace session_exporter {

// Thread-safe. Failures are never kept: those who waited for a fetch share its error, whoever comes
// later fetches again. Credentials that have ended are dropped when others come.
template <typename Credentials>
class CredentialCache {
 public:
  struct Fetched {
    Credentials credentials;
    std::chrono::steady_clock::duration valid_for;  // from now on
  };
  using Shared = std::shared_ptr<const Credentials>;

  explicit CredentialCache(const Clock& clock) : clock_(clock) {}

  // What is kept under `key`, else what `fetch` brings: it runs in the thread that asked first and
  // returns Result<Fetched> soon after the deadline that it is called with; others wait, until
  // their own. A renewal gets a small share of the asker's time, and one that fails leaves what is
  // still valid in use. `key` names everything that the credentials depend on. Errors: those of
  // `fetch`; kTimeout.
  template <typename Fetch>
  Result<Shared> Get(const std::string& key, Deadline deadline, Fetch fetch) {
    const std::shared_ptr<Entry> entry = EntryOf(key);
    std::unique_lock lock(entry->mutex);
    while (true) {
      const auto now = clock_.Steady();
      if (entry->credentials != nullptr && now < entry->renew_at) return entry->credentials;
      const bool still_good = entry->credentials != nullptr && now < entry->expires_at;
      if (entry->flight == nullptr) {
        auto got = FetchNow(*entry, lock, still_good ? ShareOf(deadline) : deadline, fetch);
        if (got) {
          lock.unlock();
          DropEnded();
          return got;
        }
        // What ended, or was refused, during its renewal is worth the rest of the time.
        if (!still_good || got.error().kind() != ErrorKind::kTimeout) return got;
        continue;
      }
      // Someone is at it; what is still good need not wait for what comes next.
      if (still_good) return entry->credentials;
      const std::shared_ptr<Flight> flight = entry->flight;
      while (!entry->landed.wait_until(lock, deadline.at(), [&] { return flight->landed; })) {
        if (!deadline.Passed()) continue;  // was extended
        return Fail(ErrorKind::kTimeout,
                    "the deadline passed while another collection fetched the credentials");
      }
      // The one who fetched may have had less time than is left here.
      if (flight->error && flight->error->kind() != ErrorKind::kTimeout) {
        return tl::unexpected(*flight->error);
      }
    }
  }

  // Credentials that were refused although they had not expired are fetched again next time.
  void Forget(const std::string& key, const Shared& refused) {
    const std::shared_ptr<Entry> entry = EntryOf(key);
    const std::lock_guard lock(entry->mutex);
    if (entry->credentials == refused) entry->credentials = nullptr;
  }

 private:
  struct Flight {
    bool landed = false;
    std::optional<Error> error;
  };
  struct Entry {
    std::mutex mutex;
    std::condition_variable landed;
    std::shared_ptr<Flight> flight;  // guarded by mutex, as is what follows
    Shared credentials;
    std::chrono::steady_clock::time_point renew_at;
    std::chrono::steady_clock::time_point expires_at;
  };

  std::shared_ptr<Entry> EntryOf(const std::string& key) {
    const std::lock_guard lock(mutex_);
    auto& entry = entries_[key];
    if (entry == nullptr) entry = std::make_shared<Entry>();
    return entry;
  }

  // A key that was rotated is asked for no more: its secrets go when others come. What somebody
  // fetches, waits for or is about to ask for is held by more than the map.
  void DropEnded() {
    const auto now = clock_.Steady();
    const std::lock_guard lock(mutex_);
    std::erase_if(entries_, [&](const auto& named) {
      const auto& entry = named.second;
      if (entry.use_count() > 1) return false;
      const std::lock_guard entry_lock(entry->mutex);
      return entry->credentials == nullptr || now >= entry->expires_at;
    });
  }

  // Unlocks while it fetches.
  template <typename Fetch>
  Result<Shared> FetchNow(Entry& entry, std::unique_lock<std::mutex>& lock, Deadline deadline,
                          Fetch& fetch) {
    const auto flight = std::make_shared<Flight>();
    entry.flight = flight;
    lock.unlock();
    Result<Fetched> fetched = FetchOrExplain(fetch, deadline);
    lock.lock();
    entry.flight = nullptr;
    flight->landed = true;
    const auto now = clock_.Steady();
    if (fetched) {
      entry.credentials = std::make_shared<const Credentials>(std::move(fetched->credentials));
      entry.expires_at = now + fetched->valid_for;
      entry.renew_at = entry.expires_at - Margin(fetched->valid_for);
    } else {
      flight->error = fetched.error();
      entry.renew_at = now + PauseBefore(entry.expires_at - now);
    }
    entry.landed.notify_all();
    if (entry.credentials != nullptr && now < entry.expires_at) return entry.credentials;
    if (fetched) return Fail(ErrorKind::kAuth, "the credentials had expired when they came");
    return tl::unexpected(std::move(fetched).error());
  }

  // Those who wait must hear of it, whatever happens.
  template <typename Fetch>
  static Result<Fetched> FetchOrExplain(Fetch& fetch, Deadline deadline) {
    try {
      return fetch(deadline);
    } catch (const std::exception& exception) {
      return Fail(ErrorKind::kAuth, "the credentials could not be fetched: {}", exception.what());
    }
  }

  // What a renewal may take of an asker's time: most is for the collection, which the old
  // credentials still serve. A service answers in less than two seconds, and so does a program
  // whose interpreter has to start; what takes longer gets all the time once the old ones end.
  static Deadline ShareOf(Deadline deadline) {
    return Deadline::After(
        std::min<std::chrono::milliseconds>(deadline.Remaining() / 4, std::chrono::seconds(2)));
  }

  // After a failed renewal, so that an outage does not cost every collection its share. Shorter
  // towards the end, when the renewal is urgent.
  static std::chrono::steady_clock::duration PauseBefore(std::chrono::steady_clock::duration end) {
    return std::min<std::chrono::steady_clock::duration>(std::chrono::seconds(10), end / 10);
  }

  // A request that is signed just before the end must still be fresh when it arrives, on a clock
  // that is a little ahead.
  static std::chrono::steady_clock::duration Margin(std::chrono::steady_clock::duration valid_for) {
    return std::min<std::chrono::steady_clock::duration>(std::chrono::minutes(5), valid_for / 10);
  }

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Entry>> entries_;  // guarded by mutex_
};

}  // namespace session_exporter
