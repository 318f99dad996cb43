#include "net/body_buffer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "net/http_client.h"

namespace session_exporter {
namespace {

// What libcurl hands over at most in one call, so that most answers allocate once.
constexpr std::size_t kFirstCapacity = 16U << 10U;

// With the default size of a buffer this is 8 MiB; more are only in use with that many requests at
// once, and are freed after them.
constexpr std::size_t kMostKept = 32;

}  // namespace

void BodyBuffer::Append(std::span<const char> bytes) {
  if (bytes.empty()) return;
  Reserve(size_ + bytes.size());
  std::memcpy(bytes_.get() + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

std::span<char> BodyBuffer::Bytes() {
  Reserve(size_);
  std::memset(bytes_.get() + size_, 0, HttpExchange::kBodyPadding);
  return {bytes_.get(), size_};
}

void BodyBuffer::Reserve(std::size_t capacity) {
  if (bytes_ && capacity <= capacity_) return;
  const std::size_t larger = std::max({capacity, 2 * capacity_, kFirstCapacity});
  auto bytes = std::make_unique_for_overwrite<char[]>(larger + HttpExchange::kBodyPadding);
  if (size_ > 0) std::memcpy(bytes.get(), bytes_.get(), size_);
  bytes_ = std::move(bytes);
  capacity_ = larger;
}

BodyBuffer BufferPool::Take() {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) return {};
  BodyBuffer buffer = std::move(free_.back());
  free_.pop_back();
  return buffer;
}

void BufferPool::Give(BodyBuffer buffer) {
  buffer.Clear();
  const std::lock_guard lock(mutex_);
  if (free_.size() < kMostKept) free_.push_back(std::move(buffer));
}

}  // namespace session_exporter
