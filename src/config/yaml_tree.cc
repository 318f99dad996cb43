#include "config/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "config/wording.h"
#include "config/yaml_syntax.h"

namespace session_exporter {
namespace {

constexpr std::size_t kMostValues = 1'000'000;

// Ends the parsing after an error was added; yaml-cpp's callbacks can only be left by an exception.
struct Refused {};

ConfigPlace PlaceOf(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const Environment& environment, ConfigErrors& errors)
      : environment_(environment), errors_(errors) {}

  [[nodiscard]] std::shared_ptr<const YamlNode> root() const { return root_; }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (AwaitsKey()) RefuseKey(mark);
    Attach(NewNode(YamlNode::Kind::kNull, mark), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const bool plain = tag == "?";
    if (AwaitsKey()) {
      BeginEntry(mark, value, plain);
      CheckTag(mark, tag);
      if (anchor != 0) Refuse(mark, "an anchor at a key is not accepted");
      return;
    }
    std::shared_ptr<YamlNode> node = NewNode(YamlNode::Kind::kText, mark);
    node->as_written = value;
    node->quoted = !plain;
    node->broken = !CheckTag(mark, tag);
    ExpandInto(*node);
    Attach(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (AwaitsKey()) RefuseKey(mark);
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) Refuse(mark, "an alias inside its own anchor is not accepted");
    CheckDepth(mark, found->second->height);
    Attach(found->second, 0);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    Open(YamlNode::Kind::kList, mark, tag, anchor);
  }
  void OnSequenceEnd() override { Close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    Open(YamlNode::Kind::kMapping, mark, tag, anchor);
  }
  void OnMapEnd() override {
    for (const auto& merged : open_.back().merged) Merge(merged);
    Close();
  }

 private:
  // A list or mapping that is being read.
  struct Frame {
    std::shared_ptr<YamlNode> node;
    YAML::anchor_t anchor = 0;
    // The entry whose value comes next.
    bool awaits_value = false;
    bool duplicate = false;
    bool merge = false;
    std::string key;
    ConfigPlace key_place;
    std::unordered_map<std::string, ConfigPlace> keys;
    std::vector<std::shared_ptr<const YamlNode>> merged;
  };

  static std::shared_ptr<YamlNode> NewNode(YamlNode::Kind kind, const YAML::Mark& mark) {
    auto node = std::make_shared<YamlNode>();
    node->kind = kind;
    node->place = PlaceOf(mark);
    return node;
  }

  [[nodiscard]] bool AwaitsKey() const {
    return !open_.empty() && open_.back().node->kind == YamlNode::Kind::kMapping &&
           !open_.back().awaits_value;
  }

  // Where the value that is being read belongs.
  [[nodiscard]] std::string Path() const {
    std::string path;
    for (const Frame& frame : open_) {
      if (frame.node->kind == YamlNode::Kind::kList) {
        path = ItemPath(path, frame.node->items.size());
      } else if (frame.awaits_value) {
        path = KeyPath(path, frame.key);
      }
    }
    return path;
  }

  [[noreturn]] void Refuse(const YAML::Mark& mark, std::string message) {
    errors_.Add(PlaceOf(mark), Path(), std::move(message));
    throw Refused{};
  }

  // Most often a template that was not filled in, `{{ name }}`.
  [[noreturn]] void RefuseKey(const YAML::Mark& mark) {
    Refuse(mark, "expected a key that is text; a value that begins with { needs quotes");
  }

  void CheckDepth(const YAML::Mark& mark, std::size_t height) {
    if (open_.size() + height > kMostYamlDepth) {
      Refuse(mark, fmt::format("nested deeper than {} levels", kMostYamlDepth));
    }
  }

  // The tag is not shown: `password: !secret` is a password without its quotes.
  bool CheckTag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return true;
    errors_.Add(PlaceOf(mark), Path(),
                "tags are not accepted; a value that begins with ! needs quotes");
    return false;
  }

