#include "auth/keyed_hash.h"

#include <array>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace session_exporter {

std::string ShortKeyedHash(std::string_view key, std::string_view text) {
  constexpr std::size_t kShownBytes = 8;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  const auto* data =
      reinterpret_cast<const unsigned char*>(text.data());  // NOLINT: OpenSSL's bytes
  if (key.empty()) {
    EVP_Digest(data, text.size(), digest.data(), &length, EVP_sha256(), nullptr);
  } else {
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data, text.size(), digest.data(),
         &length);
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(kShownBytes * 2);
  for (std::size_t i = 0; i < kShownBytes; ++i) {
    hex += kDigits[digest[i] >> 4U];
    hex += kDigits[digest[i] & 15U];
  }
  return hex;
}

}  // namespace session_exporter
