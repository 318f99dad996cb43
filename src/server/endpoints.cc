#include "server/endpoints.h"

#include <algorithm>
#include <array>
#include <utility>

#include "collector/scrape_deadline.h"
#include "server/cross_site.h"
#include "server/probe.h"
#include "server/response_head.h"
#include "server/service_discovery.h"
#include "server/status_page.h"

namespace session_exporter {
namespace {

OutgoingResponse Typed(std::string_view content_type, std::string body) {
  OutgoingResponse response;
  response.headers.emplace_back("Content-Type", content_type);
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

// One line a target, behind a message that says what is wrong.
OutgoingResponse RefuseProbe(int status, std::string_view message, const ServedTargets& served) {
  std::string text = fmt::format("{}\nknown targets:\n", message);
  for (const auto& collector : served.targets) text += collector->target().config.name + "\n";
  return PlainText(status, std::move(text));
}

StatusPageContent StatusOf(const ServedTargets& served) {
  StatusPageContent content;
  for (const auto& collector : served.targets) {
    const Target& target = collector->target();
    content.targets.push_back({target.config.name, target.config.backend,
                               target.description.endpoint, collector->status()});
  }
  return content;
}

}  // namespace

Result<void> Endpoints::CheckTelemetryPath(std::string_view path) {
  constexpr std::array<std::string_view, 8> kOwn = {
      "/", "/probe", "/sd", "/config", "/-/reload", "/-/healthy", "/-/ready", kStatusStylePath};
  if (!path.starts_with('/')) return Fail(ErrorKind::kConfig, "must begin with a slash");
  // Requests have these escaped, or behind the path; paths are compared as they are sent.
  const bool askable = std::all_of(
      path.begin(), path.end(), [](char c) { return c > ' ' && c < 0x7f && c != '?' && c != '#'; });
  if (!askable) {
    return Fail(ErrorKind::kConfig,
                "must be a path of ASCII characters without query (?), fragment (#) or spaces");
  }
  if (std::find(kOwn.begin(), kOwn.end(), path) == kOwn.end()) return {};
  return Fail(ErrorKind::kConfig, "{} is another page's path", path);
}

Endpoints::Endpoints(Options options, ExporterMetrics& metrics, const Clock& clock)
    : options_(std::move(options)),
      metrics_(metrics),
      clock_(clock),
      started_at_(clock.Steady()),
      gate_(options_.max_requests, metrics) {
  AddRoutes();
}

void Endpoints::AddRoutes() {
  const std::vector<std::string> read = {"GET", "HEAD"};
  AddServed(options_.telemetry_path, read, &Endpoints::Metrics);
  AddServed("/probe", read, &Endpoints::Probe);
  AddServed("/sd", read, &Endpoints::Discover);
  AddServed("/config", read, &Endpoints::ShowConfiguration);
  AddServed("/-/reload", {"POST", "PUT"}, &Endpoints::Reload);
  AddServed("/", read, &Endpoints::ShowStatus);
  router_.Add(std::string(kStatusStylePath), read,
              [](const IncomingRequest&, const Responder& respond) { respond(StatusStyle()); });
  router_.Add("/-/healthy", read, [](const IncomingRequest&, const Responder& respond) {
    respond(PlainText(200, "healthy\n"));
  });
  router_.Add("/-/ready", read,
              [this](const IncomingRequest&, const Responder& respond) { Ready(respond); });
}

void Endpoints::AddServed(const std::string& path, std::vector<std::string> methods,
                          ServedHandler handler) {
  router_.Add(path, std::move(methods),
              [this, handler](const IncomingRequest& request, const Responder& respond) {
                const Served served = targets();
                if (served == nullptr) {
                  respond(PlainText(503, "the configuration is not loaded yet\n"));
                } else {
                  (this->*handler)(request, served, respond);
                }
              });
}

void Endpoints::Start(Hooks hooks, Served targets) {
  hooks_ = std::move(hooks);
  SetTargets(std::move(targets));
}

void Endpoints::SetTargets(Served targets) {
  // The old ones go outside the lock: the last reference may destroy connections.
  Served old;
  const std::lock_guard lock(mutex_);
  old = std::exchange(targets_, std::move(targets));
}

Endpoints::Served Endpoints::targets() const {
  const std::lock_guard lock(mutex_);
  return targets_;
}

void Endpoints::Collect(const IncomingRequest& request, const ServedTargets& served,
                        Collectors targets, Responder respond, Answer answer) {
  std::shared_ptr<ScrapeGate::Place> place = gate_.TakePlace(respond);
  if (place == nullptr) return;
  const auto timeout = ScrapeTimeout(request.Header("x-prometheus-scrape-timeout-seconds"),
                                     served.timeout, options_.timeout_offset);
  // The place is given back before the answer goes out: a slow reader is no scrape in flight.
  const auto scrape =
      Scrape::Start(std::move(targets), Deadline::After(timeout),
                    [place = std::move(place), respond = std::move(respond),
                     answer = std::move(answer)](const Scrape::Pages& pages) mutable {
                      place.reset();
                      respond(answer(pages));
                    });
  // Gone with the scrape: left alone, the timers of scrapes that are answered at once would hold
  // their targets, of a former configuration too, to the end of a time that nobody needs.
  scrape->WhenEnded(hooks_.after(timeout + kExpiryGrace, [scrape] { scrape->Expire(); }));
}

void Endpoints::Metrics(const IncomingRequest& request, const Served& served,
                        const Responder& respond) {
  const PageForm form(request);
  if (request.method == "HEAD") {  // tells the form of the answer to a GET; asks no backend
    respond(form.With({}));
    return;
  }
  Collect(request, *served, served->targets, respond, [this, form](const Scrape::Pages& pages) {
    return form.With({ShownPages(pages), metrics_.Collect()});
  });
}

void Endpoints::Probe(const IncomingRequest& request, const Served& served,
                      const Responder& respond) {
  const auto probe = ReadProbeQuery(request.query);
  if (!probe) return respond(RefuseProbe(400, probe.error().message(), *served));
  const auto collector = std::find_if(
      served->targets.begin(), served->targets.end(),
      [&probe](const auto& known) { return known->target().config.name == probe->target; });
  if (collector == served->targets.end()) {
    return respond(RefuseProbe(404, "unknown target", *served));
  }
  const PageForm form(request);
  // Whether a strict probe is answered with 503 only the backend tells.
  if (request.method == "HEAD" && !probe->strict) {
    return respond(probe->debug ? form.After({}, {}) : form.With({}));
  }
  Collect(request, *served, {*collector}, respond,
          [form, probe = *probe, target = (*collector)->shared_target(),
           asked_at = clock_.Now()](const Scrape::Pages& pages) {
            const CollectionReport& report = pages.front()->report;
            const int status = probe.strict && report.failure ? 503 : 200;
            const Page page{ShownPages(pages), {}};
            if (!probe.debug) return form.With(page, status);
            OutgoingResponse answer =
                form.After(DescribeCollection(*target, report, asked_at), page);
            answer.status = status;
            return answer;
          });
}

void Endpoints::Discover(const IncomingRequest& request, const Served& served,
                         const Responder& respond) {
  const std::string_view host = request.Header("host");
  if (host.empty()) {  // HTTP/1.0 can do without, but then nobody knows where we are
    return respond(PlainText(400, "no Host header\n"));
  }
  std::vector<DiscoveredTarget> targets;
  for (const auto& collector : served->targets) {
    const TargetConfig& config = collector->target().config;
    targets.push_back({config.name, config.backend});
  }
  respond(Typed("application/json", DescribeTargets(host, targets)));
}

void Endpoints::ShowConfiguration(const IncomingRequest& /*request*/, const Served& served,
                                  const Responder& respond) {
  respond(Typed("text/plain; charset=utf-8", served->configuration));
}

void Endpoints::Reload(const IncomingRequest& request, const Served& /*served*/,
                       const Responder& respond) {
  if (IsCrossSite(request)) {
    return respond(PlainText(403, "refused: the request comes from another site's page\n"));
  }
  hooks_.reload([respond](const std::vector<std::string>& errors) {
    if (errors.empty()) return respond(PlainText(200, "the configuration is loaded\n"));
    std::string text = "the configuration has errors, the former stays in force:\n";
    for (const std::string& error : errors) text += error + "\n";
    respond(PlainText(500, std::move(text)));
  });
}

void Endpoints::Ready(const Responder& respond) const {
  const bool ready = targets() != nullptr && !gate_.stopping();
  respond(ready ? PlainText(200, "ready\n") : PlainText(503, "not ready\n"));
}

void Endpoints::ShowStatus(const IncomingRequest& /*request*/, const Served& served,
                           const Responder& respond) {
  StatusPageContent content = StatusOf(*served);
  content.version = options_.version;
  content.telemetry_path = options_.telemetry_path;
  content.now = clock_.Now();
  content.uptime = std::chrono::duration_cast<Microseconds>(clock_.Steady() - started_at_);
  respond(StatusPage(content));
}

}  // namespace session_exporter
