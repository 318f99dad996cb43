#include "server/connection_registry.h"

#include <algorithm>
#include <utility>

namespace session_exporter {

bool ConnectionRegistry::HasRoom() {
  const std::lock_guard lock(mutex_);
  return !IsFull() || NextVictim(std::nullopt) != nullptr;
}

ConnectionRegistry::Admission ConnectionRegistry::Add(std::shared_ptr<ConnectionControl> connection,
                                                      std::string network) {
  std::vector<std::shared_ptr<ConnectionControl>> evicted;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Admission::kStopping;
    while (IsFullFor(network)) {
      Entry* const victim = NextVictim(network);
      if (victim == nullptr) return Admission::kAddressFull;
      evicted.push_back(EvictLocked(*victim));
    }
    while (IsFull()) {
      Entry* const victim = NextVictim(std::nullopt);
      if (victim == nullptr) break;  // since HasRoom; it is one more than the cap for a while
      evicted.push_back(EvictLocked(*victim));
    }
    ConnectionControl* const key = connection.get();
    connections_.emplace(key, Entry{std::move(connection), std::move(network),
                                    ConnectionUse::kAwaitsClient, Clock::now()});
  }
  for (const auto& leaving : evicted) leaving->Evict();
  return Admission::kAdmitted;
}

void ConnectionRegistry::Mark(ConnectionControl* connection, ConnectionUse use) {
  std::vector<std::shared_ptr<ConnectionControl>> evicted;
  {
    const std::lock_guard lock(mutex_);
    const auto found = connections_.find(connection);
    if (found == connections_.end()) return;
    Entry& entry = found->second;
    Forget(entry);
    entry.use = use;
    entry.since = Clock::now();
    // Its client did what we waited for before the eviction arrived, which then leaves it alone.
    entry.evicted = false;
    if (use == ConnectionUse::kWriting) ++writing_;
    while (writing_ > reader_cap_) {
      Entry* const victim = StalledReader();
      if (victim == nullptr) break;  // none is slow
      evicted.push_back(EvictLocked(*victim));
    }
  }
  for (const auto& leaving : evicted) leaving->Evict();
}

void ConnectionRegistry::Remove(ConnectionControl* connection) {
  std::shared_ptr<ConnectionControl> removed;  // may be the last reference: freed after the lock
  const std::lock_guard lock(mutex_);
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  Forget(found->second);
  removed = std::move(found->second.connection);
  connections_.erase(found);
  if (connections_.empty()) emptied_.notify_all();
}

bool ConnectionRegistry::IsEvicted(ConnectionControl* connection) {
  const std::lock_guard lock(mutex_);
  const auto found = connections_.find(connection);
  return found != connections_.end() && found->second.evicted;
}

std::size_t ConnectionRegistry::TakeEvictions() {
  const std::lock_guard lock(mutex_);
  return std::exchange(evictions_, 0);
}

void ConnectionRegistry::BeginStop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  for (const auto& connection : Snapshot()) connection->Drain();
}

void ConnectionRegistry::WaitUntilEmpty(std::chrono::milliseconds grace) {
  std::unique_lock lock(mutex_);
  emptied_.wait_for(lock, grace, [this] { return connections_.empty(); });
}

void ConnectionRegistry::AbortAll() {
  for (const auto& connection : Snapshot()) connection->Abort();
}

// Both look at all of them, which takes microseconds, and below the caps nobody asks.
ConnectionRegistry::Entry* ConnectionRegistry::NextVictim(std::optional<std::string_view> network) {
  Entry* next = nullptr;
  for (auto& [key, entry] : connections_) {
    if (entry.evicted || entry.use != ConnectionUse::kAwaitsClient) continue;
    if (network && entry.network != *network) continue;
    if (next == nullptr || entry.since < next->since) next = &entry;
  }
  return next != nullptr ? next : StalledReader(network);
}

ConnectionRegistry::Entry* ConnectionRegistry::StalledReader(
    std::optional<std::string_view> network) {
  const Clock::time_point stalled_since = Clock::now() - kStallTime;
  Entry* slowest = nullptr;
  for (auto& [key, entry] : connections_) {
    if (entry.evicted || entry.use != ConnectionUse::kWriting) continue;
    if (entry.since > stalled_since) continue;
    if (network && entry.network != *network) continue;
    if (slowest == nullptr || entry.since < slowest->since) slowest = &entry;
  }
  return slowest;
}

bool ConnectionRegistry::IsFullFor(std::string_view network) const {
  if (network.empty() || connections_.size() < address_cap_) return false;
  const auto is_one = [network](const auto& pair) {
    return !pair.second.evicted && pair.second.network == network;
  };
  return static_cast<std::size_t>(
             std::count_if(connections_.begin(), connections_.end(), is_one)) >= address_cap_;
}

// Takes it out of the counts of its present use.
void ConnectionRegistry::Forget(const Entry& entry) {
  if (entry.evicted) {
    --leaving_;
  } else if (entry.use == ConnectionUse::kWriting) {
    --writing_;
  }
}

std::shared_ptr<ConnectionControl> ConnectionRegistry::EvictLocked(Entry& victim) {
  if (victim.use == ConnectionUse::kWriting) --writing_;
  victim.evicted = true;
  ++leaving_;
  ++evictions_;
  return victim.connection;
}

std::vector<std::shared_ptr<ConnectionControl>> ConnectionRegistry::Snapshot() {
  std::vector<std::shared_ptr<ConnectionControl>> all;
  const std::lock_guard lock(mutex_);
  all.reserve(connections_.size());
  for (const auto& [key, entry] : connections_) all.push_back(entry.connection);
  return all;
}

}  // namespace session_exporter
