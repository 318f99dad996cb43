// What the exporter answers under which path.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "collector/scrape.h"
#include "exposition/exporter_metrics.h"
#include "server/http_server.h"
#include "server/page_response.h"
#include "server/router.h"
#include "server/scrape_gate.h"

namespace session_exporter {

// What is served of one configuration. Immutable.
struct ServedTargets {
  Collectors targets;                         // ordered by name
  std::chrono::milliseconds timeout{10'000};  // scrape.timeout
  std::string configuration;                  // as /config shows it
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

  // Whether the metrics can be served under `path`. Errors: kConfig, where no request could ask for
  // it or it is another page's.
  static Result<void> CheckTelemetryPath(std::string_view path);

  // `metrics` and `clock` outlive the endpoints.
  Endpoints(Options options, ExporterMetrics& metrics, const Clock& clock);

  // What the endpoints ask of the program. Called from any thread.
  struct Hooks {
    // Calls a task after a delay, what ends a scrape at its deadline, unless what it returns is
    // called before.
    std::function<std::function<void()>(std::chrono::milliseconds, std::function<void()>)> after;
    // Loads the configuration again, elsewhere: returns at once. `done` gets every error, none when
    // the new one is in force.
    using ReloadDone = std::function<void(const std::vector<std::string>& errors)>;
    std::function<void(ReloadDone done)> reload;
  };

  // From now on scrapes are answered; before, the exporter is not ready.
  void Start(Hooks hooks, std::shared_ptr<const ServedTargets> targets);

  // Takes effect, as a whole, for the requests that begin after it.
  void SetTargets(std::shared_ptr<const ServedTargets> targets);

  // From now on scrapes are refused.
  void BeginStop() { gate_.BeginStop(); }

  void Handle(const IncomingRequest& request, Responder respond) const {
    router_.Handle(request, std::move(respond));
  }

 private:
  using Served = std::shared_ptr<const ServedTargets>;
  // A handler of what is there only once the configuration is loaded.
  using ServedHandler = void (Endpoints::*)(const IncomingRequest&, const Served&,
                                            const Responder&);
  // Makes the answer to a scrape.
  using Answer = std::function<OutgoingResponse(const Scrape::Pages&)>;

  void AddRoutes();
  void AddServed(const std::string& path, std::vector<std::string> methods, ServedHandler handler);
  void Metrics(const IncomingRequest& request, const Served& served, const Responder& respond);
  void Probe(const IncomingRequest& request, const Served& served, const Responder& respond);
  void Discover(const IncomingRequest& request, const Served& served, const Responder& respond);
  void ShowConfiguration(const IncomingRequest& request, const Served& served,
                         const Responder& respond);
  void Reload(const IncomingRequest& request, const Served& served, const Responder& respond);
  void ShowStatus(const IncomingRequest& request, const Served& served, const Responder& respond);
  void Ready(const Responder& respond) const;

  // Collects `targets`, if there is a place, and answers when they are done or the deadline passed.
  void Collect(const IncomingRequest& request, const ServedTargets& served, Collectors targets,
               Responder respond, Answer answer);
  [[nodiscard]] Served targets() const;

  const Options options_;
  ExporterMetrics& metrics_;
  const Clock& clock_;
  const std::chrono::steady_clock::time_point started_at_;
  ScrapeGate gate_;
  Router router_;
  mutable std::mutex mutex_;
  Served targets_;  // null before Start; guarded by mutex_
  Hooks hooks_;     // set before targets_, then never changed
};

}  // namespace session_exporter
