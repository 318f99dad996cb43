#include "config/in_force.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/error.h"

namespace session_exporter {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Texts that need no quotes in any place, flow lists included, and that nobody takes for a number,
// a date or a flag.
bool IsPlain(std::string_view text) {
  constexpr std::array<std::string_view, 10> kTyped = {"true", "false", "null", "yes", "no",
                                                       "on",   "off",   "y",    "n",   "~"};
  constexpr std::string_view kMarks = "_./:@-+%<>";
  if (text.empty() || text.back() == ':' || text.starts_with("<<")) return false;
  if (!IsLetter(text.front()) && text.front() != '/' && text.front() != '<') return false;
  std::string lower;
  for (const char c : text) {
    if (!IsLetter(c) && !IsDigit(c) && kMarks.find(c) == std::string_view::npos) return false;
    lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return std::find(kTyped.begin(), kTyped.end(), lower) == kTyped.end();
}

std::string Scalar(std::string_view text) {
  if (IsPlain(text)) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace

InForce::Entry& InForce::EntryOf(std::string_view key) {
  const auto found = std::ranges::find(entries_, key, &Entry::key);
  if (found != entries_.end()) return *found;
  entries_.push_back({std::string(key), {}, nullptr, {}});
  return entries_.back();
}

void InForce::SetText(std::string_view key, std::string_view text) {
  EntryOf(key).flow = text.empty() ? std::string() : Scalar(text);
}

void InForce::SetTyped(std::string_view key, std::string text) {
  EntryOf(key).flow = std::move(text);
}

void InForce::SetList(std::string_view key, const std::vector<std::string>& texts) {
  std::string flow;
  for (const std::string& text : texts) flow += (flow.empty() ? "" : ", ") + Scalar(text);
  EntryOf(key).flow = "[" + flow + "]";
}

void InForce::SetSecrets(std::string_view key, const std::vector<std::string>& names) {
  std::string flow;
  for (const std::string& name : names) {
    flow += fmt::format("{}{}: {}", flow.empty() ? "" : ", ", Scalar(name), kHiddenSecret);
  }
  EntryOf(key).flow = "{" + flow + "}";
}

std::shared_ptr<InForce> InForce::AddSection(std::string_view key) {
  Entry& entry = EntryOf(key);
  if (entry.section == nullptr) entry.section = std::make_shared<InForce>();
  return entry.section;
}

std::shared_ptr<InForce> InForce::AddItem(std::string_view key) {
  return EntryOf(key).items.emplace_back(std::make_shared<InForce>());
}

std::string InForce::Yaml() const {
  std::string out;
  Append(out, "");
  return out;
}

// `indent` is that of the lines after the first: the first stands behind what the caller wrote.
void InForce::Append(std::string& out, const std::string& indent) const {
  std::string_view lead;
  for (const Entry& entry : entries_) {
    out += lead;
    lead = indent;
    out += Scalar(entry.key);
    out += ':';
    if (entry.section != nullptr && !entry.section->entries_.empty()) {
      out += "\n  " + indent;
      entry.section->Append(out, indent + "  ");
    } else if (!entry.items.empty()) {
      out += '\n';
      for (const auto& item : entry.items) {
        out += indent + "  - ";
        item->Append(out, indent + "    ");
      }
    } else {
      out += (entry.flow.empty() ? "" : " ") + entry.flow + "\n";
    }
  }
}

}  // namespace session_exporter
