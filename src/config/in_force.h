// What a section of a configuration came to, recorded while it is read: every key that was asked
// for, in that order, with its default where the file has none. Internal to config/.
//
// Whoever reads a key says what may be shown of it, so a secret never gets here.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace session_exporter {

inline constexpr std::string_view kHiddenSecret = "<secret>";

class InForce {
 public:
  // What is set again for a key replaces what was there. An empty text is shown as null.
  void SetText(std::string_view key, std::string_view text);
  // Of a number, a flag or a duration, which has no quotes.
  void SetTyped(std::string_view key, std::string text);
  void SetList(std::string_view key, const std::vector<std::string>& texts);
  // A mapping of these names, each to a hidden secret.
  void SetSecrets(std::string_view key, const std::vector<std::string>& names);
  // The mapping under `key`, and one more mapping in the list under it.
  std::shared_ptr<InForce> AddSection(std::string_view key);
  std::shared_ptr<InForce> AddItem(std::string_view key);

  // As a YAML document that reads back as the same, but for its secrets.
  [[nodiscard]] std::string Yaml() const;

 private:
  struct Entry {
    std::string key;
    std::string flow;  // a scalar, a list or a mapping on one line
    std::shared_ptr<InForce> section;
    std::vector<std::shared_ptr<InForce>> items;
  };

  Entry& EntryOf(std::string_view key);
  void Append(std::string& out, const std::string& indent) const;

  std::vector<Entry> entries_;
};

}  // namespace session_exporter
