#include "base/wait.h"

#include <chrono>
#include <stop_token>
#include <thread>

#include "catch.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a wait lasts until its time", "[wait]") {
  const auto until = std::chrono::steady_clock::now() + 20ms;
  CHECK(SleepUntil(until, std::stop_source().get_token()));
  CHECK(std::chrono::steady_clock::now() >= until);
  CHECK(SleepUntil(until, std::stop_token()));  // long past, and nothing can stop it
}

TEST_CASE("a wait ends when it is told to stop", "[wait]") {
  const auto start = std::chrono::steady_clock::now();
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(20ms);
    stop.request_stop();
  });
  CHECK_FALSE(SleepUntil(start + 60s, stop.get_token()));
  CHECK_FALSE(SleepUntil(start + 60s, stop.get_token()));  // and does not begin again
  CHECK(std::chrono::steady_clock::now() - start < 30s);
}

}  // namespace
}  // namespace session_exporter
