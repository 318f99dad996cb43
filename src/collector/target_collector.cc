#include "collector/target_collector.h"

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include "collector/request_recorder.h"
#include "model/staleness.h"
#include "model/status_limit.h"

namespace session_exporter {
namespace {

Microseconds SinceSteady(const Clock& clock, std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<Microseconds>(clock.Steady() - start);
}

void DescribeSessions(const Snapshot& snapshot, Microseconds stale_after,
                      CollectionReport& report) {
  const Timestamp now = snapshot.BackendNow();
  report.sessions = snapshot.sessions.size();
  report.stale_sessions = static_cast<std::uint64_t>(
      std::count_if(snapshot.sessions.begin(), snapshot.sessions.end(),
                    [&](const Session& session) { return IsStale(session, now, stale_after); }));
  report.truncated = snapshot.truncated;
}

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
    : target_(std::move(target)),
      dependencies_(dependencies),
      helpless_(Failed(Error(ErrorKind::kLimit, "no thread or no memory to collect it"),
                       {{}, target_->config.timeout, 0, {}}, {})),
      min_interval_(min_interval) {}

void TargetCollector::SetMinInterval(std::chrono::milliseconds min_interval) {
  // Goes outside the lock: it may hold the sessions of a large target.
  std::shared_ptr<const CollectedPage> dropped;
  const std::lock_guard lock(mutex_);
  min_interval_ = min_interval;
  if (min_interval.count() == 0) dropped = std::exchange(last_page_, nullptr);
}

void TargetCollector::Collect(Deadline deadline, Receiver receiver,
                              std::optional<Deadline::TimePoint> started) {
  const auto now = dependencies_.clock.Steady();
  const auto begin = started.value_or(now);
  const auto latest = begin + target_->config.timeout;
  const auto limit = std::min(deadline.at(), latest);
  std::shared_ptr<const CollectedPage> recent;
  std::optional<Deadline> start;
  {
    const std::lock_guard lock(mutex_);
    if (under_way_) {
      under_way_->waiters.push_back({begin, limit, Role::kFollower, std::move(receiver)});
      // Too late when it has passed: the listing has ended, or is about to.
      if (!under_way_->deadline.Passed()) under_way_->deadline.ExtendTo(limit);
    } else if (last_page_ != nullptr && now - last_at_ < min_interval_) {
      recent = last_page_;
    } else {
      UnderWay begun{Deadline::Extendable(limit, latest), {}};
      begun.waiters.push_back({begin, limit, Role::kLeader, std::move(receiver)});
      start = begun.deadline;
      under_way_ = std::move(begun);
    }
  }
  if (start) return Start(*start, begin);
  if (recent == nullptr) return;
  dependencies_.metrics.CountSharedCollection(target_->config.name);
  // NOLINTNEXTLINE(bugprone-use-after-move): it was moved only where `recent` stayed null.
  receiver(std::move(recent));
}

std::shared_ptr<const CollectedPage> TargetCollector::LeftEarly(Microseconds timeout) const {
  CollectionFacts facts;
  facts.timeout = std::min<Microseconds>(timeout, target_->config.timeout);
  facts.duration = facts.timeout;
  return Failed(
      Error(ErrorKind::kTimeout, "the scrape's time was over before the collection had ended"),
      facts, {});
}

TargetStatus TargetCollector::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

// From here on every path ends in Finish, or no scrape would ever be answered again.
void TargetCollector::Start(const Deadline& deadline, Deadline::TimePoint started) {
  bool posted = false;
  try {
    posted = dependencies_.workers.Post(
        [self = shared_from_this(), deadline, started] { self->Run(deadline, started); });
  } catch (const std::bad_alloc&) {
  }
  if (!posted) Finish(deadline, helpless_);
}

void TargetCollector::Run(const Deadline& deadline, Deadline::TimePoint started) {
  std::shared_ptr<const CollectedPage> collected = helpless_;
  try {
    collected = CollectNow(deadline, started);
  } catch (const std::bad_alloc&) {
  }
  Finish(deadline, collected);
}

std::shared_ptr<const CollectedPage> TargetCollector::CollectNow(const Deadline& deadline,
                                                                 Deadline::TimePoint started) {
  RequestRecorder recorder(target_->config.name, dependencies_.metrics, dependencies_.log);
  CollectionFacts facts;
  const auto measure = [&] {
    // The two are read a few microseconds apart; the time that was given is in milliseconds.
    facts.timeout = std::chrono::round<std::chrono::milliseconds>(deadline.at() - started);
    facts.duration = SinceSteady(dependencies_.clock, started);
    facts.requests = recorder.requests();
    facts.clock_skew = recorder.clock_skew();
  };
  CollectionReport report;
  auto page = CatchAll([&]() -> Result<std::shared_ptr<const TargetPage>> {
    auto snapshot = List({deadline, &recorder});
    if (!snapshot) return tl::unexpected(snapshot.error());
    measure();
    CountWarnings(**snapshot);
    if ((*snapshot)->backend_time) {
      facts.clock_skew = *(*snapshot)->backend_time - (*snapshot)->fetched_at;
    }
    DescribeSessions(**snapshot, target_->config.stale_after, report);
    return SuccessFamilies(*target_, *snapshot, facts);
  });
  if (!page) measure();
  recorder.TakeInto(report);
  if (!page) return Failed(page.error(), facts, std::move(report));
  report.ended_at = dependencies_.clock.Now();
  report.duration = facts.duration;
  report.timeout = facts.timeout;
  return std::make_shared<CollectedPage>(CollectedPage{std::move(*page), std::move(report)});
}

std::shared_ptr<const CollectedPage> TargetCollector::Failed(Error failure,
                                                             const CollectionFacts& facts,
                                                             CollectionReport report) const {
  auto page = FailureFamilies(*target_, failure.kind(), facts);
  report.ended_at = dependencies_.clock.Now();
  report.duration = facts.duration;
  report.timeout = facts.timeout;
  report.failure = std::move(failure);
  return std::make_shared<CollectedPage>(CollectedPage{std::move(page), std::move(report)});
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
  LimitUnknownStatuses(*snapshot, target_->traits->known_statuses);
  return snapshot;
}

void TargetCollector::CountWarnings(const Snapshot& snapshot) {
  for (const auto& [field, count] : snapshot.parse_warnings) {
    dependencies_.metrics.CountParseWarnings(target_->config.name, field, count);
  }
}

void TargetCollector::Finish(const Deadline& deadline,
                             const std::shared_ptr<const CollectedPage>& collected) {
  // Room for what a follower with a later deadline could still do with it.
  constexpr std::chrono::milliseconds kWorthwhile{20};
  const std::optional<Error>& failure = collected->report.failure;
  const auto until = std::min(deadline.at(), std::chrono::steady_clock::now());
  // One that has had all of its target's time has failed by itself.
  const bool cut = failure && failure->kind() == ErrorKind::kTimeout && until < deadline.latest();
  Guarded([&] { Remember(collected); });
  std::vector<Waiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    waiters = std::move(under_way_->waiters);
    under_way_.reset();
  }
  for (Waiter& waiter : waiters) {
    Guarded([&] {
      const bool follows = waiter.role == Role::kFollower;
      if (cut && follows && waiter.limit > until + kWorthwhile) {
        return Collect(Deadline(waiter.limit), std::move(waiter.receiver), waiter.began);
      }
      if (follows) dependencies_.metrics.CountSharedCollection(target_->config.name);
      waiter.receiver(collected);
    });
  }
}

// What comes after a collection fails whoever waited for it, not the process. A scrape that misses
// a page for it is answered at its deadline.
template <typename Function>
void TargetCollector::Guarded(Function function) const {
  try {
    function();
  } catch (const std::exception& exception) {
    dependencies_.log.Failure("collection not handed on",
                              {{"target", target_->config.name}, {"error", exception.what()}});
  }
}

void TargetCollector::Remember(const std::shared_ptr<const CollectedPage>& collected) {
  const std::optional<Error>& failure = collected->report.failure;
  CollectionReport shown = collected->report;
  shown.requests.clear();                      // the status page shows none
  shown.ended_at = dependencies_.clock.Now();  // helpless_ was made earlier
  const std::string state = failure ? std::string(ReasonOf(failure->kind())) : std::string("up");
  // Goes outside the lock: it may hold the sessions of a large target.
  std::shared_ptr<const CollectedPage> dropped;
  bool changed = false;
  {
    const std::lock_guard lock(mutex_);
    if (failure) status_.last_failure = TargetStatus::Failure{*failure, shown.ended_at};
    status_.last = std::move(shown);
    changed = std::exchange(last_state_, state) != state;
    // Kept only where it can be shared: it holds all of the target's sessions. Not beyond a
    // failure either, or a reload with a longer min_interval would bring it back.
    const bool keep = !failure && min_interval_.count() > 0;
    dropped = std::exchange(last_page_, keep ? collected : nullptr);
    last_at_ = dependencies_.clock.Steady();
  }
  if (changed) LogState(state, failure);
}

void TargetCollector::LogState(const std::string& state, const std::optional<Error>& failure) {
  if (!failure) {
    dependencies_.log.Info("target is up", {{"target", target_->config.name}});
    return;
  }
  dependencies_.log.Warn(
      "target is down",
      {{"target", target_->config.name}, {"reason", state}, {"error", failure->message()}});
}

Collectors MakeCollectors(const Configuration& configuration, const BackendDependencies& backends,
                          const CollectorDependencies& dependencies, const Collectors& former) {
  const std::chrono::milliseconds min_interval = configuration.scrape.min_interval;
  Targets known;
  for (const auto& collector : former) known.push_back(collector->shared_target());
  Collectors collectors;
  for (auto& target : MakeTargets(configuration, backends, known)) {
    const auto kept = std::find_if(former.begin(), former.end(), [&target](const auto& collector) {
      return collector->shared_target() == target;
    });
    if (kept == former.end()) {
      collectors.push_back(
          std::make_shared<TargetCollector>(std::move(target), min_interval, dependencies));
    } else {
      (*kept)->SetMinInterval(min_interval);
      collectors.push_back(*kept);
    }
  }
  return collectors;
}

}  // namespace session_exporter
