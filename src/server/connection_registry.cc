#include "server/connection_registry.h"

#include <utility>

namespace session_exporter {

bool ConnectionRegistry::Add(std::shared_ptr<ConnectionControl> connection) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return false;
  ConnectionControl* key = connection.get();
  connections_.emplace(key, std::move(connection));
  return true;
}

void ConnectionRegistry::Remove(ConnectionControl* connection) {
  std::shared_ptr<ConnectionControl> removed;  // may be the last reference: freed after the lock
  std::vector<std::function<void()>> resumed;
  {
    const std::lock_guard lock(mutex_);
    const auto found = connections_.find(connection);
    if (found == connections_.end()) return;
    removed = std::move(found->second);
    connections_.erase(found);
    if (connections_.size() < cap_) resumed.swap(parked_);
    if (connections_.empty()) emptied_.notify_all();
  }
  for (const auto& resume : resumed) resume();
}

bool ConnectionRegistry::ParkAtCap(std::function<void()> resume) {
  const std::lock_guard lock(mutex_);
  if (connections_.size() < cap_) return false;
  parked_.push_back(std::move(resume));
  return true;
}

void ConnectionRegistry::BeginStop() {
  std::vector<std::function<void()>> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(parked_);
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

std::vector<std::shared_ptr<ConnectionControl>> ConnectionRegistry::Snapshot() {
  std::vector<std::shared_ptr<ConnectionControl>> all;
  const std::lock_guard lock(mutex_);
  all.reserve(connections_.size());
  for (const auto& [key, connection] : connections_) all.push_back(connection);
  return all;
}

}  // namespace session_exporter
