// Finds the end of a request's header in bytes as they arrive, and refuses what a proxy in front
// might read differently: bare CR or LF, NUL and other control characters, folded lines. Stands
// before Beast's parser, which accepts folding, reports every bad version alike, and applies its
// header limit to the request line and to what is left of the fields one by one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "server/http_types.h"

namespace session_exporter {

// Of one request; not thread-safe. Each byte is looked at once, however slowly they drip in.
class HeaderScanner {
 public:
  enum class Found { kMore, kHeader, kRefused };

  // Lengths in bytes: of the whole header with its last empty line (431), of the target (414).
  HeaderScanner(std::size_t header_limit, std::size_t target_limit)
      : header_limit_(header_limit), target_limit_(target_limit) {}

  // `unread` starts at the first byte after the previous request, and is the same with more at its
  // end in each call. Not called again after kHeader or kRefused.
  Found Scan(std::string_view unread);

  // After kHeader: the request line starts at begin() (one empty line in front of it is skipped, as
  // RFC 9112, 2.2 asks), and the header ends before end().
  [[nodiscard]] std::size_t begin() const { return begin_; }
  [[nodiscard]] std::size_t end() const { return position_; }
  // After kRefused.
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }

 private:
  enum class Part { kMethod, kTarget, kVersion, kFields };

  Found Refuse(int status, std::string_view reason);
  Found CheckByte(char byte);
  Found CheckRequestLineByte(char byte);
  Found NextPart();
  Found EndLine(std::string_view unread);
  Found CheckVersion(std::string_view line);

  std::size_t header_limit_;
  std::size_t target_limit_;
  std::size_t begin_ = 0;
  std::size_t position_ = 0;
  std::size_t line_start_ = 0;
  std::size_t part_size_ = 0;  // of the method, target or version so far
  Part part_ = Part::kMethod;
  bool after_cr_ = false;
  Refusal refusal_;
};

}  // namespace session_exporter
