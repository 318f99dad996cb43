#include "exposition/label_texts.h"

#include "exposition/text.h"

namespace session_exporter {

LabelPolicy LabelPolicies::Of(std::string_view label) const {
  for (const auto& [name, policy] : policies_) {
    if (name == label) return policy;
  }
  return LabelPolicy::kKeep;
}

LabelTexts::LabelTexts(const SymbolTable& symbols, const LabelPolicies& policies)
    : symbols_(symbols), policies_(policies) {
  escaped_.reserve(symbols.size());
  for (std::uint32_t i = 0; i < symbols.size(); ++i) {
    const std::string_view text = symbols.Text({i});
    if (!NeedsEscape(text)) {
      escaped_.push_back(text);
      continue;
    }
    AppendEscapedLabelValue(owned_.emplace_back(), text);
    escaped_.push_back(owned_.back());
  }
}

std::string_view LabelTexts::Shown(LabelPolicy policy, Symbol symbol) {
  switch (policy) {
    case LabelPolicy::kDrop:
      return {};
    case LabelPolicy::kHash:
      return Hashed(symbol);
    case LabelPolicy::kKeep:
      break;
  }
  return symbols_.Text(symbol);
}

std::string_view LabelTexts::Escaped(LabelPolicy policy, Symbol symbol) {
  // A digest is hexadecimal and a dropped value is empty: neither needs an escape.
  return policy == LabelPolicy::kKeep ? escaped_[symbol.index] : Shown(policy, symbol);
}

std::string_view LabelTexts::Hashed(Symbol symbol) {
  if (symbol.empty()) return {};  // no value stays no value
  // Only looks when it is there: several threads write a finished table.
  const auto known = hashed_.find(symbol.index);
  if (known != hashed_.end()) return known->second;
  return hashed_.emplace(symbol.index, policies_.HashOf(symbols_.Text(symbol))).first->second;
}

}  // namespace session_exporter
