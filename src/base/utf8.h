// Text from outside made fit to be shown: label values, log fields, messages.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace session_exporter {

// True when `text` is UTF-8 (shortest forms, no surrogates, at most U+10FFFF) without control
// characters (those of ASCII and U+0080 to U+009F) other than tab and newline. Prometheus refuses a
// whole page for one bad byte, and control characters can drive a terminal that shows a log.
bool IsCleanText(std::string_view text);

// `text` with each byte of invalid UTF-8 and each control character (but tab and newline) replaced
// by U+FFFD, cut at a character's boundary to at most `max_bytes`.
std::string CleanText(std::string_view text, std::size_t max_bytes);

// The longest prefix of `text`, which is valid UTF-8, that ends at a character's boundary within
// `max_bytes`.
std::string_view CutAtCharacter(std::string_view text, std::size_t max_bytes);

}  // namespace session_exporter
