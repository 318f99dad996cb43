// Preloaded into the exporter: a resolver that is silent for 10 s about every name in hang.test and
// then fails, as a resolver that cannot be reached does. All other names go to the real one.
#include <dlfcn.h>
#include <netdb.h>
#include <unistd.h>

#include <cstring>
#include <string_view>

extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  if (node != nullptr && std::string_view(node).ends_with(".hang.test")) {
    // What is simulated is a wait, so nothing is waited for.
    for (unsigned int left = 10; left > 0;) left = sleep(left);
    return EAI_AGAIN;
  }
  void* const symbol = dlsym(RTLD_NEXT, "getaddrinfo");
  decltype(&getaddrinfo) real = nullptr;
  static_assert(sizeof real == sizeof symbol);
  std::memcpy(&real, &symbol, sizeof real);
  return real == nullptr ? EAI_SYSTEM : real(node, service, hints, found);
}
