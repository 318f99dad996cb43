#include "net/network_loop.h"

#include <csignal>
#include <mutex>
#include <optional>
#include <utility>

#include <curl/curl.h>

namespace session_exporter {
namespace {

// Each keeps its TLS sessions; more are only in use with that many requests at once.
constexpr std::size_t kMostIdleHandles = 64;

// curl_multi_wakeup() ends a poll at once; this only bounds the harm of one that went missing.
constexpr int kPollMilliseconds = 1000;

Error ShutDownError() { return Error(ErrorKind::kConnect, "the HTTP client was shut down"); }

void InitialiseCurlOnce() {
  // Never undone: a resolver thread that was left behind may still run.
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

std::shared_ptr<void> MakeMulti(const CurlHttpClientOptions& options) {
  InitialiseCurlOnce();
  std::shared_ptr<void> multi(curl_multi_init(), [](void* handle) { curl_multi_cleanup(handle); });
  curl_multi_setopt(multi.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, options.max_connections);
  // The default is four times the requests under way, so that the last of a scrape would close the
  // connections of all others.
  curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, options.max_connections);
  return multi;
}

// With CURLOPT_NOSIGNAL libcurl leaves SIGPIPE to us; the other signals are for the main thread.
// The resolver threads that libcurl starts inherit the mask.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    sigfillset(&all);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGPROF}) {
      sigdelset(&all, fault);
    }
    pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

NetworkLoop::NetworkLoop(const CurlHttpClientOptions& options)
    : waiting_(static_cast<std::size_t>(options.max_connections),
               static_cast<std::size_t>(options.max_connections_per_host)),
      multi_(MakeMulti(options)) {
  const BlockedSignals blocked;  // inherited by the thread
  thread_ = std::thread([this] { Run(); });
}

NetworkLoop::~NetworkLoop() { Stop(); }

EasyHandle NetworkLoop::TakeHandle() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_handles_.empty()) {
      EasyHandle handle = std::move(idle_handles_.back());
      idle_handles_.pop_back();
      return handle;
    }
  }
  return EasyHandle(curl_easy_init());
}

void NetworkLoop::Start(std::unique_ptr<EasyRequest> request, RequestQueue::Turn turn) {
  std::shared_ptr<Transfer> transfer = request->transfer();
  if (!Post({Command::Kind::kStart, transfer, std::move(request), turn})) {
    transfer->End(ShutDownError());
  }
}

void NetworkLoop::Resume(std::shared_ptr<Transfer> transfer) {
  Post({Command::Kind::kResume, std::move(transfer)});
}

void NetworkLoop::Cancel(std::shared_ptr<Transfer> transfer) {
  Post({Command::Kind::kCancel, std::move(transfer)});
}

void NetworkLoop::Stop() {
  std::shared_ptr<void> multi;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    multi = multi_;
  }
  if (multi) curl_multi_wakeup(multi.get());
  if (thread_.joinable()) thread_.join();
}

bool NetworkLoop::Post(Command command) {
  std::shared_ptr<void> multi;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    const bool first = commands_.empty();
    commands_.push_back(std::move(command));
    if (first) multi = multi_;  // the thread has been woken for the others
  }
  if (multi) curl_multi_wakeup(multi.get());
  return true;
}

void NetworkLoop::Run() {
  std::shared_ptr<void> multi;
  {
    const std::lock_guard lock(mutex_);
    multi = multi_;
  }
  try {
    RunUntilStopped(multi.get());
  } catch (...) {  // no memory: requests fail from here on, the process lives
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  EndAll(multi.get());
  const std::lock_guard lock(mutex_);
  multi_.reset();
}

void NetworkLoop::RunUntilStopped(void* multi) {
  std::vector<Command> commands;
  while (TakeCommands(commands)) {
    for (Command& command : commands) Execute(multi, command);
    commands.clear();
    StartWaiting(multi);
    int running = 0;
    curl_multi_perform(multi, &running);
    FinishDone(multi);
    StartWaiting(multi);
    curl_multi_poll(multi, nullptr, 0, kPollMilliseconds, nullptr);
  }
}

bool NetworkLoop::TakeCommands(std::vector<Command>& commands) {
  const std::lock_guard lock(mutex_);
  std::swap(commands, commands_);
  if (!stopping_) return true;
  // Back to where EndAll() finds them.
  std::swap(commands, commands_);
  return false;
}

void NetworkLoop::Execute(void* multi, Command& command) {
  const Transfer* transfer = command.transfer.get();
  if (command.kind == Command::Kind::kStart) {
    waiting_.Add(std::move(command.request), command.turn);
    return;
  }
  if (command.kind == Command::Kind::kCancel) return Cancel(multi, *transfer);
  const auto found = active_.find(transfer);
  if (found == active_.end()) return;  // ended meanwhile
  // Hands over what libcurl has kept, so it may fail like any transfer.
  const CURLcode code = curl_easy_pause(found->second->easy(), CURLPAUSE_CONT);
  if (code != CURLE_OK) Finish(multi, *transfer, code);
}

void NetworkLoop::Cancel(void* multi, const Transfer& transfer) {
  if (active_.contains(&transfer)) return Finish(multi, transfer, CURLE_ABORTED_BY_CALLBACK);
  if (auto request = waiting_.Remove(&transfer)) KeepHandle(std::move(request));
}

void NetworkLoop::StartWaiting(void* multi) {
  while (std::unique_ptr<EasyRequest> request = waiting_.Next()) {
    const std::shared_ptr<Transfer> transfer = request->transfer();
    void* const easy = request->easy();
    active_.emplace(transfer.get(), std::move(request));
    const CURLMcode added = curl_multi_add_handle(multi, easy);
    if (added != CURLM_OK) Finish(multi, *transfer, CURLE_FAILED_INIT);
  }
}

void NetworkLoop::FinishDone(void* multi) {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    EasyRequest* request = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &request);
    // The message does not outlive the removal of its handle.
    const CURLcode code = message->data.result;
    Finish(multi, *request->transfer(), code);
  }
}

void NetworkLoop::Finish(void* multi, const Transfer& transfer, int code) {
  const auto found = active_.find(&transfer);
  std::unique_ptr<EasyRequest> request = std::move(found->second);
  active_.erase(found);
  waiting_.Ended(*request);
  std::optional<Error> error;
  if (code != CURLE_OK) error = request->Explain(code);
  curl_multi_remove_handle(multi, request->easy());
  // After the removal, so that whoever sees the end finds the connection free.
  request->transfer()->End(std::move(error));
  KeepHandle(std::move(request));
}

void NetworkLoop::KeepHandle(std::unique_ptr<EasyRequest> request) {
  EasyHandle handle = std::move(*request).TakeEasy();
  const std::lock_guard lock(mutex_);
  if (idle_handles_.size() < kMostIdleHandles) idle_handles_.push_back(std::move(handle));
}

void NetworkLoop::EndAll(void* multi) {
  std::vector<Command> commands;
  std::vector<EasyHandle> idle;
  {
    const std::lock_guard lock(mutex_);
    commands.swap(commands_);
    idle.swap(idle_handles_);
  }
  for (const auto& [transfer, request] : active_) {
    curl_multi_remove_handle(multi, request->easy());
    request->transfer()->End(ShutDownError());
  }
  active_.clear();
  for (const auto& request : waiting_.RemoveAll()) request->transfer()->End(ShutDownError());
  for (const Command& command : commands) {
    if (command.request) command.request->transfer()->End(ShutDownError());
  }
}

}  // namespace session_exporter
