// Functions to be called later on an I/O thread. Private to http_server.cc, the one translation
// unit that includes Boost.Asio.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include "base/log.h"

namespace session_exporter {

namespace net = boost::asio;

// Add and End are thread-safe. Must outlive the handlers of `io`; a task that throws is logged.
class DelayedTasks {
 public:
  DelayedTasks(net::io_context& io, Log& log) : strand_(io.get_executor()), io_(io), log_(log) {}

  // Drops the task when End was called.
  void Add(std::chrono::milliseconds delay, std::function<void()> task) {
    const auto at = std::chrono::steady_clock::now() + delay;
    // Posted under the lock, so that nothing is left in an io_context that has run out: the task
    // may hold a Responder, which keeps that io_context alive, and neither would ever be freed.
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    net::post(strand_,
              [this, at, held = std::move(task)]() mutable { Start(at, std::move(held)); });
  }

  // Drops what has not run. The io_context must still be running.
  void End() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    net::post(strand_, [this] {
      for (const auto& timer : timers_) timer->cancel();
    });
  }

 private:
  using Timer = net::steady_timer;

  void Start(Timer::time_point at, std::function<void()> task) {
    auto timer = std::make_shared<Timer>(strand_, at);
    timers_.insert(timer);
    timer->async_wait(
        [this, timer, held = std::move(task)](const boost::system::error_code& error) {
          timers_.erase(timer);
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
  bool ended_ = false;                                 // guarded by mutex_
  std::unordered_set<std::shared_ptr<Timer>> timers_;  // on strand_ only
};

}  // namespace session_exporter
