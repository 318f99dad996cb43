// What the exporter answers under which path.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "collector/scrape.h"
#include "exposition/exporter_metrics.h"
#include "server/http_server.h"
#include "server/router.h"

namespace session_exporter {

// The targets of one configuration, ordered by name. Immutable.
struct ServedTargets {
  std::vector<std::shared_ptr<TargetCollector>> targets;
  std::chrono::milliseconds timeout{10'000};  // scrape.timeout
};

// Thread-safe.
class Endpoints {
 public:
  struct Options {
    std::string telemetry_path = "/metrics";
    int max_requests = 40;  // scrapes that collect at once; above it 503
    std::chrono::milliseconds timeout_offset{500};
    std::string version;
  };

  // `metrics` outlives the endpoints.
  Endpoints(Options options, ExporterMetrics& metrics);

  // Calls a task after a delay; what ends a scrape at its deadline.
  using Timer = std::function<void(std::chrono::milliseconds, std::function<void()>)>;

  // From now on scrapes are answered; before, the exporter is not ready.
  void Start(Timer timer, std::shared_ptr<const ServedTargets> targets);

  // Takes effect for the scrapes that begin after it.
  void SetTargets(std::shared_ptr<const ServedTargets> targets);

  // From now on scrapes are refused.
  void BeginStop() { stopping_ = true; }

  void Handle(const IncomingRequest& request, Responder respond) const {
    router_.Handle(request, std::move(respond));
  }

 private:
  // A scrape's place among those that collect; free again when it is destroyed.
  class Place;

  void Metrics(const IncomingRequest& request, Responder respond);
  void Ready(const Responder& respond) const;
  void StatusPage(const Responder& respond) const;
  // Null, and the answer given, when there is no place.
  std::shared_ptr<Place> TakePlace(const Responder& respond);
  [[nodiscard]] std::shared_ptr<const ServedTargets> targets() const;

  const Options options_;
  ExporterMetrics& metrics_;
  Router router_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> scrapes_{0};
  mutable std::mutex mutex_;
  std::shared_ptr<const ServedTargets> targets_;  // null before Start; guarded by mutex_
  Timer timer_;                                   // set before targets_, then never changed
};

}  // namespace session_exporter
