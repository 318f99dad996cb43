// The network thread: it alone touches the multi handle and the requests in it. Other threads hand
// it commands through a queue and never wait for it.
#pragma once

#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "net/curl_http_client.h"
#include "net/easy_request.h"
#include "net/request_queue.h"
#include "net/transfer.h"

namespace session_exporter {

// Thread-safe; shared by the client and its exchanges, which may outlive it.
class NetworkLoop {
 public:
  explicit NetworkLoop(const CurlHttpClientOptions& options);
  ~NetworkLoop();
  NetworkLoop(const NetworkLoop&) = delete;
  NetworkLoop& operator=(const NetworkLoop&) = delete;

  // A handle that was used before (its TLS sessions are kept) or a new one.
  EasyHandle TakeHandle();
  void Start(std::unique_ptr<EasyRequest> request, RequestQueue::Turn turn);
  // The reader has made room.
  void Resume(std::shared_ptr<Transfer> transfer);
  // Nobody reads any more.
  void Cancel(std::shared_ptr<Transfer> transfer);
  // Ends every transfer with kConnect, closes all connections, joins the thread; what is started
  // later ends at once. May be repeated, not at the same time.
  void Stop();

 private:
  struct Command {
    enum class Kind { kStart, kResume, kCancel } kind;
    std::shared_ptr<Transfer> transfer;
    std::unique_ptr<EasyRequest> request = nullptr;        // of kStart
    RequestQueue::Turn turn = RequestQueue::Turn::kFirst;  // of kStart
  };

  bool Post(Command command);
  // The network thread's own:
  void Run();
  void RunUntilStopped(void* multi);
  bool TakeCommands(std::vector<Command>& commands);
  void Execute(void* multi, Command& command);
  void Cancel(void* multi, const Transfer& transfer);
  void StartWaiting(void* multi);
  void FinishDone(void* multi);
  void Finish(void* multi, const Transfer& transfer, int code);
  void KeepHandle(std::unique_ptr<EasyRequest> request);
  void EndAll(void* multi);

  // The network thread's.
  RequestQueue waiting_;
  std::unordered_map<const Transfer*, std::unique_ptr<EasyRequest>> active_;

  std::mutex mutex_;
  // All of these are guarded by mutex_. The multi handle is shared so that a thread which is about
  // to wake it keeps it alive.
  std::shared_ptr<void> multi_;
  std::vector<Command> commands_;
  std::vector<EasyHandle> idle_handles_;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace session_exporter
