// Digests and their text forms, as the vendors' signatures are made of.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace session_exporter {

using Sha256Digest = std::array<unsigned char, 32>;

Sha256Digest Sha256(std::string_view text);
// RFC 2104.
Sha256Digest HmacSha256(std::string_view key, std::string_view text);

// Lower-case digits.
std::string Hex(std::span<const unsigned char> bytes);
// With padding, on one line (RFC 4648, section 4).
std::string Base64(std::span<const unsigned char> bytes);

// The bytes of a text, as libcrypto takes them.
inline std::span<const unsigned char> BytesOf(std::string_view text) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): char and unsigned char may alias
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}
// And of a digest as the next one's key.
inline std::string_view TextOf(std::span<const unsigned char> bytes) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): char and unsigned char may alias
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace session_exporter
