// Waiting that the program's end cuts short.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "base/deadline.h"

namespace session_exporter {

// Sleeps until `until`. False, at once, when `stop` was requested.
inline bool SleepUntil(Deadline::TimePoint until, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never_notified;
  std::unique_lock lock(mutex);
  never_notified.wait_until(lock, stop, until, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace session_exporter
