// Told of each request of one collection: counts it, logs it at debug level and keeps it for the
// report.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "base/log.h"
#include "collector/collection_report.h"
#include "exposition/exporter_metrics.h"
#include "net/http_client.h"

namespace session_exporter {

// Thread-safe: a backend may have several requests under way.
class RequestRecorder final : public RequestObserver {
 public:
  // All of it outlives the recorder.
  RequestRecorder(const std::string& target, ExporterMetrics& metrics, Log& log)
      : target_(target), metrics_(metrics), log_(log) {}

  void OnRequest(const RequestRecord& record) override;

  // Moves what was recorded into `report`.
  void TakeInto(CollectionReport& report);
  [[nodiscard]] std::uint64_t requests() const;
  // Of the last answer that told the backend's time.
  [[nodiscard]] std::optional<Microseconds> clock_skew() const;

 private:
  void LogRequest(const ReportedRequest& request);

  const std::string& target_;
  ExporterMetrics& metrics_;
  Log& log_;

  mutable std::mutex mutex_;
  std::vector<ReportedRequest> kept_;       // guarded by mutex_
  std::uint64_t count_ = 0;                 // guarded by mutex_
  std::optional<Microseconds> clock_skew_;  // guarded by mutex_
};

// "0.012s"
std::string FormatSeconds(Microseconds duration);

}  // namespace session_exporter
