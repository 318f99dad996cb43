// Where the bytes of a body wait between the network thread and their reader. Each transfer has two
// that change places; they come from a pool and keep their memory, so that a scrape in the steady
// state allocates none.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace session_exporter {

// Not thread-safe.
class BodyBuffer {
 public:
  void Append(std::span<const char> bytes);
  void Clear() { size_ = 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  // The bytes, followed by HttpExchange::kBodyPadding zeros. Valid until the next call.
  std::span<char> Bytes();

 private:
  void Reserve(std::size_t capacity);

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

// Thread-safe.
class BufferPool {
 public:
  BodyBuffer Take();
  void Give(BodyBuffer buffer);

 private:
  std::mutex mutex_;
  std::vector<BodyBuffer> free_;  // guarded by mutex_
};

}  // namespace session_exporter