  void ExpandInto(YamlNode& node) {
    Expansion expansion = environment_ ? Expand(node.as_written, environment_)
                                       : Expansion{node.as_written, false, {}};
    if (expansion.text.find('\0') != std::string::npos) {
      expansion.problems.emplace_back("a NUL character is not accepted");
    }
    for (std::string& problem : expansion.problems) {
      errors_.Add(node.place, Path(), std::move(problem));
      node.broken = true;
    }
    node.text = std::move(expansion.text);
    node.expanded = expansion.used;
  }

  void BeginEntry(const YAML::Mark& mark, const std::string& key, bool plain) {
    Frame& frame = open_.back();
    frame.key = key;
    frame.key_place = PlaceOf(mark);
    frame.awaits_value = true;
    frame.merge = plain && key == "<<";
    const auto [first, is_new] = frame.keys.emplace(key, frame.key_place);
    frame.duplicate = !is_new;
    if (frame.duplicate) {
      errors_.Add(frame.key_place, Path(),
                  fmt::format("the key is given twice, first on line {}", first->second.line));
    }
  }

  void Open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    if (AwaitsKey()) RefuseKey(mark);
    CheckDepth(mark, 1);
    Frame frame;
    frame.node = NewNode(kind, mark);
    frame.node->broken = !CheckTag(mark, tag);
    frame.anchor = anchor;
    open_.push_back(std::move(frame));
  }

  void Close() {
    Frame frame = std::move(open_.back());
    open_.pop_back();
    Attach(std::move(frame.node), frame.anchor);
  }

  void Attach(std::shared_ptr<const YamlNode> node, YAML::anchor_t anchor) {
    if (anchor != 0) anchors_[anchor] = node;
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = open_.back();
    YamlNode& parent = *frame.node;
    parent.size += node->size;
    parent.height = std::max(parent.height, node->height + 1);
    if (parent.size > kMostValues) {
      errors_.Add(node->place, Path(), fmt::format("more than {} values", kMostValues));
      throw Refused{};
    }
    if (parent.kind == YamlNode::Kind::kList) {
      parent.items.push_back(std::move(node));
      return;
    }
    frame.awaits_value = false;
    if (frame.duplicate) return;
    if (frame.merge) {
      frame.merged.push_back(std::move(node));
    } else {
      parent.entries.push_back({frame.key, frame.key_place, std::move(node)});
    }
  }

  // https://yaml.org/type/merge.html: keys of the mapping itself win, then those merged first.
  void Merge(const std::shared_ptr<const YamlNode>& merged) {
    if (merged->kind == YamlNode::Kind::kList) {
      for (const auto& item : merged->items) {
        if (item->kind == YamlNode::Kind::kMapping) {
          Merge(item);
        } else {
          AddMergeError(*item);
        }
      }
      return;
    }
    if (merged->kind != YamlNode::Kind::kMapping) {
      AddMergeError(*merged);
      return;
    }
    Frame& frame = open_.back();
    for (const YamlEntry& entry : merged->entries) {
      if (frame.keys.emplace(entry.key, entry.place).second) frame.node->entries.push_back(entry);
    }
  }

  void AddMergeError(const YamlNode& node) {
    errors_.Add(node.place, KeyPath(Path(), "<<"), "expected a mapping or a list of mappings");
  }

  const Environment& environment_;
  ConfigErrors& errors_;
  std::vector<Frame> open_;
  std::unordered_map<YAML::anchor_t, std::shared_ptr<const YamlNode>> anchors_;
  std::shared_ptr<const YamlNode> root_;
};

}  // namespace

std::shared_ptr<const YamlNode> ParseYaml(const std::string& text, const Environment& environment,
                                          ConfigErrors& errors) {
  if (!CheckYamlSyntax(text, errors)) return nullptr;
  TreeBuilder builder(environment, errors);
  try {
    std::istringstream stream(text);
    YAML::Parser(stream).HandleNextDocument(builder);
  } catch (const Refused&) {
    return nullptr;
  }
  return builder.root();
}

}  // namespace session_exporter
