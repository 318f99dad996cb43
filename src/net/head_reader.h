// Reads the status and headers of one answer, line by line as libcurl hands them over. Pure: no
// socket, no clock.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http_client.h"

namespace session_exporter {

class HeadReader {
 public:
  // `line` with its line end; the empty line ends the head. Interim answers (1xx) are skipped. True
  // when the head is complete; lines after that (trailers of a chunked body) are ignored. kProtocol
  // for a body in an encoding that was not offered and for a head above 128 KiB.
  Result<bool> ReadLine(std::string_view line);

  [[nodiscard]] bool complete() const { return complete_; }
  // Without `received_at`.
  HttpHead& head() { return head_; }
  [[nodiscard]] const HttpHead& head() const { return head_; }

 private:
  void ReadStatus(std::string_view line);
  Result<bool> ReadHeader(std::string_view line);

  HttpHead head_;
  std::string last_name_;
  std::size_t bytes_ = 0;
  bool complete_ = false;
};

}  // namespace session_exporter
