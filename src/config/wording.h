// The words of error messages, so that all of them speak alike. Internal to config/.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace session_exporter {

// `"text"` fit to be shown on one line: cleaned, and cut when it is long.
std::string Quoted(std::string_view text, std::size_t most_bytes = 64);

// `a, b, c`.
std::string Listed(std::span<const std::string_view> words);

// ` (did you mean "image"?)` when one of `words` is a likely misspelling away, else nothing.
std::string Suggestion(std::string_view text, std::span<const std::string_view> words);

// Paths: `targets`, `targets[0]`, `targets[0].url`; a key that is no plain word is quoted.
std::string KeyPath(const std::string& parent, std::string_view key);
std::string ItemPath(const std::string& parent, std::size_t index);

}  // namespace session_exporter
