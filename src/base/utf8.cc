#include "base/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace session_exporter {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

unsigned char At(std::string_view text, std::size_t i) {
  return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
}

bool IsContinuation(unsigned char byte) { return (byte & 0xC0U) == 0x80U; }

// Length of the valid character at `i`, or 0. Ranges of the second byte are those of table 3-7 of
// the Unicode standard, which rule out overlong forms and surrogates.
std::size_t CharacterLength(std::string_view text, std::size_t i) {
  const unsigned char lead = At(text, i);
  const unsigned char second = At(text, i + 1);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return IsContinuation(second) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned char low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned char high = lead == 0xED ? 0x9F : 0xBF;
    return second >= low && second <= high && IsContinuation(At(text, i + 2)) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned char low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xF4 ? 0x8F : 0xBF;
    const bool valid = second >= low && second <= high && IsContinuation(At(text, i + 2)) &&
                       IsContinuation(At(text, i + 3));
    return valid ? 4 : 0;
  }
  return 0;
}

// Whether the valid character at `i` is a control character that must not be shown. U+009B alone
// begins a terminal's escape sequence, as ESC [ does.
bool IsUnwantedControl(std::string_view text, std::size_t i) {
  const unsigned char byte = At(text, i);
  if (byte == 0xC2) return At(text, i + 1) < 0xA0;
  return (byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7F;
}

bool IsPlainAscii(unsigned char byte) { return byte >= 0x20 && byte < 0x7F; }

// Whether eight bytes are all plain ASCII, at once: ids and names mostly are. May say no of plain
// ones.
bool ArePlainAscii(const char* text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighBits = kOnes * 0x80;
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, text, sizeof bytes);
  const std::uint64_t below_space = bytes - kOnes * 0x20;  // borrows into the high bit
  const std::uint64_t delete_and_above = bytes + kOnes;    // carries into it
  return ((bytes | below_space | delete_and_above) & kHighBits) == 0;
}

}  // namespace

bool IsCleanText(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    if (text.size() - i >= 8 && ArePlainAscii(text.data() + i)) {
      i += 8;
      continue;
    }
    const auto byte = static_cast<unsigned char>(text[i]);
    if (IsPlainAscii(byte)) {
      ++i;
      continue;
    }
    const std::size_t length = CharacterLength(text, i);
    if (length == 0 || IsUnwantedControl(text, i)) return false;
    i += length;
  }
  return true;
}

std::string CleanText(std::string_view text, std::size_t max_bytes) {
  std::string clean;
  clean.reserve(std::min(text.size(), max_bytes));
  std::size_t i = 0;
  while (i < text.size()) {
    std::size_t length = CharacterLength(text, i);
    std::string_view character = text.substr(i, length);
    if (length == 0 || IsUnwantedControl(text, i)) {
      character = kReplacement;
      length = std::max<std::size_t>(length, 1);
    }
    if (clean.size() + character.size() > max_bytes) break;
    clean += character;
    i += length;
  }
  return clean;
}

std::string_view CutAtCharacter(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t end = max_bytes;
  while (end > 0 && IsContinuation(static_cast<unsigned char>(text[end]))) --end;
  return text.substr(0, end);
}

}  // namespace session_exporter
