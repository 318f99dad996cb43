#include "backends/registry.h"

#include <array>

#include "backends/registered_backends.h"  // generated

namespace session_exporter {

std::span<const BackendFactory* const> AllBackends() {
  static const std::array kAll = RegisteredBackends();
  return kAll;
}

const BackendFactory* FindBackend(std::string_view name) {
  for (const BackendFactory* factory : AllBackends()) {
    if (factory->backend() == name) return factory;
  }
  return nullptr;
}

}  // namespace session_exporter
