// The open connections of a server: owns them, holds them to the cap, and waits for their end.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "server/http_server.h"

namespace session_exporter {

// A connection as others see it. Every call may come from any thread and returns at once.
class ConnectionControl {
 public:
  virtual ~ConnectionControl() = default;
  // The handler's answer; nothing when it let go of its Responder without one.
  virtual void Deliver(std::optional<OutgoingResponse> response) = 0;
  // Closes unless an answer is under way, and then after it.
  virtual void Drain() = 0;
  // Closes, so that an answer that is cut looks cut.
  virtual void Abort() = 0;
};

// Thread-safe. Calls nobody with its lock held.
class ConnectionRegistry {
 public:
  explicit ConnectionRegistry(std::size_t cap) : cap_(cap) {}

  // False once the server stops.
  bool Add(std::shared_ptr<ConnectionControl> connection);
  // Does nothing when it is not there.
  void Remove(ConnectionControl* connection);

  // True at the cap: `resume` is then called, once and on any thread, when there is room.
  bool ParkAtCap(std::function<void()> resume);

  // From here on Add refuses; every connection is drained.
  void BeginStop();
  // Returns when all are gone, or after `grace`.
  void WaitUntilEmpty(std::chrono::milliseconds grace);
  void AbortAll();

 private:
  std::vector<std::shared_ptr<ConnectionControl>> Snapshot();

  const std::size_t cap_;
  std::mutex mutex_;
  std::condition_variable emptied_;
  // Guarded by mutex_.
  std::unordered_map<ConnectionControl*, std::shared_ptr<ConnectionControl>> connections_;
  std::vector<std::function<void()>> parked_;
  bool stopping_ = false;
};

}  // namespace session_exporter
