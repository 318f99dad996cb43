#include "server/scrape_gate.h"

#include <utility>

#include "server/response_head.h"

namespace session_exporter {

std::shared_ptr<ScrapeGate::Place> ScrapeGate::TakePlace(const Responder& respond) {
  const bool full = ++scrapes_ > most_scrapes_;
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

}  // namespace session_exporter
