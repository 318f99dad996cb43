#include "base/secret.h"

#include <cstring>

namespace session_exporter {

void Secret::Wipe(std::string& value) noexcept {
  value.resize(value.capacity());  // within the capacity: no allocation, and the tail goes too
  explicit_bzero(value.data(), value.size());
  value.clear();
}

}  // namespace session_exporter
