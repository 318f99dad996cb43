#include "collector/target_collector.h"

#include <atomic>
#include <exception>
#include <new>
#include <utility>

#include "backends/status_error.h"
#include "model/status_limit.h"

namespace session_exporter {
namespace {

Microseconds SinceSteady(const Clock& clock, std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<Microseconds>(clock.Steady() - start);
}

std::string FormatDuration(Microseconds duration) {
  return fmt::format("{:.3f}s", std::chrono::duration<double>(duration).count());
}

// Counts the requests of one collection.
class RequestCounter final : public RequestObserver {
 public:
  RequestCounter(const std::string& target, const CollectorDependencies& dependencies)
      : target_(target), dependencies_(dependencies) {}

  void OnRequest(const RequestRecord& record) override {
    requests_.fetch_add(1, std::memory_order_relaxed);
    if (record.clock_skew) skew_.store(record.clock_skew->count(), std::memory_order_relaxed);
    std::optional<ErrorKind> failure = record.failure;
    // One that was given up before its answer came has neither, and did not fail.
    const bool answered = record.status != 0;
    if (!failure && answered && record.status != 200) failure = KindOfStatus(record.status);
    dependencies_.metrics.CountApiRequest(
        {target_, record.operation, record.status, failure, record.duration, record.bytes});
    if (!dependencies_.log.Enabled(LogLevel::kDebug)) return;
    dependencies_.log.Debug(
        "request",
        {{"target", target_},
         {"operation", std::string(record.operation)},
         {"url", std::string(record.url)},
         {"status", fmt::format("{}", record.status)},
         {"bytes", fmt::format("{}", record.bytes)},
         {"duration", FormatDuration(std::chrono::duration_cast<Microseconds>(record.duration))},
         {"failure", failure ? std::string(ReasonOf(*failure)) : std::string("none")}});
  }

  [[nodiscard]] std::uint64_t requests() const { return requests_.load(); }
  [[nodiscard]] std::optional<Microseconds> clock_skew() const {
    const std::int64_t skew = skew_.load();
    if (skew == kNoSkew) return std::nullopt;
    return Microseconds(skew);
  }

 private:
  static constexpr std::int64_t kNoSkew = std::numeric_limits<std::int64_t>::min();

