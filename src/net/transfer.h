// The state that the network thread and the reader of one exchange share: the head, the bytes that
// wait, how it ended. Knows nothing of libcurl.
//
// The reader's calls wait until the deadline and never longer, whatever the network thread does.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "base/deadline.h"
#include "base/result.h"
#include "net/body_buffer.h"
#include "net/head_reader.h"
#include "net/http_client.h"

namespace session_exporter {

// Where a transfer is, for the message of a timeout.
enum class TransferPhase { kQueued, kResolving, kConnecting, kTls, kAnswer, kBody };

class Transfer {
 public:
  struct Limits {
    Deadline deadline;
    std::size_t max_body_bytes = 0;  // decoded
    std::size_t buffer_bytes = 0;    // that wait for the reader before the transfer is paused
  };

  // `clock` must outlive the transfer.
  Transfer(const Limits& limits, const Clock& clock, std::shared_ptr<BufferPool> pool);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // --- The reader's side.
  Result<const HttpHead*> WaitForHead();
  // The next piece, empty at the end. The bytes that came before a failure are given first.
  Result<std::span<char>> WaitForBody();
  // True once after a WaitForBody() that made room for a paused network thread.
  bool TakeResume();
  // The reader goes: later bytes are refused. False when the transfer had ended by itself.
  bool Abandon();

  struct Outcome {
    int status = 0;
    std::uint64_t bytes = 0;
    std::chrono::steady_clock::duration duration{};
    std::optional<Microseconds> clock_skew;  // the server's clock minus ours
    std::optional<Error> error;
  };
  [[nodiscard]] Outcome Describe() const;

  // --- The network's side.
  void EnterPhase(TransferPhase phase) { phase_.store(phase, std::memory_order_relaxed); }
  [[nodiscard]] TransferPhase phase() const { return phase_.load(std::memory_order_relaxed); }
  // False: the transfer has failed and must be stopped.
  bool AcceptHeaderLine(std::string_view line);
  enum class Verdict { kTaken, kPause, kStop };
  Verdict AcceptBody(std::span<const char> bytes);

  // --- Either side. The first end stays.
  void End(std::optional<Error> error);
  [[nodiscard]] Error TimeoutError() const;

  [[nodiscard]] Deadline deadline() const { return limits_.deadline; }

 private:
  void EndLocked(std::optional<Error> error);  // mutex_ is held
  template <typename Condition>
  void Wait(std::unique_lock<std::mutex>& lock, Condition condition);

  const Limits limits_;
  const Clock& clock_;
  const std::shared_ptr<BufferPool> pool_;
  const std::chrono::steady_clock::time_point started_;
  std::atomic<TransferPhase> phase_ = TransferPhase::kQueued;

  HeadReader head_reader_;  // the network thread's until head_ready_, then unchanged
  BodyBuffer reading_;      // the reader's

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // All of these are guarded by mutex_.
  BodyBuffer incoming_;
  std::uint64_t received_ = 0;
  std::optional<Error> error_;
  std::chrono::steady_clock::time_point ended_at_;
  bool head_ready_ = false;
  bool ended_ = false;
  bool paused_ = false;
  bool resume_ = false;
  bool reader_waits_ = false;
};

}  // namespace session_exporter
