#include "server/basic_credentials.h"

#include <cstddef>
#include <cstdint>

#include <openssl/crypto.h>
#include <strings.h>

namespace session_exporter {
namespace {

constexpr std::string_view kScheme = "Basic ";
constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// RFC 4648, section 4, with padding and nothing else in between.
std::optional<std::string> DecodeBase64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  std::string bytes;
  bytes.reserve(text.size());  // a secret: not copied about by growing
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> static_cast<unsigned>(count));
    bits &= (1U << static_cast<unsigned>(count)) - 1;
  }
  return bytes;
}

}  // namespace

std::optional<BasicCredentials> ParseBasicCredentials(std::string_view header) {
  if (header.size() < kScheme.size() ||
      strncasecmp(header.data(), kScheme.data(), kScheme.size()) != 0) {
    return std::nullopt;
  }
  header.remove_prefix(kScheme.size());
  header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
  std::optional<std::string> text = DecodeBase64(header);
  if (!text) return std::nullopt;
  std::optional<BasicCredentials> credentials;
  if (const std::size_t colon = text->find(':'); colon != std::string::npos) {
    credentials = {text->substr(0, colon), Secret(text->substr(colon + 1))};
  }
  OPENSSL_cleanse(text->data(), text->size());
  return credentials;
}

}  // namespace session_exporter
