#include "support/in_process_exporter.h"

#include <optional>
#include <stdexcept>
#include <utility>

#include "backends/registry.h"
#include "config/loader.h"
#include "exposition/page_writer.h"

namespace session_exporter::test {
namespace {

Configuration ParseOrThrow(const std::string& yaml, std::map<std::string, std::string> variables) {
  const Environment environment =
      [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
  const auto backends = AllBackends();
  const std::vector<const TargetFormat*> formats(backends.begin(), backends.end());
  auto configuration = ParseConfiguration(yaml, "test.yaml", formats, environment);
  if (configuration) return std::move(*configuration);
  std::string errors;
  for (const std::string& line : configuration.error().Lines()) errors += line + "\n";
  throw std::runtime_error(errors);
}

}  // namespace

InProcessExporter::InProcessExporter(const std::string& yaml,
                                     std::map<std::string, std::string> environment)
    : log_(LogLevel::kDebug, LogFormat::kLogfmt,
           [this](std::string_view line) {
             const std::lock_guard lock(log_mutex_);
             log_text_ += line;
             log_text_ += '\n';
           }),
      metrics_({"test", "test", "test"}),
      http_(std::make_unique<CurlHttpClient>(CurlHttpClientOptions(), clock_)),
      credentials_(std::make_unique<CredentialStores>(*http_, clock_)) {
  const Configuration configuration = ParseOrThrow(yaml, std::move(environment));
  workers_ =
      std::make_unique<WorkerPool>(static_cast<std::size_t>(configuration.scrape.max_concurrency));
  targets_ = MakeCollectors(configuration, {*http_, clock_, *credentials_},
                            {*workers_, metrics_, clock_, log_});
}

InProcessExporter::~InProcessExporter() {
  http_->Shutdown();
  workers_.reset();  // joins the collections before what they use goes
}

std::string InProcessExporter::Scrape(std::chrono::milliseconds timeout, ExpositionFormat format) {
  const auto pages = session_exporter::Scrape::Wait(targets_, Deadline::After(timeout));
  PageWriter writer({ShownPages(pages), metrics_.Collect()}, format);
  std::string text;
  for (std::string piece; writer.Next(piece);) text += piece;
  return text;
}

std::string InProcessExporter::LogText() const {
  const std::lock_guard lock(log_mutex_);
  return log_text_;
}

}  // namespace session_exporter::test
