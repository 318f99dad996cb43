// The fields that are read of a kind of JSON object, and reading them: every field may be missing,
// null or of any type. A field of the wrong type counts a warning and is as good as missing; fields
// that the schema does not name are passed over without being kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/value.h"

namespace session_exporter {

// Where fields stand in an object: "user.username" is the member username of the member user.
// Immutable, and shared by all readers of that kind of object.
class FieldSchema {
 public:
  // Fields are later asked for by their index in `paths`. A path must not lead through another.
  FieldSchema(std::initializer_list<std::string_view> paths);

  [[nodiscard]] std::size_t size() const { return paths_.size(); }
  [[nodiscard]] const std::string& path(std::size_t field) const { return paths_[field]; }

  // One object's members: either a field or an object with fields of its own.
  struct Member {
    std::string name;
    int field = -1;  // index of the field, or -1
    int node = -1;   // index of the node of an object, or -1
  };
  // The member of `node` with that name; null when the schema has none. Node 0 is the object
  // itself.
  [[nodiscard]] const Member* Find(int node, std::string_view name) const;
  [[nodiscard]] std::size_t node_count() const { return nodes_.size(); }
  // The path of a node, for warnings.
  [[nodiscard]] const std::string& node_path(int node) const {
    return nodes_[static_cast<std::size_t>(node)].path;
  }

 private:
  struct Node {
    std::string path;
    std::vector<Member> members;
    std::vector<int> slots;  // by hash, index into members or -1; a power of two
    std::size_t mask = 0;    // their count less one
  };

  int NodeFor(int parent, const std::string& path, const std::string& name);
  static std::size_t HashOf(std::string_view name);
  static void Index(Node& node);

  std::vector<std::string> paths_;
  std::vector<Node> nodes_;
};

// The fields of one object. Texts stay valid until the reader takes the next object.
class Fields {
 public:
  explicit Fields(const FieldSchema& schema);

  // A value of the right type; nothing when it is missing, null, or (with a warning) of another.
  std::optional<std::string_view> Text(std::size_t field);
  std::optional<double> Number(std::size_t field);
  std::optional<bool> Flag(std::size_t field);
  // Text, number or boolean, for labels whose type varies between versions of a backend. The text
  // of a number lives in `scratch`.
  std::optional<std::string_view> AnyText(std::size_t field, std::string& scratch);

  [[nodiscard]] const JsonValue& Value(std::size_t field) const { return values_[field]; }

  // Counts a value that has the right type and no meaning: a date that does not parse.
  void Warn(std::size_t field) { ++warnings_[field]; }
  void WarnNode(int node) { ++node_warnings_[static_cast<std::size_t>(node)]; }
  // Every field that was warned of, by path, since the construction.
  [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> Warnings() const;

  // For the reader: forgets the values, keeps the warnings.
  void Clear();
  // Of members written twice the first counts.
  void Set(std::size_t field, const JsonValue& value) {
    if (values_[field].type == JsonType::kMissing) values_[field] = value;
  }

 private:
  // The value when it is of that type; else null, with a warning unless missing or null.
  const JsonValue* Typed(std::size_t field, JsonType type);

  const FieldSchema& schema_;
  std::vector<JsonValue> values_;
  std::vector<std::uint64_t> warnings_;
  std::vector<std::uint64_t> node_warnings_;
};

}  // namespace session_exporter
