#include "app.h"

#include <algorithm>
#include <stop_token>
#include <utility>

#include "auth/credential_stores.h"
#include "backends/registry.h"
#include "collector/scrape.h"
#include "collector/target.h"
#include "collector/worker_pool.h"
#include "exposition/exporter_metrics.h"
#include "net/curl_http_client.h"
#include "server/access_guard.h"
#include "server/endpoints.h"
#include "server/password_hash.h"
#include "server/systemd_sockets.h"
#include "server/web_config_file.h"
#include "version.h"  // generated

namespace session_exporter {
namespace {

Endpoints::Options EndpointsOptions(const AppOptions& options) {
  return {options.telemetry_path, options.max_requests, options.timeout_offset, VersionText()};
}

// A change is taken when it was seen twice, so within a second.
constexpr std::chrono::milliseconds kWebConfigLook{400};

}  // namespace

std::string VersionText() {
  return fmt::format("{} (revision {}, {})", kVersion, kRevision, kCompiler);
}

tl::expected<Configuration, ConfigErrors> LoadConfigurationFile(const std::string& file,
                                                                const Environment& environment) {
  const auto backends = AllBackends();
  const std::vector<const TargetFormat*> formats(backends.begin(), backends.end());
  return LoadConfiguration(file, formats, environment);
}

std::vector<std::string> CheckWebConfigFile(const std::string& file) {
  if (file.empty()) return {};
  WatchedFiles files;
  const auto config = LoadWebConfig(file, files);
  return config ? std::vector<std::string>() : config.error().Lines();
}

// Destroyed in reverse: the server first, so that nobody asks any more; then the collections under
// way, which end by their deadlines or with the network; the rest is then unused.
struct App::Parts {
  Parts(AppOptions app_options, const Configuration& configuration, const Clock& app_clock,
        Log& app_log)
      : options(std::move(app_options)),
        clock(app_clock),
        log(app_log),
        metrics({kVersion, kRevision, kCompiler}),
        http(std::make_unique<CurlHttpClient>(CurlHttpClientOptions(), clock)),
        credentials(*http, clock, stop.get_token()),
        workers(static_cast<std::size_t>(configuration.scrape.max_concurrency)),
        endpoints(EndpointsOptions(options), metrics) {}

