#include "simulator/simulator.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "simulator/aws_routes.h"
#include "simulator/control.h"
#include "simulator/delivery.h"
#include "simulator/faults.h"
#include "simulator/json_text.h"
#include "simulator/routes.h"

namespace simulator {
namespace {

constexpr std::size_t kKeptRequests = 1000;
constexpr std::size_t kKeptBody = 65536;
constexpr std::string_view kFaultPrefix = "/fault/";

// Takes /fault/SPEC off the path. Nothing, with a message, when the SPEC names an unknown fault.
std::optional<FaultSet> TakePrefix(std::string* path, std::string* error) {
  if (!path->starts_with(kFaultPrefix)) return FaultSet();
  const std::size_t end = path->find('/', kFaultPrefix.size());
  const std::string text = path->substr(kFaultPrefix.size(), end - kFaultPrefix.size());
  *path = end == std::string::npos ? "/" : path->substr(end);
  return FaultSet::Parse(text, error);
}

std::string StatsJson(const Stats& stats, Time now) {
  ObjectText by_path;
  for (const auto& [path, count] : stats.requests) {
    const std::string quoted = Quoted(path);
    by_path.Number(std::string_view(quoted).substr(1, quoted.size() - 2),
                   static_cast<std::int64_t>(count));
  }
  const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  ObjectText connections;
  connections.Number("accepted", number(stats.connections_accepted))
      .Number("open", number(stats.connections_open));
  ObjectText honeypot;
  honeypot.Number("requests", number(stats.honeypot_requests))
      .Number("body_bytes", number(stats.honeypot_body_bytes))
      .Number("secrets", number(stats.honeypot_secrets));
  ObjectText all;
  all.Raw("requests", by_path.Done())
      .Number("requests_total", number(stats.requests_total))
      .Number("requests_in_flight", number(stats.requests_in_flight))
      .Number("requests_in_flight_peak", number(stats.requests_in_flight_peak))
      .Raw("connections", connections.Done())
      .Raw("honeypot", honeypot.Done())
      .Text("now", PythonDate(now));
  return all.Done();
}

}  // namespace

class Simulator::Impl {
 public:
  explicit Impl(SimulatorOptions options)
      : options_(std::move(options)),
        clock_(options_.start_time.value_or(
                   std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now())),
               options_.speed),
        population_(options_.population) {
    routes_.push_back(MakeKasmRoutes(options_.kasm, population_));
    routes_.push_back(MakeIntersightRoutes(options_.intersight, population_, options_.speed));
    routes_.push_back(MakeAwsRoutes(options_.aws, population_, options_.population));
    server_ = std::make_unique<HttpServer>(
        options_.listen, [this](Request request) { return Handle(std::move(request)); },
        [this] { return script_.TakeAtDoor(); });
    server_->Accept();  // last: requests, which ask the server for its figures, come from here on
  }

  Stats TakeStats() const {
    Stats stats;
    {
      const std::lock_guard lock(mutex_);
      stats = stats_;
    }
    stats.connections_accepted = server_->accepted();
    stats.connections_open = server_->open();
    return stats;
  }

  std::vector<Request> TakeRequests() const {
    const std::lock_guard lock(mutex_);
    return {requests_.begin(), requests_.end()};
  }

  void Forget() {
    const std::lock_guard lock(mutex_);
    requests_.clear();
    const std::uint64_t in_flight = stats_.requests_in_flight;
    stats_ = Stats();
    stats_.requests_in_flight = stats_.requests_in_flight_peak = in_flight;
  }

  const SimulatorOptions& options() const { return options_; }
  Clock& clock() { return clock_; }
  Population& population() { return population_; }
  FaultScript& script() { return script_; }
  const HttpServer& server() const { return *server_; }

 private:
  Steps Handle(Request request) {
    std::string error;
    std::optional<FaultSet> faults = TakePrefix(&request.path, &error);
    if (!faults)
      return Plain(Finish(MakeResponse(400, "text/plain", error + "\n"), request, clock_.Now()));
    const ControlContext control{script_, clock_,
                                 [this] { return StatsJson(TakeStats(), clock_.Now()); },
                                 [this](const Request& visit) { CountVisit(visit); }};
    if (auto response = HandleControl(request, control)) {
      return Plain(Finish(std::move(*response), request, clock_.Now()));
    }
    const std::string name = NameOf(request);
    faults->Merge(script_.Take(name));
    return HandleVendor(request, name, *faults);
  }

  std::string NameOf(const Request& request) const {
    for (const auto& routes : routes_) {
      if (std::string name = routes->Name(request); !name.empty()) return name;
    }
    return request.path;
  }

