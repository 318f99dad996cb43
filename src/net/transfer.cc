#include "net/transfer.h"

#include <utility>

namespace session_exporter {
namespace {

std::string_view Describe(TransferPhase phase) {
  switch (phase) {
    case TransferPhase::kQueued:
      return "waiting for a free connection";
    case TransferPhase::kResolving:
      return "resolving the host name";
    case TransferPhase::kConnecting:
      return "connecting";
    case TransferPhase::kTls:
      return "in the TLS handshake";
    case TransferPhase::kAnswer:
      return "waiting for the answer";
    case TransferPhase::kBody:
      return "reading the body";
  }
  return "waiting";
}

}  // namespace

Transfer::Transfer(const Limits& limits, const Clock& clock, std::shared_ptr<BufferPool> pool)
    : limits_(limits),
      clock_(clock),
      pool_(std::move(pool)),
      started_(clock.Steady()),
      reading_(pool_->Take()),
      incoming_(pool_->Take()),
      ended_at_(started_) {}

Transfer::~Transfer() {
  pool_->Give(std::move(reading_));
  pool_->Give(std::move(incoming_));
}

template <typename Condition>
void Transfer::Wait(std::unique_lock<std::mutex>& lock, Condition condition) {
  reader_waits_ = true;
  while (!changed_.wait_until(lock, limits_.deadline.at(), condition) &&
         !limits_.deadline.Passed()) {  // was extended
  }
  reader_waits_ = false;
}

Result<const HttpHead*> Transfer::WaitForHead() {
  std::unique_lock lock(mutex_);
  Wait(lock, [this] { return head_ready_ || ended_; });
  if (head_ready_) return &head_reader_.head();
  if (!ended_) EndLocked(TimeoutError());
  return tl::unexpected(*error_);
}

Result<std::span<char>> Transfer::WaitForBody() {
  reading_.Clear();
  std::unique_lock lock(mutex_);
  // A fast endless body always has bytes ready, so the deadline is looked at first.
  if (!ended_ && limits_.deadline.Passed()) EndLocked(TimeoutError());
  Wait(lock, [this] { return !incoming_.empty() || ended_; });
  if (incoming_.empty()) {
    if (!ended_) EndLocked(TimeoutError());
    if (error_) return tl::unexpected(*error_);
    return std::span<char>();
  }
  std::swap(reading_, incoming_);
  resume_ = std::exchange(paused_, false);
  lock.unlock();
  return reading_.Bytes();
}

bool Transfer::TakeResume() {
  const std::lock_guard lock(mutex_);
  return std::exchange(resume_, false);
}

bool Transfer::Abandon() {
  const std::lock_guard lock(mutex_);
  const bool was_under_way = !ended_;
  if (was_under_way) EndLocked(std::nullopt);
  return was_under_way;
}

Transfer::Outcome Transfer::Describe() const {
  const std::lock_guard lock(mutex_);
  Outcome outcome;
  if (head_ready_) {
    const HttpHead& head = head_reader_.head();
    outcome.status = head.status;
    if (head.date) outcome.clock_skew = *head.date - head.received_at;
  }
  outcome.bytes = received_;
  outcome.duration = ended_at_ - started_;
  outcome.error = error_;
  return outcome;
}

bool Transfer::AcceptHeaderLine(std::string_view line) {
  if (head_reader_.complete()) return true;
  auto complete = head_reader_.ReadLine(line);
  if (!complete) {
    End(std::move(complete).error());
    return false;
  }
  if (!*complete) return true;
  head_reader_.head().received_at = clock_.Now();
  EnterPhase(TransferPhase::kBody);
  bool notify = false;
  {
    const std::lock_guard lock(mutex_);
    head_ready_ = true;
    notify = reader_waits_;
  }
  if (notify) changed_.notify_one();
  return true;
}

Transfer::Verdict Transfer::AcceptBody(std::span<const char> bytes) {
  std::unique_lock lock(mutex_);
  if (ended_) return Verdict::kStop;
  // Bytes that are refused here are handed over again after the pause.
  if (!incoming_.empty() && incoming_.size() + bytes.size() > limits_.buffer_bytes) {
    paused_ = true;
    return Verdict::kPause;
  }
  received_ += bytes.size();
  if (received_ > limits_.max_body_bytes) {
    EndLocked(Error(ErrorKind::kLimit, fmt::format("the body is larger than the limit of {} bytes",
                                                   limits_.max_body_bytes)));
  } else {
    incoming_.Append(bytes);
  }
  const Verdict verdict = ended_ ? Verdict::kStop : Verdict::kTaken;
  const bool notify = reader_waits_;
  lock.unlock();
  if (notify) changed_.notify_one();
  return verdict;
}

void Transfer::End(std::optional<Error> error) {
  {
    const std::lock_guard lock(mutex_);
    if (!error && !head_ready_)
      error = Error(ErrorKind::kProtocol, "the answer was cut inside its head");
    EndLocked(std::move(error));
  }
  changed_.notify_one();
}

void Transfer::EndLocked(std::optional<Error> error) {
  if (ended_) return;
  ended_ = true;
  ended_at_ = clock_.Steady();
  error_ = std::move(error);
}

Error Transfer::TimeoutError() const {
  const auto after =
      std::chrono::duration_cast<std::chrono::milliseconds>(clock_.Steady() - started_);
  return Error(ErrorKind::kTimeout, fmt::format("timed out after {} ms, {}", after.count(),
                                                session_exporter::Describe(phase())));
}

}  // namespace session_exporter
