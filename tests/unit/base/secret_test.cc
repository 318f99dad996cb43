#include "base/secret.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <new>
#include <ostream>
#include <string>
#include <type_traits>

#include "catch.h"

namespace session_exporter {
namespace {

const std::string kShort = "short-secret";  // kept inside the string object
const std::string kLong(200, 's');          // kept on the heap

template <typename T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};
template <typename T>
concept Comparable = requires(const T& a, const T& b) {
  a == b;
};

// Whether any three bytes in a row of `secret` are in the memory.
bool Holds(const void* memory, std::size_t size, std::string_view secret) {
  const std::string_view bytes(static_cast<const char*>(memory), size);
  for (std::size_t i = 0; i + 3 <= secret.size(); ++i) {
    if (bytes.find(secret.substr(i, 3)) != std::string_view::npos) return true;
  }
  return false;
}

TEST_CASE("a secret cannot be shown, compared or made by accident", "[secret]") {
  CHECK_FALSE(Streamable<Secret>);
  CHECK_FALSE(Comparable<Secret>);
  CHECK_FALSE(std::is_convertible_v<std::string, Secret>);
  CHECK_FALSE(std::is_convertible_v<Secret, std::string_view>);
  CHECK(std::is_nothrow_move_constructible_v<Secret>);
}

TEST_CASE("a secret keeps every byte, NUL included", "[secret]") {
  const std::string value("a\0b\xFF", 4);
  CHECK(Secret(value).Reveal() == value);
  CHECK_FALSE(Secret(value).empty());
  CHECK(Secret().empty());
  CHECK(Secret("").empty());
}

TEST_CASE("a secret that was moved from is empty", "[secret]") {
  for (const std::string& value : {kShort, kLong}) {
    Secret first{value};
    Secret second(std::move(first));
    CHECK(first.empty());  // NOLINT(bugprone-use-after-move): what is tested
    Secret third{"old"};
    third = std::move(second);
    CHECK(second.empty());  // NOLINT(bugprone-use-after-move): what is tested
    CHECK(third.Reveal() == value);
  }
}

TEST_CASE("a secret assigned to itself stays", "[secret]") {
  Secret secret{kLong};
  Secret& same = secret;
  secret = same;
  CHECK(secret.Reveal() == kLong);
  secret = std::move(same);
  CHECK(secret.Reveal() == kLong);
}

TEST_CASE("copies of a secret are independent", "[secret]") {
  Secret first{kLong};
  Secret second{"x"};
  second = first;
  const Secret third = first;
  first = Secret("other");
  CHECK(second.Reveal() == kLong);
  CHECK(third.Reveal() == kLong);
}

TEST_CASE("a short secret leaves no byte in its object when it goes", "[secret]") {
  alignas(Secret) std::array<unsigned char, sizeof(Secret)> memory{};
  auto* secret = new (memory.data()) Secret(kShort);
  REQUIRE(Holds(memory.data(), memory.size(), kShort));
  secret->~Secret();
  CHECK_FALSE(Holds(memory.data(), memory.size(), kShort));
}

TEST_CASE("a short secret leaves no byte in the object it was moved from", "[secret]") {
  alignas(Secret) std::array<unsigned char, sizeof(Secret)> memory{};
  auto* secret = new (memory.data()) Secret(kShort);
  const Secret taken(std::move(*secret));
  CHECK_FALSE(Holds(memory.data(), memory.size(), kShort));
  CHECK(taken.Reveal() == kShort);
  secret->~Secret();
}

TEST_CASE("a shorter secret assigned over a longer one leaves nothing of it", "[secret]") {
  Secret secret{kLong};
  const char* memory = secret.Reveal().data();
  const Secret next{kShort};
  secret = next;
  // The buffer is kept for the next value, so its tail can be looked at.
  REQUIRE(secret.Reveal().data() == memory);
  CHECK_FALSE(Holds(memory, kLong.size(), kLong));
  CHECK(secret.Reveal() == kShort);
}

}  // namespace
}  // namespace session_exporter
