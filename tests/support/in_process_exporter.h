// Everything of the exporter but its HTTP server, from a configuration's text to a page: real HTTP
// to the backends, one page a call.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "collector/scrape.h"
#include "collector/worker_pool.h"
#include "exposition/exporter_metrics.h"
#include "exposition/text.h"
#include "net/curl_http_client.h"

namespace session_exporter::test {

class InProcessExporter {
 public:
  // Throws std::runtime_error with every error of the configuration.
  explicit InProcessExporter(const std::string& yaml,
                             std::map<std::string, std::string> environment = {});
  ~InProcessExporter();

  // One scrape's text.
  std::string Scrape(std::chrono::milliseconds timeout = std::chrono::seconds(10),
                     ExpositionFormat format = ExpositionFormat::kText);

  // Every line logged so far, at debug level.
  [[nodiscard]] std::string LogText() const;

 private:
  mutable std::mutex log_mutex_;
  std::string log_text_;  // guarded by log_mutex_
  Log log_;
  SystemClock clock_;
  ExporterMetrics metrics_;
  std::unique_ptr<CurlHttpClient> http_;
  std::unique_ptr<CredentialStores> credentials_;
  std::unique_ptr<WorkerPool> workers_;
  std::vector<std::shared_ptr<TargetCollector>> targets_;
};

}  // namespace session_exporter::test
