#include "backends/aws_ssm/aws_ssm_history.h"

#include <utility>

namespace session_exporter {
namespace {

class Release {
 public:
  explicit Release(std::atomic<bool>& taken) : taken_(taken) {}
  ~Release() { taken_ = false; }
  Release(const Release&) = delete;
  Release& operator=(const Release&) = delete;

 private:
  std::atomic<bool>& taken_;
};

}  // namespace

AwsSsmHistory::Reading::Reading(AwsSsmCaller& caller, std::vector<AwsSsmFilter> with_window,
                                std::size_t max_pages)
    : filters(std::move(with_window)),
      listing(caller, {"describe_session_history", AwsSsmState::kHistory, filters, {}}, max_pages,
              rows) {}

std::optional<SessionHistory> AwsSsmHistory::Advance(const CollectionContext& context,
                                                     Timestamp now) {
  if (!being_read_.exchange(true)) {
    const Release release(being_read_);  // whatever is thrown
    if (clock_.Steady() >= next_at_) {
      ReadOn({Deadline::After(context.deadline.Remaining() / 2), context.observer}, now);
    }
  }
  const std::lock_guard lock(mutex_);
  if (clock_.Steady() - completed_at_ > kLongestShown) complete_.reset();
  return complete_;
}

void AwsSsmHistory::ReadOn(const CollectionContext& context, Timestamp now) {
  if (reading_ == nullptr) {
    reading_ = std::make_unique<Reading>(
        caller_, WithInvokedAfter(config_.filters, now - config_.history_window), max_pages_);
  }
  const auto read = reading_->listing.ReadOn(context);
  // What was read stays, for the next collection to go on with.
  if (!read && read.error().kind() == ErrorKind::kTimeout) return;
  std::optional<SessionHistory> result;
  if (read) result = std::move(reading_->rows).Finish();
  reading_ = nullptr;
  const auto ended_at = clock_.Steady();
  // What fails costs a request, and what was mended is to be seen.
  const bool soon = !read && read.error().kind() != ErrorKind::kRateLimited;
  next_at_ = soon ? ended_at : ended_at + kInterval;
  const std::lock_guard lock(mutex_);
  complete_ = std::move(result);
  completed_at_ = ended_at;
}

}  // namespace session_exporter
