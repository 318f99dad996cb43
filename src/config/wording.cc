#include "config/wording.h"

#include <algorithm>

#include "base/error.h"
#include "base/utf8.h"

namespace session_exporter {
namespace {

constexpr std::size_t kMostShown = 64;

bool IsPlainKey(std::string_view key) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  return !key.empty() && key.size() <= kMostShown &&
         key.find_first_not_of(kPlain) == std::string_view::npos;
}

// Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string Quoted(std::string_view text, std::size_t most_bytes) {
  std::string shown = CleanText(text, most_bytes);
  std::ranges::replace_if(
      shown, [](char c) { return c == '\n' || c == '\t'; }, ' ');
  const bool cut = text.size() > most_bytes;
  return fmt::format("\"{}{}\"", shown, cut ? "..." : "");
}

std::string Listed(std::span<const std::string_view> words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string Suggestion(std::string_view text, std::span<const std::string_view> words) {
  if (text.size() > kMostShown) return {};
  // Up to two edits: with more, unrelated words would be proposed.
  std::size_t best = std::max<std::size_t>(1, std::min<std::size_t>(2, text.size() / 3)) + 1;
  std::string_view nearest;
  for (const std::string_view word : words) {
    const std::size_t distance = EditDistance(text, word);
    if (distance < best) {
      best = distance;
      nearest = word;
    }
  }
  return nearest.empty() ? std::string() : fmt::format(" (did you mean \"{}\"?)", nearest);
}

std::string KeyPath(const std::string& parent, std::string_view key) {
  const std::string shown = IsPlainKey(key) ? std::string(key) : Quoted(key);
  return parent.empty() ? shown : fmt::format("{}.{}", parent, shown);
}

std::string ItemPath(const std::string& parent, std::size_t index) {
  return fmt::format("{}[{}]", parent, index);
}

}  // namespace session_exporter
