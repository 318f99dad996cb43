// What a snapshot tells of fields that could not be read.
#pragma once

#include <cstdint>
#include <string_view>

#include "model/snapshot.h"

namespace session_exporter::test {

// How often `field` was warned of.
inline std::uint64_t Warnings(const Snapshot& snapshot, std::string_view field) {
  std::uint64_t count = 0;
  for (const auto& [name, times] : snapshot.parse_warnings) {
    if (name == field) count += times;
  }
  return count;
}

}  // namespace session_exporter::test