  const std::string& target_;
  const CollectorDependencies& dependencies_;
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<std::int64_t> skew_{kNoSkew};
};

// Whatever is thrown while a list is fetched or shown fails that collection, not the program.
template <typename Function>
auto CatchAll(Function function) -> decltype(function()) {
  try {
    return function();
  } catch (const std::bad_alloc&) {
    return Fail(ErrorKind::kLimit, "out of memory while the list was read");
  } catch (const std::exception& exception) {
    return Fail(ErrorKind::kProtocol, "internal error: {}", exception.what());
  }
}

}  // namespace

TargetCollector::TargetCollector(std::shared_ptr<const Target> target,
                                 std::chrono::milliseconds min_interval,
                                 const CollectorDependencies& dependencies)
    : target_(std::move(target)), min_interval_(min_interval), dependencies_(dependencies) {}

void TargetCollector::Collect(Deadline deadline, Receiver receiver,
                              std::optional<Deadline::TimePoint> started) {
  const auto now = dependencies_.clock.Steady();
  const auto begin = started.value_or(now);
  const Deadline limit = std::min(deadline, Deadline(begin + target_->config.timeout));
  std::shared_ptr<const TargetPage> recent;
  bool start = false;
  {
    const std::lock_guard lock(mutex_);
    if (under_way_) {
      under_way_->waiters.push_back({limit, std::move(receiver)});
    } else if (last_page_ != nullptr && now - last_at_ < min_interval_) {
      recent = last_page_;
    } else {
      start = true;
      under_way_ = UnderWay{limit, {}};
      under_way_->waiters.push_back({limit, std::move(receiver)});
    }
  }
  if (start) {
    if (!dependencies_.workers.Post(
            [self = shared_from_this(), limit, begin] { self->Run(limit, begin); })) {
      Finish(limit, {FailureFamilies(*target_, ErrorKind::kLimit, {}),
                     Error(ErrorKind::kLimit, "no thread can be started")});
    }
    return;
  }
  dependencies_.metrics.CountSharedCollection(target_->config.name);
  // NOLINTNEXTLINE(bugprone-use-after-move): it was moved only where `recent` stayed null.
  if (recent != nullptr) receiver(std::move(recent));
}

std::shared_ptr<const TargetPage> TargetCollector::LeftEarly(Microseconds timeout) const {
  CollectionFacts facts;
  facts.timeout = std::min<Microseconds>(timeout, target_->config.timeout);
  facts.duration = facts.timeout;
  return FailureFamilies(*target_, ErrorKind::kTimeout, facts);
}

void TargetCollector::Run(Deadline deadline, std::chrono::steady_clock::time_point started) {
  Finish(deadline, CollectNow(deadline, started));
}

TargetCollector::Outcome TargetCollector::CollectNow(
    Deadline deadline, std::chrono::steady_clock::time_point started) {
  RequestCounter requests(target_->config.name, dependencies_);
  CollectionFacts facts;
  // The two are read a few microseconds apart; the time that was given is in milliseconds.
  facts.timeout = std::chrono::round<std::chrono::milliseconds>(deadline.at() - started);
  const auto measure = [&] {
    facts.duration = SinceSteady(dependencies_.clock, started);
    facts.requests = requests.requests();
    facts.clock_skew = requests.clock_skew();
  };
  auto page = CatchAll([&]() -> Result<std::shared_ptr<const TargetPage>> {
    auto snapshot = List({deadline, &requests});
    if (!snapshot) return tl::unexpected(snapshot.error());
    measure();
    CountWarnings(**snapshot);
    if ((*snapshot)->backend_time) {
      facts.clock_skew = *(*snapshot)->backend_time - (*snapshot)->fetched_at;
    }
    return SuccessFamilies(*target_, *snapshot, facts);
  });
  if (page) return {std::move(*page), std::nullopt};
  measure();
  return {FailureFamilies(*target_, page.error().kind(), facts), page.error()};
}

Result<std::shared_ptr<const Snapshot>> TargetCollector::List(const CollectionContext& context) {
  if (context.deadline.Passed()) {
    return Fail(ErrorKind::kTimeout,
                "the deadline passed while the collection waited for its turn; raise "
                "scrape.max_concurrency or the scrape timeout");
  }
  auto listed = target_->backend->ListSessions(context);
  if (!listed) return tl::unexpected(listed.error());
  auto snapshot = std::make_shared<Snapshot>(std::move(*listed));
  LimitUnknownStatuses(*snapshot);
  return snapshot;
}

void TargetCollector::CountWarnings(const Snapshot& snapshot) {
  for (const auto& [field, count] : snapshot.parse_warnings) {
    dependencies_.metrics.CountParseWarnings(target_->config.name, field, count);
  }
}

void TargetCollector::Finish(Deadline deadline, Outcome outcome) {
  // Room for what a follower with a later deadline could still do with it.
  constexpr std::chrono::milliseconds kWorthwhile{20};
  const bool cut = outcome.failure && outcome.failure->kind() == ErrorKind::kTimeout;
  std::vector<Waiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    waiters = std::move(under_way_->waiters);
    under_way_.reset();
    // Kept only where it can be shared: it holds all of the target's sessions.
    if (!outcome.failure && min_interval_.count() > 0) {
      last_page_ = outcome.page;
      last_at_ = dependencies_.clock.Steady();
    }
  }
  LogChange(outcome.failure);
  for (Waiter& waiter : waiters) {
    if (cut && waiter.deadline.at() > deadline.at() + kWorthwhile) {
      Collect(waiter.deadline, std::move(waiter.receiver));
    } else {
      waiter.receiver(outcome.page);
    }
  }
}

void TargetCollector::LogChange(const std::optional<Error>& failure) {
  const std::string state = failure ? std::string(ReasonOf(failure->kind())) : std::string("up");
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(last_state_, state) == state) return;
  }
  if (!failure) {
    dependencies_.log.Info("target is up", {{"target", target_->config.name}});
    return;
  }
  dependencies_.log.Warn(
      "target is down",
      {{"target", target_->config.name}, {"reason", state}, {"error", failure->message()}});
}

}  // namespace session_exporter
