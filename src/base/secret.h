// A value that must not be seen: it cannot be streamed, formatted or compared by accident, and its
// memory is wiped when it goes. libcurl and the kernel keep copies of what is sent; those are out
// of reach.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace session_exporter {

class Secret {
 public:
  Secret() = default;
  // Wipes the parameter: a moved-from short string would keep its bytes.
  explicit Secret(std::string value) : value_(std::move(value)) { Wipe(value); }
  Secret(const Secret&) = default;
  Secret& operator=(const Secret& other) {
    if (this != &other) {
      Wipe(value_);
      value_ = other.value_;
    }
    return *this;
  }
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { Wipe(other.value_); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      Wipe(value_);
      value_ = std::move(other.value_);
      Wipe(other.value_);
    }
    return *this;
  }
  ~Secret() { Wipe(value_); }

  // The one way in: a reader of the code sees where secrets are used.
  [[nodiscard]] std::string_view Reveal() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }

 private:
  static void Wipe(std::string& value) noexcept;

  std::string value_;
};

}  // namespace session_exporter
