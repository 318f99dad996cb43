// How the label values of one snapshot are shown: each distinct text brought under its label's
// policy and escaped once, however many sessions have it.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/label_policy.h"
#include "model/symbol_table.h"

namespace session_exporter {

// The policies of a configuration. Copies share the hash function, which may be called from several
// threads at once.
class LabelPolicies {
 public:
  using Hash = std::function<std::string(std::string_view text)>;

  LabelPolicies() = default;  // keeps every label
  LabelPolicies(std::vector<std::pair<std::string, LabelPolicy>> policies, Hash hash)
      : policies_(std::move(policies)), hash_(std::move(hash)) {}

  [[nodiscard]] LabelPolicy Of(std::string_view label) const;
  [[nodiscard]] std::string HashOf(std::string_view text) const { return hash_(text); }

 private:
  std::vector<std::pair<std::string, LabelPolicy>> policies_;
  Hash hash_;
};

// Not thread-safe, but for asking again for what was asked for before. `symbols` and `policies`
// must outlive it.
class LabelTexts {
 public:
  LabelTexts(const SymbolTable& symbols, const LabelPolicies& policies);
  ~LabelTexts() = default;
  LabelTexts(const LabelTexts&) = delete;  // its views are of its own texts
  LabelTexts& operator=(const LabelTexts&) = delete;

  // The text of a label under its policy, not escaped. Valid as long as this.
  std::string_view Shown(LabelPolicy policy, Symbol symbol);
  // The same, escaped for a label value.
  std::string_view Escaped(LabelPolicy policy, Symbol symbol);

 private:
  std::string_view Hashed(Symbol symbol);

  const SymbolTable& symbols_;
  const LabelPolicies& policies_;
  std::vector<std::string_view> escaped_;  // by symbol
  std::deque<std::string> owned_;          // of those that needed an escape
  std::unordered_map<std::uint32_t, std::string> hashed_;
};

}  // namespace session_exporter
