#include "collector/worker_pool.h"

#include <exception>
#include <utility>

namespace session_exporter {

void WorkerPool::Stop() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
  }
  wake_.notify_all();
  for (std::thread& thread : threads) thread.join();
  const std::lock_guard lock(mutex_);
  stopped_ = true;
}

bool WorkerPool::Post(std::function<void()> task) {
  try {
    const std::lock_guard lock(mutex_);
    if (stopped_ || !StartThreadIfWanted()) return false;
    queue_.push_back(std::move(task));
  } catch (const std::exception&) {
    return false;
  }
  wake_.notify_one();
  return true;
}

void WorkerPool::SetMostThreads(std::size_t most_threads) {
  {
    const std::lock_guard lock(mutex_);
    most_threads_ = most_threads;
    for (std::size_t i = 0; i < queue_.size() && threads_.size() < most_threads_; ++i) {
      if (!StartThreadIfWanted()) break;
    }
  }
  wake_.notify_all();
}

bool WorkerPool::StartThreadIfWanted() {
  if (queue_.size() < idle_ || threads_.size() >= most_threads_ || stopping_) return true;
  try {
    threads_.emplace_back([this] { Run(); });
  } catch (const std::exception&) {  // the process is at its limit of threads or memory
    return !threads_.empty();
  }
  return true;
}

void WorkerPool::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    wake_.wait(lock, [this] { return stopping_ || (!queue_.empty() && busy_ < most_threads_); });
    --idle_;
    if (queue_.empty()) return;  // stopping
    {
      const std::function<void()> task = std::move(queue_.front());
      queue_.pop_front();
      ++busy_;
      lock.unlock();
      try {
        task();
      } catch (const std::exception&) {
        // Out of memory even for telling of it. The process lives, which others scrape as well.
      }
      // What the task holds goes here, not under the lock: it may be the last to hold a collector.
    }
    lock.lock();
    --busy_;
  }
}

}  // namespace session_exporter
