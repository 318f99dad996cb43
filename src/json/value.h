// One scalar of a JSON document, as it was written.
#pragma once

#include <cstdint>
#include <string_view>

namespace session_exporter {

enum class JsonType : std::uint8_t { kMissing, kNull, kBool, kNumber, kString, kObject, kArray };

struct JsonValue {
  JsonType type = JsonType::kMissing;
  bool truth = false;     // of a kBool
  double number = 0;      // of a kNumber
  std::string_view text;  // of a kString, escapes resolved; UTF-8 is not checked
};

}  // namespace session_exporter
