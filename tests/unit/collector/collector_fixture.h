// Targets whose backend is a function of the test's, and what a collector works with.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/target_collector.h"
#include "support/exposition_parser.h"
#include "support/snapshot_builder.h"

namespace session_exporter::test {

// How long a test waits for what should happen at once.
inline constexpr std::chrono::seconds kPatience{20};

// Holds threads until it is opened.
class Gate {
 public:
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  // Whether it was opened in time.
  bool Wait(std::chrono::steady_clock::time_point until = std::chrono::steady_clock::now() +
                                                          kPatience) {
    std::unique_lock lock(mutex_);
    return opened_.wait_until(lock, until, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

// Receives one value from another thread, and notices a second.
template <typename T>
class Box {
 public:
  std::function<void(T)> Receiver() {
    return [this](T value) {
      const std::lock_guard lock(mutex_);
      value_ = std::move(value);
      ++times_;
      arrived_.notify_all();
    };
  }
  // What arrived; an empty one when nothing does.
  T Wait(std::chrono::steady_clock::time_point until = std::chrono::steady_clock::now() +
                                                       kPatience) {
    std::unique_lock lock(mutex_);
    arrived_.wait_until(lock, until, [this] { return times_ > 0; });
    return value_;
  }
  int times() {
    const std::lock_guard lock(mutex_);
    return times_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  T value_{};
  int times_ = 0;
};

using PageBox = Box<std::shared_ptr<const CollectedPage>>;

// The civil clock stands still; the steady one runs, and can be put forward.
class TestClock final : public Clock {
 public:
  [[nodiscard]] Timestamp Now() const override { return kNow; }
  [[nodiscard]] std::chrono::steady_clock::time_point Steady() const override {
    return std::chrono::steady_clock::now() + ahead_.load();
  }
  void PutForward(std::chrono::steady_clock::duration by) { ahead_.store(ahead_.load() + by); }

 private:
  std::atomic<std::chrono::steady_clock::duration> ahead_{};
};

using ListFunction = std::function<Result<Snapshot>(const CollectionContext&)>;

class FakeBackend final : public Backend {
 public:
  explicit FakeBackend(ListFunction list) : list_(std::move(list)) {}
  [[nodiscard]] TargetDescription Describe() const override { return {"https://fake", "", ""}; }
  Result<Snapshot> ListSessions(const CollectionContext& context) override {
    return list_(context);
  }

 private:
  ListFunction list_;
};

inline const BackendTraits& FakeTraits() {
  static constexpr std::array<StatusPair, 2> kStatuses = {
      {{SessionState::kActive, "running"}, {SessionState::kEnded, "deleted"}}};
  static const BackendTraits kTraits{kStatuses, {}, true, false};
  return kTraits;
}

// A target to be changed as a test needs it; make it const by handing it on.
inline std::shared_ptr<Target> MakeTarget(const std::string& name, ListFunction list) {
  auto target = std::make_shared<Target>();
  target->config.name = name;
  target->config.backend = "fake";
  target->config.timeout = std::chrono::minutes(1);
  target->traits = &FakeTraits();
  target->backend = std::make_unique<FakeBackend>(std::move(list));
  target->description = target->backend->Describe();
  target->policies = [] { return LabelPolicies(); };
  return target;
}

// A list of that many sessions.
inline Snapshot SessionsOf(int count) {
  SnapshotBuilder builder;
  for (int i = 0; i < count; ++i) builder.Add("s" + std::to_string(i));
  return std::move(*builder);
}

inline Exposition Shown(const std::shared_ptr<const TargetPage>& page) {
  if (page == nullptr) throw std::runtime_error("no page arrived");
  PageWriter writer({{page}, {}}, ExpositionFormat::kText);
  std::string whole;
  std::string piece;
  while (writer.Next(piece)) whole += piece;
  const auto parsed = ParseExposition(whole, Dialect::kText);
  if (!parsed) throw std::runtime_error(parsed.error().message + " in:\n" + whole);
  return *parsed;
}

inline Exposition Shown(const std::shared_ptr<const CollectedPage>& collected) {
  return Shown(collected == nullptr ? nullptr : collected->page);
}

// The reason of a page's failure; "up" of a success.
inline std::string OutcomeOf(const std::shared_ptr<const TargetPage>& page) {
  const Exposition shown = Shown(page);
  std::string outcome;
  for (const ParsedSample& sample : shown.Series("session_collection_error")) {
    if (sample.value == 1) outcome += sample.Label("reason");
  }
  const bool up = shown.Value("session_up") == 1;
  if (up != outcome.empty()) return "up and down at once";
  return up ? "up" : outcome;
}

// The same; the report must say what the page shows.
inline std::string OutcomeOf(const std::shared_ptr<const CollectedPage>& collected) {
  const std::string outcome = OutcomeOf(collected == nullptr ? nullptr : collected->page);
  const std::optional<Error>& failure = collected->report.failure;
  const std::string reported(failure ? ReasonOf(failure->kind()) : "up");
  return reported == outcome ? outcome : outcome + ", reported as " + reported;
}

class LogLines {
 public:
  Log::Sink sink() {
    return [this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      lines_.emplace_back(line);
    };
  }
  // From the message on: what is before it changes with the time.
  std::vector<std::string> Take() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> lines;
    for (const std::string& line : lines_) lines.push_back(line.substr(line.find("level=")));
    lines_.clear();
    return lines;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

// The workers go first, so that nothing runs when the rest goes. Counts for the target "t".
struct CollectorFixture {
  CollectorFixture() { metrics.SetTargets({"t"}); }

  ExporterMetrics metrics{{}};
  TestClock clock;
  LogLines lines;
  Log log{LogLevel::kInfo, LogFormat::kLogfmt, lines.sink()};
  WorkerPool workers{8};

  std::shared_ptr<TargetCollector> Collector(std::shared_ptr<const Target> target,
                                             std::chrono::milliseconds min_interval = {}) {
    return std::make_shared<TargetCollector>(std::move(target), min_interval,
                                             CollectorDependencies{workers, metrics, clock, log});
  }
  std::shared_ptr<TargetCollector> Collector(const std::string& name, ListFunction list) {
    return Collector(MakeTarget(name, std::move(list)));
  }

  // The lines of one of the exporter's own families.
  std::string Own(Metric metric) const {
    for (const OwnFamily& family : metrics.Collect()) {
      if (family.metric == metric) return family.lines;
    }
    return {};
  }
};

// Collects once and waits for it.
inline std::shared_ptr<const CollectedPage> CollectOnce(
    TargetCollector& collector, Deadline deadline = Deadline::After(kPatience)) {
  PageBox box;
  collector.Collect(deadline, box.Receiver());
  return box.Wait();
}

}  // namespace session_exporter::test