  ~Parts() {
    if (server != nullptr) server->Stop(std::chrono::milliseconds(0));
    stop.request_stop();
    http->Shutdown();
    workers.Stop();
    // Only now does nobody log any more.
    log.SetObserver(nullptr);
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  AppOptions options;
  const Clock& clock;
  Log& log;
  ExporterMetrics metrics;
  std::unique_ptr<CurlHttpClient> http;
  std::stop_source stop;
  CredentialStores credentials;
  WorkerPool workers;
  Endpoints endpoints;
  std::shared_ptr<const ServedTargets> served;
  std::unique_ptr<WebConfigWatch> web;  // null without a web-config file
  std::unique_ptr<AccessGuard> guard;
  std::unique_ptr<HttpServer> server;
};

App::App(AppOptions options, const Configuration& configuration, const Clock& clock, Log& log)
    : parts_(std::make_unique<Parts>(std::move(options), configuration, clock, log)) {
  log.SetObserver([this](LogLevel level) { parts_->metrics.CountLogMessage(level); });
  Apply(configuration);
}

App::~App() = default;

void App::Apply(const Configuration& configuration) {
  for (const std::string& warning : configuration.warnings) {
    parts_->log.Warn("configuration", {{"warning", warning}});
  }
  const CollectorDependencies dependencies{parts_->workers, parts_->metrics, parts_->clock,
                                           parts_->log};
  auto served = std::make_shared<ServedTargets>();
  served->timeout = configuration.scrape.timeout;
  std::vector<std::string> names;
  const BackendDependencies backends{*parts_->http, parts_->clock, parts_->credentials,
                                     parts_->stop.get_token()};
  for (auto& target : MakeTargets(configuration, backends)) {
    names.push_back(target->config.name);
    served->targets.push_back(std::make_shared<TargetCollector>(
        std::move(target), configuration.scrape.min_interval, dependencies));
  }
  parts_->served = std::move(served);
  parts_->metrics.SetTargets(names);
  parts_->metrics.SetConfigLoaded(true, parts_->clock.Now());
}

// Puts what the web-config file says before the endpoints.
Result<void> App::StartGuard() {
  AccessGuard::Source source = [open = std::make_shared<const WebConfig>()] { return open; };
  if (!parts_->options.web_config_file.empty()) {
    auto file = WebConfigFile::Open(parts_->options.web_config_file, parts_->log);
    if (!file) return Fail(ErrorKind::kConfig, "{}", fmt::join(file.error().Lines(), "; "));
    parts_->web = std::make_unique<WebConfigWatch>(*std::move(file), kWebConfigLook);
    source = [web = parts_->web.get()] { return web->Current(); };
  }
  parts_->guard = std::make_unique<AccessGuard>(
      std::move(source),
      [this](const IncomingRequest& request, Responder respond) {
        parts_->endpoints.Handle(request, std::move(respond));
      },
      parts_->clock, parts_->log, MatchesBcrypt);
  return {};
}

Result<void> App::Serve() {
  if (auto guard = StartGuard(); !guard) return guard;
  HttpServerOptions options;
  if (parts_->options.systemd_socket) {
    auto sockets = TakeSystemdSockets(ProcessEnvironment());
    if (!sockets) return tl::unexpected(sockets.error());
    options.sockets = *std::move(sockets);
  } else {
    options.addresses = parts_->options.listen_addresses;
  }
  if (parts_->web != nullptr) {
    options.tls = [web = parts_->web.get()] { return web->Current()->tls; };
  }
  auto server = HttpServer::Listen(
      options,
      [this](IncomingRequest request, Responder respond) {
        parts_->guard->Handle(std::move(request), std::move(respond));
      },
      parts_->log);
  if (!server) return tl::unexpected(server.error());
  parts_->server = std::move(*server);
  parts_->endpoints.Start(
      [http_server = parts_->server.get()](std::chrono::milliseconds delay,
                                           std::function<void()> task) {
        http_server->After(delay, std::move(task));
      },
      parts_->served);
  for (const std::string& address : addresses()) {
    const bool tls = parts_->web != nullptr && parts_->web->Current()->tls != nullptr;
    parts_->log.Info("listening", {{"address", address}, {"tls", tls ? "true" : "false"}});
  }
  return {};
}

std::vector<std::string> App::addresses() const {
  return parts_->server == nullptr ? std::vector<std::string>() : parts_->server->addresses();
}

void App::Reload(const Environment& environment) {
  if (parts_->web != nullptr) parts_->web->Reload();
  const auto configuration = LoadConfigurationFile(parts_->options.config_file, environment);
  if (!configuration) {
    for (const std::string& line : configuration.error().Lines()) {
      parts_->log.Failure("configuration not reloaded", {{"error", line}});
    }
    parts_->metrics.SetConfigLoaded(false, parts_->clock.Now());
    return;
  }
  Apply(*configuration);
  parts_->endpoints.SetTargets(parts_->served);
  parts_->log.Info("configuration reloaded", {{"file", parts_->options.config_file}});
}

void App::Stop(std::chrono::milliseconds grace) {
  parts_->endpoints.BeginStop();
  if (parts_->server != nullptr) parts_->server->Stop(grace);
}

bool App::PrintOnce(std::ostream& out) {
  const auto pages =
      Scrape::Wait(parts_->served->targets, Deadline::After(parts_->served->timeout));
  const bool all_up = std::none_of(pages.begin(), pages.end(), [](const auto& page) {
    return page->report.failure.has_value();
  });
  PageWriter writer({ShownPages(pages), parts_->metrics.Collect()}, ExpositionFormat::kText);
  for (std::string piece; writer.Next(piece);) out << piece;
  out.flush();
  if (!out) parts_->log.Failure("the exposition could not be written");
  return all_up && out.good();
}

}  // namespace session_exporter
