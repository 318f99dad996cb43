#include "app.h"

#include <algorithm>
#include <exception>
#include <future>
#include <mutex>
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
        endpoints(EndpointsOptions(options), metrics, clock) {}

  ~Parts() {
    if (server != nullptr) server->Stop(std::chrono::milliseconds(0));
    reloads.Stop();
    server.reset();
    guard.reset();
    web.reset();
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

  std::mutex reload_mutex;
  std::vector<ReloadDone> reload_waiters;  // for the next reload; guarded by reload_mutex
  WorkerPool reloads{1};                   // last: joined before what a reload uses goes
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
  Parts& parts = *parts_;
  const Collectors former = parts.served == nullptr ? Collectors() : parts.served->targets;
  auto served = std::make_shared<ServedTargets>();
  served->timeout = configuration.scrape.timeout;
  served->configuration = configuration.in_force;
  served->targets = MakeCollectors(
      configuration, {*parts.http, parts.clock, parts.credentials, parts.stop.get_token()},
      {parts.workers, parts.metrics, parts.clock, parts.log}, former);
  std::vector<std::string> names;
  for (const auto& collector : served->targets) names.push_back(collector->target().config.name);
  parts.workers.SetMostThreads(static_cast<std::size_t>(configuration.scrape.max_concurrency));
  parts.served = std::move(served);
  parts.metrics.SetTargets(names);
  parts.metrics.SetConfigLoaded(true, parts.clock.Now());
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
  options.bound = [this](HttpServer& server) {
    Endpoints::Hooks hooks;
    hooks.after = [&server](std::chrono::milliseconds delay, std::function<void()> task) {
      return server.After(delay, std::move(task));
    };
    hooks.reload = [this](ReloadDone done) { RequestReload(std::move(done)); };
    parts_->endpoints.Start(std::move(hooks), parts_->served);
  };
  auto server = HttpServer::Listen(
      options,
      [this](IncomingRequest request, Responder respond) {
        parts_->guard->Handle(std::move(request), std::move(respond));
      },
      parts_->log);
  if (!server) return tl::unexpected(server.error());
  parts_->server = std::move(*server);
  for (const std::string& address : addresses()) {
    const bool tls = parts_->web != nullptr && parts_->web->Current()->tls != nullptr;
    parts_->log.Info("listening", {{"address", address}, {"tls", tls ? "true" : "false"}});
  }
  return {};
}

std::vector<std::string> App::addresses() const {
  return parts_->server == nullptr ? std::vector<std::string>() : parts_->server->addresses();
}

void App::Reload() {
  // Shared: the other thread may still be inside set_value when the waiting ends.
  const auto done = std::make_shared<std::promise<void>>();
  RequestReload([done](const std::vector<std::string>&) { done->set_value(); });
  done->get_future().wait();
}

void App::RequestReload(ReloadDone done) {
  {
    const std::lock_guard lock(parts_->reload_mutex);
    parts_->reload_waiters.push_back(std::move(done));
    if (parts_->reload_waiters.size() > 1) return;  // the first of them has posted the reload
  }
  const bool posted = parts_->reloads.Post([this] {
    // Taken before the file is read: who asks from now on may have changed it since.
    AnswerReloads([this] { return LoadAndApply(); });
  });
  if (!posted) {
    AnswerReloads([] { return std::vector<std::string>{"no thread can be started"}; });
  }
}

bool App::WaitForReloads(std::chrono::milliseconds time) {
  const auto done = std::make_shared<std::promise<void>>();
  // There is one thread for them.
  const bool posted = parts_->reloads.Post([done] { done->set_value(); });
  return !posted || done->get_future().wait_for(time) == std::future_status::ready;
}

void App::AnswerReloads(const std::function<std::vector<std::string>()>& reload) {
  std::vector<ReloadDone> waiters;
  {
    const std::lock_guard lock(parts_->reload_mutex);
    waiters = std::exchange(parts_->reload_waiters, {});
  }
  std::vector<std::string> errors;
  try {
    errors = reload();
  } catch (const std::exception& exception) {
    parts_->log.Failure("configuration not reloaded", {{"error", exception.what()}});
    errors = {exception.what()};
  }
  for (const ReloadDone& waiter : waiters) waiter(errors);
}

std::vector<std::string> App::LoadAndApply() {
  Parts& parts = *parts_;
  const std::string& file = parts.options.config_file;
  const auto configuration = LoadConfigurationFile(file, parts.options.environment);
  // One wrong file keeps what was in force of both.
  std::vector<std::string> errors;
  if (!configuration) {
    errors = configuration.error().Lines();
  } else if (parts.web != nullptr) {
    errors = parts.web->Reload();
  }
  if (!errors.empty()) {
    for (const std::string& line : errors) {
      parts.log.Failure("configuration not reloaded", {{"error", line}});
    }
    parts.metrics.SetConfigLoaded(false, parts.clock.Now());
    return errors;
  }
  const auto former = parts.served;
  Apply(*configuration);
  parts.endpoints.SetTargets(parts.served);
  const auto is_former = [&former](const auto& collector) {
    return std::ranges::find(former->targets, collector) != former->targets.end();
  };
  parts.log.Info(
      "configuration reloaded",
      {{"file", file},
       {"targets", fmt::format("{}", parts.served->targets.size())},
       {"unchanged", fmt::format("{}", std::ranges::count_if(parts.served->targets, is_former))}});
  return {};
}

void App::OnServingThread(std::function<void()> task) {
  parts_->server->After(std::chrono::milliseconds(0), std::move(task));
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
