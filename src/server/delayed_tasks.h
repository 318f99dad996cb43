// Functions to be called later on an I/O thread. Private to http_server.cc, the one translation
// unit that includes Boost.Asio.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include "base/log.h"

namespace session_exporter {

namespace net = boost::asio;

// Add, Cancel and End are thread-safe. Must outlive the handlers of `io`; a task that throws is
// logged.
class DelayedTasks {
 public:
  DelayedTasks(net::io_context& io, Log& log) : strand_(io.get_executor()), io_(io), log_(log) {}

  using Id = std::uint64_t;

  // Drops the task when End was called.
  Id Add(std::chrono::milliseconds delay, std::function<void()> task) {
    const auto at = std::chrono::steady_clock::now() + delay;
    // Posted under the lock, so that nothing is left in an io_context that has run out: the task
    // may hold a Responder, which keeps that io_context alive, and neither would ever be freed.
    const std::lock_guard lock(mutex_);
    const Id id = next_id_++;
    if (ended_) return id;
    net::post(strand_,
              [this, id, at, held = std::move(task)]() mutable { Start(id, at, std::move(held)); });
    return id;
  }

  // Drops the task, unless its time has come.
  void Cancel(Id id) {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    // Behind the task's start, which was posted before its id was known.
    net::post(strand_, [this, id] {
      const auto found = timers_.find(id);
      if (found != timers_.end()) found->second.cancel();
    });
  }

  // Drops what has not run. The io_context must still be running.
  void End() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    net::post(strand_, [this] {
      for (auto& [id, timer] : timers_) timer.cancel();
    });
  }

 private:
  using Timer = net::steady_timer;

  void Start(Id id, Timer::time_point at, std::function<void()> task) {
    Timer& timer = timers_.try_emplace(id, strand_, at).first->second;
    timer.async_wait([this, id, held = std::move(task)](const boost::system::error_code& error) {
      timers_.erase(id);
      // Off the strand: a slow task shall not delay the others.
      if (!error) net::post(io_, [this, held] { Run(held); });
    });
  }

  void Run(const std::function<void()>& task) {
    try {
      task();
    } catch (const std::exception& error) {
      log_.Failure("delayed task failed", {{"error", error.what()}});
    }
  }

  net::strand<net::io_context::executor_type> strand_;
  net::io_context& io_;
  Log& log_;
  std::mutex mutex_;
  bool ended_ = false;                    // guarded by mutex_
  Id next_id_ = 0;                        // guarded by mutex_
  std::unordered_map<Id, Timer> timers_;  // on strand_ only
};

}  // namespace session_exporter