  Steps HandleVendor(const Request& request, const std::string& name, const FaultSet& faults) {
    const auto skew = std::chrono::duration<double>(faults.Number("skew", 0));
    const Time now = clock_.Now() + std::chrono::duration_cast<std::chrono::microseconds>(skew);
    std::shared_ptr<void> in_flight = Record(request, name);
    std::optional<Response> response = SubstituteAnswer(request, faults);
    EndlessList endless;
    for (const auto& routes : routes_) {
      if (!response) response = routes->Handle(request, faults, now);
      if (!faults.Has("endless")) continue;
      if (auto list = routes->Endless(request, now)) endless = std::move(*list);
    }
    if (!response) response = MakeResponse(404, "text/html", ErrorPage(404));
    Steps steps = Deliver(Finish(std::move(*response), request, now), faults, std::move(endless));
    if (options_.latency.count() > 0) steps.insert(steps.begin(), Pause(options_.latency));
    HoldWhileWaiting(std::move(in_flight), &steps);
    return steps;
  }

  // A request is in flight until its answer starts to go out: through the pauses before the first
  // byte.
  static void HoldWhileWaiting(std::shared_ptr<void> in_flight, Steps* steps) {
    for (Step& step : *steps) {
      if (step.kind != Step::Kind::kPause && step.kind != Step::Kind::kWaitUntilClosed) break;
      step.held = in_flight;
    }
  }

  // Returns what keeps the request counted as in flight.
  std::shared_ptr<void> Record(const Request& request, const std::string& name) {
    Request kept = request;
    kept.body.resize(std::min(kept.body.size(), kKeptBody));
    const std::lock_guard lock(mutex_);
    ++stats_.requests[name];
    ++stats_.requests_total;
    ++stats_.requests_in_flight;
    stats_.requests_in_flight_peak =
        std::max(stats_.requests_in_flight_peak, stats_.requests_in_flight);
    requests_.push_back(std::move(kept));
    if (requests_.size() > kKeptRequests) requests_.pop_front();
    return {static_cast<void*>(this), [this](void*) {
              const std::lock_guard relock(mutex_);
              --stats_.requests_in_flight;
            }};
  }

  void CountVisit(const Request& visit) {
    std::string everything = visit.target + visit.body;
    for (const auto& [name, value] : visit.headers) everything += "\n" + value;
    const bool secret = std::any_of(routes_.begin(), routes_.end(), [&](const auto& routes) {
      return routes->HoldsSecret(everything);
    });
    const std::lock_guard lock(mutex_);
    ++stats_.honeypot_requests;
    stats_.honeypot_body_bytes += visit.body.size();
    if (secret) ++stats_.honeypot_secrets;
  }

  // What every answer has, whoever made it.
  static Response Finish(Response response, const Request& request, Time now) {
    response.headers.insert(response.headers.begin(), {"Server", "nginx"});
    if (FindHeader(response.headers, "Date").empty()) {
      response.headers.insert(response.headers.begin() + 1, {"Date", HttpDate(now)});
    }
    response.SetHeader("Connection", request.keep_alive ? "keep-alive" : "close");
    return response;
  }

  const SimulatorOptions options_;
  Clock clock_;
  Population population_;
  FaultScript script_;
  std::vector<std::unique_ptr<Routes>> routes_;

  mutable std::mutex mutex_;
  Stats stats_;                   // guarded by mutex_; connections are the server's to count
  std::deque<Request> requests_;  // guarded by mutex_
  std::unique_ptr<HttpServer> server_;
};

Simulator::Simulator(SimulatorOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}

Simulator::~Simulator() = default;

std::uint16_t Simulator::port() const { return impl_->server().port(); }

std::string Simulator::url(std::string_view fault) const {
  std::string host = impl_->options().listen.host;
  if (host.empty() || host == "0.0.0.0") host = "127.0.0.1";
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return fmt::format("{}://{}:{}{}{}", impl_->server().tls() ? "https" : "http", host, port(),
                     fault.empty() ? "" : "/fault/", fault);
}

std::uint64_t Simulator::SetFault(std::string path, std::string_view fault,
                                  std::optional<std::uint64_t> times) {
  return impl_->script().Add(std::move(path), fault, times);
}

void Simulator::RemoveFault(std::uint64_t id) { impl_->script().Remove(id); }

void Simulator::ClearFaults() { impl_->script().Clear(); }

Stats Simulator::stats() const { return impl_->TakeStats(); }

std::vector<Request> Simulator::requests() const { return impl_->TakeRequests(); }

std::uint64_t Simulator::CountRequests(std::string_view path_part) const {
  std::uint64_t count = 0;
  for (const auto& [path, times] : impl_->TakeStats().requests) {
    if (path.find(path_part) != std::string::npos) count += times;
  }
  return count;
}

void Simulator::ForgetRequests() { impl_->Forget(); }

Time Simulator::now() const { return impl_->clock().Now(); }

void Simulator::AdvanceClock(std::chrono::microseconds by) { impl_->clock().Advance(by); }

std::vector<Session> Simulator::sessions() const { return impl_->population().Sessions(now()); }

const Population& Simulator::population() const { return impl_->population(); }

}  // namespace simulator
