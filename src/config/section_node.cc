#include "config/section_node.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/utf8.h"
#include "config/wording.h"

namespace session_exporter {

std::string_view KindOf(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "null";
    case YamlNode::Kind::kText:
      return "text";
    case YamlNode::Kind::kList:
      return "a list";
    case YamlNode::Kind::kMapping:
      return "a mapping";
  }
  return "null";  // not reached: the switch names every kind
}

std::string Shown(const YamlNode& node) {
  return node.kind == YamlNode::Kind::kText ? Quoted(node.as_written) : std::string(KindOf(node));
}

// Also where there is only a `$$`, which must not become the beginning of a `${`.
std::string ShownText(const YamlNode& scalar) {
  return scalar.text == scalar.as_written ? scalar.text : scalar.as_written;
}

const YamlEntry* Section::Node::FindEntry(std::string_view key) const {
  if (mapping_ == nullptr) return nullptr;
  const auto found = std::ranges::find(mapping_->entries, key, &YamlEntry::key);
  return found == mapping_->entries.end() ? nullptr : &*found;
}

std::vector<std::string> Section::Node::Keys() const {
  std::vector<std::string> keys;
  if (mapping_ == nullptr) return keys;
  for (const YamlEntry& entry : mapping_->entries) keys.push_back(entry.key);
  return keys;
}

const YamlNode* Section::Node::Find(std::string_view key) const {
  const YamlEntry* entry = FindEntry(key);
  return entry == nullptr ? nullptr : entry->value.get();
}

std::shared_ptr<const YamlNode> Section::Node::Ask(std::string_view key) {
  if (std::ranges::find(accepted_, key) == accepted_.end()) accepted_.emplace_back(key);
  const YamlNode* node = Find(key);
  if (node == nullptr || node->kind == YamlNode::Kind::kNull) return nullptr;
  return {mapping_, node};  // the mapping owns its values
}

std::shared_ptr<const YamlNode> Section::Node::AskFor(std::string_view key, YamlNode::Kind kind,
                                                      std::string_view expected) {
  std::shared_ptr<const YamlNode> node = Ask(key);
  if (node == nullptr || node->broken) return nullptr;
  if (node->kind == kind) return node;
  // A scalar is not shown: where a mapping of secrets belongs, it may be one.
  Add(key, fmt::format("expected {}, not {}", expected, KindOf(*node)));
  return nullptr;
}

bool Section::Node::CheckText(const YamlNode& node, const std::string& path) {
  if (IsCleanText(node.text)) return true;
  reading_.errors.Add(node.place, path, "expected UTF-8 text without control characters");
  return false;
}

std::string Section::Node::Resolve(const YamlNode& name) const {
  return (std::filesystem::path(reading_.folder) / name.text).string();
}

std::string Section::Node::ShownFile(const YamlNode& name) const {
  constexpr std::size_t kMostShown = 512;
  return Quoted(name.expanded ? name.as_written : Resolve(name), kMostShown);
}

void Section::Node::Add(std::string_view key, std::string message) {
  reading_.errors.Add(PlaceOf(key), PathOf(key), std::move(message));
}

void Section::Node::AddMissing(std::string_view key, std::string_view expected) {
  if (!muted_) Add(key, fmt::format("missing; expected {}", expected));
}

void Section::Node::Warn(std::string_view key, std::string message) {
  reading_.warnings.Add(PlaceOf(key), PathOf(key), std::move(message));
}

void Section::Node::Show(std::string_view key, const YamlNode* scalar, std::string_view text) {
  const bool as_written = scalar != nullptr && scalar->text != scalar->as_written;
  in_force_->SetText(key, as_written ? std::string_view(scalar->as_written) : text);
}

void Section::Node::ShowTyped(std::string_view key, const YamlNode* scalar, std::string text) {
  if (scalar != nullptr && scalar->expanded) return in_force_->SetText(key, scalar->as_written);
  in_force_->SetTyped(key, std::move(text));
}

std::shared_ptr<Section::Node> Section::Node::AddChild(std::shared_ptr<const YamlNode> mapping,
                                                       ConfigPlace place, std::string path,
                                                       std::shared_ptr<InForce> in_force) {
  children_.push_back(std::make_shared<Node>(reading_, std::move(mapping), place, std::move(path),
                                             std::move(in_force)));
  return children_.back();
}

void Section::Node::Finish() {
  if (std::exchange(finished_, true)) return;
  for (const std::shared_ptr<Node>& child : children_) child->Finish();
  if (mapping_ == nullptr) return;
  const std::vector<std::string_view> accepted(accepted_.begin(), accepted_.end());
  for (const YamlEntry& entry : mapping_->entries) {
    if (std::ranges::find(accepted_, entry.key) != accepted_.end()) continue;
    const std::string known = has_several_readers_
                                  ? ", whatever the backend"
                                  : fmt::format("; accepted here: {}", Listed(accepted));
    reading_.errors.Add(entry.place, KeyPath(path_, entry.key),
                        fmt::format("unknown key{}{}", Suggestion(entry.key, accepted), known));
  }
}

// A trial run of the reader is what tells its keys: a list of them beside it would be forgotten.
void Section::Node::AcceptKeysOf(const std::function<void(Section&)>& read) {
  has_several_readers_ = true;
  Reading dropped{ConfigErrors(""), ConfigErrors(""), reading_.folder, reading_.environment};
  const auto trial =
      std::make_shared<Node>(dropped, mapping_, place_, path_, std::make_shared<InForce>());
  Section section(trial);
  read(section);
  for (const std::string& key : trial->accepted_) {
    if (std::ranges::find(accepted_, key) == accepted_.end()) accepted_.push_back(key);
  }
}

ConfigPlace Section::Node::PlaceOf(std::string_view key) const {
  const YamlEntry* entry = FindEntry(key);
  if (entry == nullptr) return place_;
  // yaml-cpp's mark of null is that of whatever comes next.
  return entry->value->kind == YamlNode::Kind::kNull ? entry->place : entry->value->place;
}

std::string Section::Node::PathOf(std::string_view key) const {
  return key.empty() ? path_ : KeyPath(path_, key);
}

}  // namespace session_exporter
