#include "unit/net/hanging_resolver.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string_view>

#include <dlfcn.h>
#include <netdb.h>

namespace {

struct State {
  std::mutex mutex;
  std::condition_variable changed;
  // Guarded by mutex.
  bool hanging = false;
  int blocked = 0;
};

// Never destroyed: a resolver thread may outlive main().
State& GetState() {
  static State* const state = new State;
  return *state;
}

constexpr std::chrono::seconds kLongest{20};

void Block() {
  State& state = GetState();
  std::unique_lock lock(state.mutex);
  ++state.blocked;
  state.changed.notify_all();
  state.changed.wait_for(lock, kLongest, [&] { return !state.hanging; });
  --state.blocked;
  state.changed.notify_all();
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* name,
                                                                  const char* service,
                                                                  const addrinfo* hints,
                                                                  addrinfo** result) {
  if (name != nullptr && std::string_view(name).ends_with(".hang.test")) {
    Block();
    return EAI_AGAIN;
  }
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return real(name, service, hints, result);
}

namespace session_exporter::testing {

HangingResolver::HangingResolver() {
  const std::lock_guard lock(GetState().mutex);
  GetState().hanging = true;
}

HangingResolver::~HangingResolver() {
  State& state = GetState();
  std::unique_lock lock(state.mutex);
  state.hanging = false;
  state.changed.notify_all();
  state.changed.wait_for(lock, kLongest, [&] { return state.blocked == 0; });
}

int HangingResolver::Blocked() {
  const std::lock_guard lock(GetState().mutex);
  return GetState().blocked;
}

bool HangingResolver::WaitForBlocked(int count) {
  State& state = GetState();
  std::unique_lock lock(state.mutex);
  return state.changed.wait_for(lock, kLongest, [&] { return state.blocked >= count; });
}

}  // namespace session_exporter::testing
