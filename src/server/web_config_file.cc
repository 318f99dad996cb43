#include "server/web_config_file.h"

#include <exception>
#include <utility>

namespace session_exporter {
namespace {

// What a change on disk may not take away by itself; empty when it takes nothing.
std::string TakenAway(const WebConfig& former, const WebConfig& next) {
  if (former.tls != nullptr && next.tls == nullptr) return "TLS";
  if (!former.users.empty() && next.users.empty()) return "basic authentication";
  if (former.tls == nullptr) return {};
  const ClientDemands& were = former.tls->demands();
  const ClientDemands& are = next.tls->demands();
  if (were.certificate && !are.certificate) return "demand for client certificates";
  if (were.verified && !are.verified) return "verification of client certificates";
  if (were.allowed_name && !are.allowed_name) return "client_allowed_sans";
  return {};
}

}  // namespace

tl::expected<std::unique_ptr<WebConfigFile>, ConfigErrors> WebConfigFile::Open(std::string file,
                                                                               Log& log) {
  std::unique_ptr<WebConfigFile> opened(new WebConfigFile(std::move(file), log));
  auto config = LoadWebConfig(opened->file_, opened->read_);
  if (!config) return tl::unexpected<ConfigErrors>(std::move(config).error());
  opened->Take(*std::move(config));
  return opened;
}

std::shared_ptr<const WebConfig> WebConfigFile::Current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

tl::expected<WebConfig, std::vector<std::string>> WebConfigFile::Load() {
  const WatchedFiles former = read_.Now();
  WatchedFiles files;
  auto config = LoadWebConfig(file_, files);
  // After an error not all names may be known; a change of the former files may mend it.
  if (!config) files.Include(former);
  pending_.reset();
  read_ = std::move(files);
  if (!config) return tl::unexpected(config.error().Lines());
  return *std::move(config);
}

void WebConfigFile::Look() {
  WatchedFiles now = read_.Now();
  if (now == read_) {
    pending_.reset();
    return;
  }
  if (now != pending_) {
    pending_ = std::move(now);
    return;
  }
  auto config = Load();
  if (!config) return Complain(config.error());
  const std::string taken = TakenAway(*Current(), *config);
  if (!taken.empty()) {
    return Complain({file_ + ": has no " + taken + " any more; send SIGHUP if that is meant"});
  }
  Take(*std::move(config));
  log_.Info("web configuration reloaded", {{"file", file_}});
}

std::vector<std::string> WebConfigFile::Reload() {
  auto config = Load();
  if (!config) return std::move(config).error();
  Take(*std::move(config));
  log_.Info("web configuration reloaded", {{"file", file_}});
  return {};
}

void WebConfigFile::Take(WebConfig config) {
  for (const std::string& warning : config.warnings) {
    log_.Warn("web configuration", {{"warning", warning}});
  }
  auto next = std::make_shared<const WebConfig>(std::move(config));
  const std::lock_guard lock(mutex_);
  current_.swap(next);  // the former one goes after the lock
}

void WebConfigFile::Complain(const std::vector<std::string>& errors) {
  for (const std::string& error : errors) {
    log_.Warn("web configuration not reloaded, the former one stays", {{"error", error}});
  }
}

WebConfigWatch::WebConfigWatch(std::unique_ptr<WebConfigFile> file, std::chrono::milliseconds every)
    : file_(std::move(file)), every_(every), thread_([this] { Run(); }) {}

WebConfigWatch::~WebConfigWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::vector<std::string> WebConfigWatch::Reload() {
  std::future<std::vector<std::string>> errors;
  {
    const std::lock_guard lock(mutex_);
    errors = reloads_.emplace_back().get_future();
  }
  changed_.notify_all();
  return errors.get();
}

void WebConfigWatch::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait_for(lock, every_, [this] { return stopping_ || !reloads_.empty(); });
    auto reloads = std::exchange(reloads_, {});
    lock.unlock();
    Turn(reloads);
    lock.lock();
  }
}

void WebConfigWatch::Turn(std::vector<std::promise<std::vector<std::string>>>& reloads) {
  std::vector<std::string> errors;
  try {
    if (reloads.empty()) return file_->Look();
    errors = file_->Reload();
  } catch (const std::exception& error) {  // for want of memory
    errors = {error.what()};
  }
  for (auto& reload : reloads) reload.set_value(errors);
}

}  // namespace session_exporter
