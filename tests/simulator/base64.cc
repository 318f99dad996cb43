#include "simulator/base64.h"

#include <openssl/evp.h>

namespace simulator {

std::string Base64(std::string_view plain) {
  std::string encoded((plain.size() + 2) / 3 * 4, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                  reinterpret_cast<const unsigned char*>(plain.data()),
                  static_cast<int>(plain.size()));
  return encoded;
}

std::optional<std::string> Base64Decode(std::string_view encoded) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (encoded.size() % 4 != 0) return std::nullopt;
  if (encoded.empty()) return std::string();
  const std::size_t end = encoded.find_last_not_of('=');
  const std::size_t padding = encoded.size() - (end == std::string_view::npos ? 0 : end + 1);
  // EVP_DecodeBlock passes over white space at both ends and takes padding for zeros.
  if (padding > 2 ||
      encoded.substr(0, end + 1).find_first_not_of(kAlphabet) != std::string_view::npos) {
    return std::nullopt;
  }
  std::string plain(encoded.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(reinterpret_cast<unsigned char*>(plain.data()),
                      reinterpret_cast<const unsigned char*>(encoded.data()),
                      static_cast<int>(encoded.size())) < 0) {
    return std::nullopt;
  }
  plain.resize(plain.size() - padding);
  return plain;
}

}  // namespace simulator
