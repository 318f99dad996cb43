// Threads that run blocking work, at most a given number at once, started when they are first
// needed.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace session_exporter {

// Thread-safe.
class WorkerPool {
 public:
  explicit WorkerPool(std::size_t most_threads) : most_threads_(most_threads) {}
  ~WorkerPool() { Stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Queues `task`; what it throws is lost. False when not a single thread can be started to run it
  // or there is no memory to queue it, and after Stop.
  bool Post(std::function<void()> task);

  // Takes effect for the tasks that begin from now on; threads beyond it stay, without work.
  void SetMostThreads(std::size_t most_threads);

  // Runs what is queued, and what that queues, then joins: whatever runs must end by a deadline of
  // its own. Not to be called from two threads at once.
  void Stop();

 private:
  void Run();
  // Starts one when a task would wait otherwise and there may be more. False when there is none at
  // all. Called under mutex_.
  bool StartThreadIfWanted();

  std::mutex mutex_;
  std::size_t most_threads_;  // guarded by mutex_
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;  // guarded by mutex_
  std::size_t idle_ = 0;                     // guarded by mutex_
  std::size_t busy_ = 0;                     // guarded by mutex_
  bool stopping_ = false;                    // guarded by mutex_
  bool stopped_ = false;                     // guarded by mutex_
  std::vector<std::thread> threads_;         // guarded by mutex_
};

}  // namespace session_exporter
