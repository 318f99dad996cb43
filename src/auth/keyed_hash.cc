#include "auth/keyed_hash.h"

#include "auth/digest.h"

namespace session_exporter {

std::string ShortKeyedHash(std::string_view key, std::string_view text) {
  constexpr std::size_t kShownBytes = 8;
  const Sha256Digest digest = key.empty() ? Sha256(text) : HmacSha256(key, text);
  return Hex(std::span(digest).first(kShownBytes));
}

}  // namespace session_exporter
