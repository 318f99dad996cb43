// Lets in as many scrapes at once as may collect, and none when the program ends.
#pragma once

#include <atomic>
#include <memory>

#include "exposition/exporter_metrics.h"
#include "server/http_server.h"

namespace session_exporter {

// Thread-safe.
class ScrapeGate {
 public:
  // `metrics` outlives the gate, and the gate its places.
  ScrapeGate(int most_scrapes, ExporterMetrics& metrics)
      : most_scrapes_(most_scrapes), metrics_(metrics) {}

  // A scrape's place among those that collect; free again when it is destroyed.
  class Place {
   public:
    explicit Place(ScrapeGate& gate) : gate_(gate) { gate_.metrics_.AddScrapesInFlight(1); }
    ~Place() {
      gate_.metrics_.AddScrapesInFlight(-1);
      --gate_.scrapes_;
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    ScrapeGate& gate_;
  };

  // Null, and the answer given, when there is no place.
  std::shared_ptr<Place> TakePlace(const Responder& respond);

  // From now on there is none.
  void BeginStop() { stopping_ = true; }
  [[nodiscard]] bool stopping() const { return stopping_; }

 private:
  const int most_scrapes_;
  ExporterMetrics& metrics_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> scrapes_{0};
};

}  // namespace session_exporter
