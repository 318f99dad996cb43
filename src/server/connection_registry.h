// The open connections of a server: owns them, holds them to the caps, and waits for their end.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
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
  // Aborts to make room for another client, if IsEvicted still says so and no request has arrived
  // meanwhile.
  virtual void Evict() = 0;
};

// What a connection is doing, as far as it matters to whether it may be evicted.
enum class ConnectionUse : std::uint8_t {
  kAwaitsClient,  // for a request or the rest of one, a handshake, or that it closes: idle
  kAtWork,        // a request is being handled
  kWriting,       // an answer is being sent
};

// Thread-safe. Calls nobody with its lock held.
//
// At a cap a new client takes the place of the one that has kept us waiting longest: first of those
// that owe us a request, then of those that have not taken a piece of their answer for kStallTime.
// Whoever opens connections to say nothing so pushes out its own kind, while a scrape is done
// within milliseconds. Each answer under way holds the sessions that it shows in memory, so few of
// them may be stalled.
class ConnectionRegistry {
 public:
  // A reader that takes less than a piece of 16 KiB in this time is slow.
  static constexpr std::chrono::milliseconds kStallTime{500};

  enum class Admission : std::uint8_t {
    kAdmitted,
    kAddressFull,  // all connections of that network are at work
    kStopping,
  };

  // The caps are `limits.connections`, `connections_of_address` and `slow_readers`.
  explicit ConnectionRegistry(const HttpServerLimits& limits)
      : cap_(limits.connections),
        address_cap_(limits.connections_of_address),
        reader_cap_(limits.slow_readers) {}

  // Whether another connection may be accepted: false while as many as the cap are at work.
  bool HasRoom();
  // `network` is who the client is, as far as caps are concerned; empty for no cap but the total.
  // Evicts another where there is no room left.
  Admission Add(std::shared_ptr<ConnectionControl> connection, std::string network);
  // From now on it does this, or goes on with it. Where more answers are under way than may be
  // slow, those that are leave. Does nothing when it is not there, as the next.
  void Mark(ConnectionControl* connection, ConnectionUse use);
  void Remove(ConnectionControl* connection);

  // Whether it is to leave; a connection whose next request came before its eviction stays.
  bool IsEvicted(ConnectionControl* connection);
  // How many were evicted since the last call.
  std::size_t TakeEvictions();

  // From here on Add refuses; every connection is drained.
  void BeginStop();
  // Returns when all are gone, or after `grace`.
  void WaitUntilEmpty(std::chrono::milliseconds grace);
  void AbortAll();

 private:
  using Clock = std::chrono::steady_clock;

  struct Entry {
    std::shared_ptr<ConnectionControl> connection;
    std::string network;
    ConnectionUse use = ConnectionUse::kAwaitsClient;
    Clock::time_point since;
    bool evicted = false;  // and not yet gone
  };
  using Entries = std::unordered_map<ConnectionControl*, Entry>;

  // With mutex_ held. The next to go, of that network only where one is given; nullptr for none.
  Entry* NextVictim(std::optional<std::string_view> network);
  Entry* StalledReader(std::optional<std::string_view> network = std::nullopt);
  void Forget(const Entry& entry);
  std::shared_ptr<ConnectionControl> EvictLocked(Entry& victim);
  bool IsFull() const { return connections_.size() - leaving_ >= cap_; }
  bool IsFullFor(std::string_view network) const;

  std::vector<std::shared_ptr<ConnectionControl>> Snapshot();

  const std::size_t cap_;
  const std::size_t address_cap_;
  const std::size_t reader_cap_;
  std::mutex mutex_;
  std::condition_variable emptied_;
  // Guarded by mutex_.
  Entries connections_;
  std::size_t writing_ = 0;  // in use kWriting, and not evicted
  std::size_t leaving_ = 0;  // evicted and not yet gone
  std::size_t evictions_ = 0;
  bool stopping_ = false;
};

}  // namespace session_exporter
