#include "auth/credential_stores.h"

#include <chrono>
#include <mutex>
#include <random>
#include <utility>

#include "base/wait.h"

namespace session_exporter {
namespace {

// Spreads retries, so it need not be unpredictable.
RandomFraction SeededRandom() {
  struct State {
    std::mutex mutex;
    std::minstd_rand engine{std::random_device()()};  // guarded by mutex
  };
  return [state = std::make_shared<State>()] {
    const std::lock_guard lock(state->mutex);
    return std::uniform_real_distribution<double>()(state->engine);
  };
}

std::function<void(std::chrono::milliseconds)> PauseUntilStopped(const std::stop_token& stop) {
  return [stop](std::chrono::milliseconds pause) {
    static_cast<void>(SleepUntil(std::chrono::steady_clock::now() + pause, stop));
  };
}

}  // namespace

CredentialStores::CredentialStores(HttpClient& http, const Clock& clock,
                                   const std::stop_token& stop)
    : access_tokens(clock), aws({http, clock, SeededRandom(), PauseUntilStopped(stop), stop}) {}

}  // namespace session_exporter
