// Keyed digests of personal data, for label values that can be told apart but not read.
#pragma once

#include <string>
#include <string_view>

namespace session_exporter {

// The first 16 hex digits of HMAC-SHA-256 of `text` under `key` (RFC 2104); with an empty key those
// of SHA-256 of `text`, which whoever can guess the text can check.
std::string ShortKeyedHash(std::string_view key, std::string_view text);

}  // namespace session_exporter
