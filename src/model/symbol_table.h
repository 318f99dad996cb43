// The strings of one snapshot, each held once: a session refers to its user, image and host by
// number, which keeps a session small however long and however often repeated its texts are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace session_exporter {

// A number in one SymbolTable. The default is the empty text.
struct Symbol {
  std::uint32_t index = 0;

  [[nodiscard]] bool empty() const { return index == 0; }
  friend bool operator==(Symbol, Symbol) = default;
};

// Longest label value, in bytes; longer texts are cut at a character's boundary.
inline constexpr std::size_t kLongestText = 256;

// Not thread-safe while it grows.
class SymbolTable {
 public:
  SymbolTable();

  // The symbol of `text` after it was made clean UTF-8 (base/utf8.h) of at most kLongestText bytes.
  Symbol Intern(std::string_view text);

  // Valid until Intern adds a text, so that a part of it must not be interned.
  [[nodiscard]] std::string_view Text(Symbol symbol) const {
    const Entry& entry = entries_[symbol.index];
    return {bytes_.data() + entry.offset, entry.length};
  }

  // Symbols are 0 to size() - 1.
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::size_t offset;
    std::uint32_t length;
    std::uint32_t hash;
  };

  // The slot that holds `text`, or the free one where it belongs.
  std::size_t FindSlot(std::string_view text, std::uint32_t hash) const;
  Symbol Insert(std::string_view clean, std::uint32_t hash);
  void Grow();

  std::vector<char> bytes_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;  // index into entries_, 0 for a free slot; a power of two
};

}  // namespace session_exporter
