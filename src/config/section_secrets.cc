// Files and secrets of a Section. No message shows a secret's value or what stands in its place.
#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "base/error.h"
#include "config/secret_file.h"
#include "config/section.h"
#include "config/section_node.h"
#include "config/wording.h"

namespace session_exporter {
namespace {

// A `token` of RFC 9110, 5.6.2.
bool IsHeaderName(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool IsHeaderValue(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  });
}

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

enum class Readers { kAnyone, kOwner };

// The path of the file that `key` names; empty when it is missing and after `check` found it wrong.
template <typename Check>
std::string CheckedFile(Section::Node& node, std::string_view key, Readers readers, Check check) {
  const auto name = node.AskFor(key, YamlNode::Kind::kText, "a file name");
  if (name == nullptr) return {};
  if (name->text.empty()) {
    node.Add(key, "is empty; expected a file name");
    return {};
  }
  std::string path = node.Resolve(*name);
  node.Show(key, name.get(), path);
  const auto found = check(path);
  if (!found) {
    node.Add(key, fmt::format("the file {} {}", node.ShownFile(*name), found.error().message()));
    return {};
  }
  if (readers == Readers::kOwner && found->others_may_read) {
    node.Warn(key, fmt::format("everybody on this host may read the file {}; chmod o-r",
                               node.ShownFile(*name)));
  }
  return path;
}

// Reads the entries of a mapping of header names to values.
class HeaderReader {
 public:
  HeaderReader(Reading& reading, std::string path) : reading_(reading), path_(std::move(path)) {}

  void Read(const YamlEntry& entry) {
    const YamlNode& value = *entry.value;
    if (!IsHeaderName(entry.key)) {
      Add(entry.place, entry.key, "expected the name of an HTTP header");
    } else if (!names_.insert(Lower(entry.key)).second) {
      Add(entry.place, entry.key, "the header is given twice, in other letters");
    } else if (value.broken || value.kind == YamlNode::Kind::kNull) {
      return;
    } else if (value.kind != YamlNode::Kind::kText) {
      Add(value.place, entry.key, fmt::format("expected text, not {}", KindOf(value)));
    } else if (!IsHeaderValue(value.text)) {
      Add(value.place, entry.key, "expected text on one line, without control characters");
    } else {
      headers_.emplace_back(entry.key, Secret(value.text));
    }
  }

  std::vector<std::pair<std::string, Secret>> Take() { return std::move(headers_); }

 private:
  void Add(ConfigPlace place, const std::string& key, std::string message) {
    reading_.errors.Add(place, KeyPath(path_, key), std::move(message));
  }

  Reading& reading_;
  std::string path_;
  std::set<std::string> names_;  // in lower case
  std::vector<std::pair<std::string, Secret>> headers_;
};

}  // namespace

std::string Section::File(std::string_view key) {
  node_->Show(key, nullptr, "");
  return CheckedFile(*node_, key, Readers::kAnyone, CheckFile);
}

std::string Section::PrivateFile(std::string_view key) {
  node_->Show(key, nullptr, "");
  return CheckedFile(*node_, key, Readers::kOwner, CheckFile);
}

Secret Section::SecretText(std::string_view key) {
  const auto scalar = node_->AskFor(key, YamlNode::Kind::kText, "text");
  if (scalar == nullptr) return {};
  if (scalar->text.empty()) node_->Add(key, "is empty; expected text");
  node_->in_force().SetText(key, kHiddenSecret);
  return Secret(scalar->text);
}

SecretSource Section::SecretOf(std::string_view key, Presence presence) {
  const std::string file_key = fmt::format("{}_file", key);
  const bool has_value = Has(key);
  const bool has_file = Has(file_key);
  Secret value = SecretText(key);
  std::string path = CheckedFile(*node_, file_key, Readers::kOwner, ReadSecretFile);
  if (has_value && has_file) {
    node_->Add(file_key, fmt::format("expected either {} or {}, not both", key, file_key));
    return {};
  }
  if (!has_value && !has_file && presence == Presence::kRequired) {
    node_->AddMissing(key, fmt::format("{} or {}", key, file_key));
  }
  if (!value.empty()) return SecretSource::FromValue(std::move(value));
  if (!path.empty()) return SecretSource::FromFile(std::move(path));
  return {};
}

std::vector<std::pair<std::string, Secret>> Section::SecretMap(std::string_view key) {
  const auto mapping = node_->AskFor(key, YamlNode::Kind::kMapping, "a mapping of headers");
  node_->in_force().SetSecrets(key, {});
  if (mapping == nullptr) return {};
  HeaderReader reader(node_->reading(), KeyPath(node_->path(), key));
  std::vector<std::string> names;
  for (const YamlEntry& entry : mapping->entries) {
    names.push_back(entry.key);
    reader.Read(entry);
  }
  node_->in_force().SetSecrets(key, names);
  return reader.Take();
}

}  // namespace session_exporter
