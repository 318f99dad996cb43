#include "server/endpoints.h"

#include <utility>

#include "collector/scrape_deadline.h"
#include "exposition/gzip.h"
#include "exposition/page_writer.h"
#include "server/accept_negotiation.h"

namespace session_exporter {
namespace {

// A page as it is sent, compressed piece by piece when the client takes gzip.
class PageBody final : public BodySource {
 public:
  PageBody(Page page, ExpositionFormat format, std::unique_ptr<GzipStream> gzip)
      : writer_(std::move(page), format), gzip_(std::move(gzip)) {}

  bool Next(std::string& chunk) override {
    if (gzip_ == nullptr) return writer_.Next(chunk);
    chunk.clear();
    // A piece of text may leave nothing behind yet, and an empty chunk would end the body.
    while (chunk.empty() && !ended_) {
      if (writer_.Next(text_)) {
        gzip_->Write(text_, chunk);
      } else {
        gzip_->Finish(chunk);
        ended_ = true;
      }
    }
    return !chunk.empty();
  }

 private:
  PageWriter writer_;
  std::unique_ptr<GzipStream> gzip_;
  std::string text_;
  bool ended_ = false;
};

// How the client wants a page.
struct PageForm {
  ExpositionFormat format;
  bool gzip;

  explicit PageForm(const IncomingRequest& request)
      : format(NegotiateFormat(request.Header("accept"))),
        gzip(AcceptsGzip(request.Header("accept-encoding"))) {}

  [[nodiscard]] OutgoingResponse With(Page page) const {
    OutgoingResponse response;
    response.headers.emplace_back("Content-Type", ContentTypeOf(format));
    response.headers.emplace_back("Vary", "Accept, Accept-Encoding");
    if (gzip) response.headers.emplace_back("Content-Encoding", "gzip");
    response.stream =
        std::make_unique<PageBody>(std::move(page), format, gzip ? GzipStream::Create() : nullptr);
    return response;
  }
};

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace

class Endpoints::Place {
 public:
  explicit Place(Endpoints& endpoints) : endpoints_(endpoints) {
    endpoints_.metrics_.AddScrapesInFlight(1);
  }
  ~Place() {
    endpoints_.metrics_.AddScrapesInFlight(-1);
    --endpoints_.scrapes_;
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  Endpoints& endpoints_;
};

Endpoints::Endpoints(Options options, ExporterMetrics& metrics)
    : options_(std::move(options)), metrics_(metrics) {
  const std::vector<std::string> read = {"GET", "HEAD"};
  router_.Add(options_.telemetry_path, read,
              [this](const IncomingRequest& request, Responder respond) {
                Metrics(request, std::move(respond));
              });
  router_.Add("/-/healthy", read, [](const IncomingRequest&, const Responder& respond) {
    respond(PlainText(200, "healthy\n"));
  });
  router_.Add("/-/ready", read,
              [this](const IncomingRequest&, const Responder& respond) { Ready(respond); });
  router_.Add("/", read,
              [this](const IncomingRequest&, const Responder& respond) { StatusPage(respond); });
}

void Endpoints::Start(Timer timer, std::shared_ptr<const ServedTargets> targets) {
  timer_ = std::move(timer);
  SetTargets(std::move(targets));
}

void Endpoints::SetTargets(std::shared_ptr<const ServedTargets> targets) {
  // The old ones go outside the lock: the last reference may destroy connections.
  std::shared_ptr<const ServedTargets> old;
  const std::lock_guard lock(mutex_);
  old = std::exchange(targets_, std::move(targets));
}

std::shared_ptr<const ServedTargets> Endpoints::targets() const {
  const std::lock_guard lock(mutex_);
  return targets_;
}

std::shared_ptr<Endpoints::Place> Endpoints::TakePlace(const Responder& respond) {
  const bool full = ++scrapes_ > options_.max_requests;
  if (!full && !stopping_) return std::make_shared<Place>(*this);
  --scrapes_;
  metrics_.CountRejectedScrape(full ? ExporterMetrics::Rejection::kSaturated
                                    : ExporterMetrics::Rejection::kStopping);
  OutgoingResponse response =
      PlainText(503, full ? "too many scrapes at once (--web.max-requests)\n" : "stopping\n");
  response.headers.emplace_back("Retry-After", "1");
  respond(std::move(response));
  return nullptr;
}

void Endpoints::Metrics(const IncomingRequest& request, Responder respond) {
  const PageForm form(request);
  if (request.method == "HEAD") {  // tells the form of the answer to a GET; asks no backend
    respond(form.With({}));
    return;
  }
  const std::shared_ptr<const ServedTargets> served = targets();
  if (served == nullptr) {
    respond(PlainText(503, "the configuration is not loaded yet\n"));
    return;
  }
  std::shared_ptr<Place> place = TakePlace(respond);
  if (place == nullptr) return;
  const auto timeout = ScrapeTimeout(request.Header("x-prometheus-scrape-timeout-seconds"),
                                     served->timeout, options_.timeout_offset);
  // The place is given back before the answer goes out: a slow reader is no scrape in flight.
  const auto scrape =
      Scrape::Start(served->targets, Deadline::After(timeout),
                    [this, form, place = std::move(place),
                     respond = std::move(respond)](const Scrape::Pages& pages) mutable {
                      place.reset();
                      respond(form.With({ShownPages(pages), metrics_.Collect()}));
                    });
  timer_(timeout + kExpiryGrace, [scrape] { scrape->Expire(); });
}

void Endpoints::Ready(const Responder& respond) const {
  const bool ready = targets() != nullptr && !stopping_;
  respond(ready ? PlainText(200, "ready\n") : PlainText(503, "not ready\n"));
}

void Endpoints::StatusPage(const Responder& respond) const {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
      "<title>session_exporter</title></head>\n<body>\n<h1>session_exporter</h1>\n";
  page += fmt::format("<p>Version {}</p>\n<ul>\n", EscapeHtml(options_.version));
  for (const std::string& path :
       {options_.telemetry_path, std::string("/-/healthy"), std::string("/-/ready")}) {
    page += fmt::format("<li><a href=\"{0}\">{0}</a></li>\n", EscapeHtml(path));
  }
  page += "</ul>\n<h2>Targets</h2>\n<ul>\n";
  if (const auto served = targets()) {
    for (const auto& target : served->targets) {
      const TargetConfig& config = target->target().config;
      page +=
          fmt::format("<li>{} ({})</li>\n", EscapeHtml(config.name), EscapeHtml(config.backend));
    }
  }
  page += "</ul>\n</body>\n</html>\n";
  OutgoingResponse response;
  response.headers.emplace_back("Content-Type", "text/html; charset=utf-8");
  response.headers.emplace_back("Content-Security-Policy", "default-src 'none'");
  response.body = std::move(page);
  respond(std::move(response));
}

}  // namespace session_exporter
