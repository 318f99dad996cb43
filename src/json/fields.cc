#include "json/fields.h"

#include <algorithm>

#include "base/result.h"

namespace session_exporter {

// Cheap, and good enough to keep the names of one object apart: length and three of the letters.
inline std::size_t FieldSchema::HashOf(std::string_view name) {
  if (name.empty()) return 0;
  const auto at = [text = name.data()](std::size_t i) {
    return std::size_t{static_cast<unsigned char>(text[i])};
  };
  return name.size() * 31 + at(0) * 7 + at(name.size() - 1) * 3 + at(name.size() / 2) * 13;
}

FieldSchema::FieldSchema(std::initializer_list<std::string_view> paths) {
  nodes_.emplace_back();
  for (const std::string_view path : paths) {
    const int field = static_cast<int>(paths_.size());
    paths_.emplace_back(path);
    int node = 0;
    std::size_t begin = 0;
    for (std::size_t dot = path.find('.'); dot != std::string_view::npos;
         dot = path.find('.', begin)) {
      node = NodeFor(node, std::string(path.substr(0, dot)),
                     std::string(path.substr(begin, dot - begin)));
      begin = dot + 1;
    }
    nodes_[static_cast<std::size_t>(node)].members.push_back(
        {std::string(path.substr(begin)), field, -1});
  }
  for (Node& node : nodes_) Index(node);
}

int FieldSchema::NodeFor(int parent, const std::string& path, const std::string& name) {
  for (const Member& member : nodes_[static_cast<std::size_t>(parent)].members) {
    if (member.name == name) return member.node;
  }
  const int node = static_cast<int>(nodes_.size());
  nodes_[static_cast<std::size_t>(parent)].members.push_back({name, -1, node});
  nodes_.push_back({path, {}, {}, 0});
  return node;
}

void FieldSchema::Index(Node& node) {
  std::size_t slots = 8;
  while (slots < node.members.size() * 4) slots *= 2;
  node.slots.assign(slots, -1);
  node.mask = slots - 1;
  for (std::size_t i = 0; i < node.members.size(); ++i) {
    std::size_t slot = HashOf(node.members[i].name) & (slots - 1);
    while (node.slots[slot] != -1) slot = (slot + 1) & (slots - 1);
    node.slots[slot] = static_cast<int>(i);
  }
}

const FieldSchema::Member* FieldSchema::Find(int node_index, std::string_view name) const {
  // By pointers: this is called for every name of a document, and the checked [] of a hardened
  // build is a third of it.
  const Node& node = *(nodes_.data() + node_index);
  const int* const slots = node.slots.data();
  const Member* const members = node.members.data();
  const std::size_t mask = node.mask;
  for (std::size_t slot = HashOf(name) & mask; slots[slot] != -1; slot = (slot + 1) & mask) {
    const Member* const member = members + slots[slot];
    if (member->name == name) return member;
  }
  return nullptr;
}

Fields::Fields(const FieldSchema& schema)
    : schema_(schema),
      values_(schema.size()),
      warnings_(schema.size()),
      node_warnings_(schema.node_count()) {}

const JsonValue* Fields::Typed(std::size_t field, JsonType type) {
  JsonValue& value = values_[field];
  if (value.type == type) return &value;
  if (value.type != JsonType::kMissing && value.type != JsonType::kNull) {
    ++warnings_[field];
    value.type = JsonType::kNull;  // one warning an object, however often it is asked for
  }
  return nullptr;
}

std::optional<std::string_view> Fields::Text(std::size_t field) {
  const JsonValue* value = Typed(field, JsonType::kString);
  if (value == nullptr) return std::nullopt;
  return value->text;
}

std::optional<double> Fields::Number(std::size_t field) {
  const JsonValue* value = Typed(field, JsonType::kNumber);
  if (value == nullptr) return std::nullopt;
  return value->number;
}

std::optional<bool> Fields::Flag(std::size_t field) {
  const JsonValue* value = Typed(field, JsonType::kBool);
  if (value == nullptr) return std::nullopt;
  return value->truth;
}

std::optional<std::string_view> Fields::AnyText(std::size_t field, std::string& scratch) {
  const JsonValue& value = values_[field];
  switch (value.type) {
    case JsonType::kBool:
      return value.truth ? "true" : "false";
    case JsonType::kNumber:
      scratch = fmt::format("{}", value.number);
      return scratch;
    default:
      return Text(field);
  }
}

std::vector<std::pair<std::string, std::uint64_t>> Fields::Warnings() const {
  std::vector<std::pair<std::string, std::uint64_t>> warnings;
  for (std::size_t i = 0; i < warnings_.size(); ++i) {
    if (warnings_[i] > 0) warnings.emplace_back(schema_.path(i), warnings_[i]);
  }
  for (std::size_t i = 0; i < node_warnings_.size(); ++i) {
    if (node_warnings_[i] > 0) {
      warnings.emplace_back(schema_.node_path(static_cast<int>(i)), node_warnings_[i]);
    }
  }
  return warnings;
}

void Fields::Clear() {
  for (JsonValue& value : values_) value = JsonValue();
}

}  // namespace session_exporter
