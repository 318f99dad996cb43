#include "server/password_hash.h"

#include <crypt.h>

#include <algorithm>
#include <cstddef>
#include <memory>

#include <openssl/crypto.h>

namespace session_exporter {
namespace {

constexpr std::size_t kHashSize = 60;
constexpr std::size_t kPrefixSize = 7;  // "$2y$10$"
constexpr std::size_t kMostPassword = 72;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsHashLetter(char c) {
  return c == '.' || c == '/' || IsDigit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

}  // namespace

std::optional<int> BcryptCost(std::string_view hash) {
  if (hash.size() != kHashSize || !hash.starts_with("$2") || hash[3] != '$' || hash[6] != '$' ||
      std::string_view("aby").find(hash[2]) == std::string_view::npos || !IsDigit(hash[4]) ||
      !IsDigit(hash[5])) {
    return std::nullopt;
  }
  const std::string_view rest = hash.substr(kPrefixSize);
  if (!std::all_of(rest.begin(), rest.end(), IsHashLetter)) return std::nullopt;
  const int cost = (hash[4] - '0') * 10 + (hash[5] - '0');
  if (cost < 4 || cost > 31) return std::nullopt;
  return cost;
}

bool MatchesBcrypt(std::string_view password, const std::string& hash) {
  const bool fits = password.size() <= kMostPassword && password.find('\0') == std::string::npos;
  std::string text(password.substr(0, kMostPassword));
  const auto state = std::make_unique<crypt_data>();  // 32 KiB
  const char* made = crypt_r(text.c_str(), hash.c_str(), state.get());
  const bool same = made != nullptr && std::string_view(made).size() == hash.size() &&
                    CRYPTO_memcmp(made, hash.data(), hash.size()) == 0;
  OPENSSL_cleanse(text.data(), text.size());
  OPENSSL_cleanse(state.get(), sizeof(crypt_data));
  return same && fits;
}

}  // namespace session_exporter
