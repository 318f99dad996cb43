#include "model/symbol_table.h"

#include <functional>
#include <string>

#include "base/utf8.h"

namespace session_exporter {
namespace {

constexpr std::size_t kFirstSlots = 64;

std::uint32_t HashOf(std::string_view text) {
  return static_cast<std::uint32_t>(std::hash<std::string_view>{}(text));
}

}  // namespace

SymbolTable::SymbolTable() : slots_(kFirstSlots, 0) {
  entries_.push_back({0, 0, 0});  // the empty text, which no slot refers to
}

Symbol SymbolTable::Intern(std::string_view text) {
  if (text.empty()) return {};
  const std::uint32_t hash = HashOf(text);
  const std::uint32_t found = slots_[FindSlot(text, hash)];
  // What is in the table is clean, so a text that is found needs no further look.
  if (found != 0) return {found};
  if (text.size() <= kLongestText && IsCleanText(text)) return Insert(text, hash);
  const std::string clean = CleanText(text, kLongestText);
  if (clean.empty()) return {};
  const std::uint32_t clean_hash = HashOf(clean);
  const std::uint32_t known = slots_[FindSlot(clean, clean_hash)];
  return known != 0 ? Symbol{known} : Insert(clean, clean_hash);
}

std::size_t SymbolTable::FindSlot(std::string_view text, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  while (slots_[slot] != 0) {
    const Symbol candidate{slots_[slot]};
    if (entries_[candidate.index].hash == hash && Text(candidate) == text) break;
    slot = (slot + 1) & mask;
  }
  return slot;
}

Symbol SymbolTable::Insert(std::string_view clean, std::uint32_t hash) {
  if (entries_.size() * 2 > slots_.size()) Grow();
  const Symbol symbol{static_cast<std::uint32_t>(entries_.size())};
  slots_[FindSlot(clean, hash)] = symbol.index;
  entries_.push_back({bytes_.size(), static_cast<std::uint32_t>(clean.size()), hash});
  bytes_.insert(bytes_.end(), clean.begin(), clean.end());
  return symbol;
}

void SymbolTable::Grow() {
  slots_.assign(slots_.size() * 2, 0);
  for (std::uint32_t i = 1; i < entries_.size(); ++i) {
    slots_[FindSlot(Text({i}), entries_[i].hash)] = i;
  }
}

}  // namespace session_exporter
