// The exporter's own counters, gauges and histograms, kept in prometheus-cpp's registry, and those
// of the process.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "exposition/page_writer.h"

namespace session_exporter {

struct BuildInfo {
  std::string version;
  std::string revision;
  std::string compiler;
};

// Thread-safe.
class ExporterMetrics {
 public:
  explicit ExporterMetrics(const BuildInfo& build);
  ~ExporterMetrics();
  ExporterMetrics(const ExporterMetrics&) = delete;
  ExporterMetrics& operator=(const ExporterMetrics&) = delete;

  struct ApiRequest {
    std::string_view target;
    std::string_view operation;
    int status = 0;  // 0 when no answer came
    std::optional<ErrorKind> failure;
    std::chrono::duration<double> duration{};
    std::uint64_t bytes = 0;
  };
  // What is counted for a target that is not configured (any more) is let go.
  void CountApiRequest(const ApiRequest& request);
  void CountParseWarnings(std::string_view target, std::string_view field, std::uint64_t count);
  void CountSharedCollection(std::string_view target);
  void CountLogMessage(LogLevel level);

  // Why a scrape was refused.
  enum class Rejection { kSaturated, kStopping };
  void CountRejectedScrape(Rejection reason);
  void AddScrapesInFlight(int change);

  // Tells of an attempt to load the configuration, `at` on our clock.
  void SetConfigLoaded(bool successful, Timestamp at);
  // The configured targets: their counters are shown from the start, at 0, and those of others no
  // longer.
  void SetTargets(const std::vector<std::string>& names);

  // All families as they are now.
  [[nodiscard]] std::vector<OwnFamily> Collect() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace session_exporter
