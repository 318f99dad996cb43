// Reads one complete JSON object into Fields, in one pass.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/fields.h"

namespace session_exporter {

// Keeps a buffer between objects. One thread at a time.
class ObjectReader {
 public:
  explicit ObjectReader(const FieldSchema& schema);

  // `text` is a JSON value, nested at most ContainerScanner::kMostDepth deep. A value that is not
  // an object has no fields. Numbers too large for a double are of a wrong type, and surrogate
  // escapes without a partner are U+FFFD. Errors: kProtocol.
  // The fields' texts stay valid until the next call.
  Result<void> Read(std::string_view text);

  [[nodiscard]] Fields& fields() { return fields_; }

 private:
  const FieldSchema& schema_;
  Fields fields_;
  std::vector<char> buffer_;
};

}  // namespace session_exporter
