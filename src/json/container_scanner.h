// Finds where an object or array ends in bytes that arrive in pieces, without reading what is in
// it: brackets are matched outside strings, up to a depth.
#pragma once

#include <cstddef>
#include <cstdint>

namespace session_exporter {

class ContainerScanner {
 public:
  // Deepest nesting, the container itself included. The brackets' kinds are kept in one word.
  static constexpr int kMostDepth = 64;

  enum class State { kInside, kClosed, kTooDeep, kMismatched };

  // Forgets everything: the next byte scanned opens a container.
  void Reset();

  // Reads on through at most `size` bytes; returns how many belong to the container. Fewer than
  // `size` only when state() is no longer kInside.
  std::size_t Scan(const char* data, std::size_t size);

  [[nodiscard]] State state() const { return state_; }

 private:
  struct Block;
  // Whether the block ended the scan; then `consumed` is set.
  bool ScanBlock(const char* data, std::size_t size, std::size_t& consumed);
  void Open(char bracket);
  void Close(char bracket);

  State state_ = State::kInside;
  int depth_ = 0;
  std::uint64_t kinds_ = 0;  // a bit for each open bracket, the innermost lowest: 1 is an object
  std::uint64_t in_string_ = 0;  // all ones while the last block ended inside a string
  std::uint64_t escaped_ = 0;    // 1 when its last byte was an escaping backslash
};

}  // namespace session_exporter
