// What a Section stands on: a mapping of the tree, what was asked of it, and what all sections of a
// file share. Internal to config/.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/environment.h"
#include "config/errors.h"
#include "config/in_force.h"
#include "config/section.h"
#include "config/yaml_tree.h"

namespace session_exporter {

// Outlives every Section of the file.
struct Reading {
  ConfigErrors errors;
  ConfigErrors warnings;
  std::string folder;  // what relative file names are relative to
  Environment environment;
};

class Section::Node {
 public:
  // `mapping` may be null: a section that is missing, which stands at `place`, that of its parent.
  // What is read goes into `in_force`.
  Node(Reading& reading, std::shared_ptr<const YamlNode> mapping, ConfigPlace place,
       std::string path, std::shared_ptr<InForce> in_force)
      : reading_(reading),
        mapping_(std::move(mapping)),
        place_(place),
        path_(std::move(path)),
        in_force_(std::move(in_force)) {}

  // A section in whose place stands something wrong, which was reported: nothing in it is missing.
  void Mute() { muted_ = true; }
  [[nodiscard]] bool muted() const { return muted_; }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] ConfigPlace place() const { return place_; }
  [[nodiscard]] Reading& reading() { return reading_; }

  [[nodiscard]] std::vector<std::string> Keys() const;
  // The value of `key`, null included; nullptr when it is missing.
  [[nodiscard]] const YamlNode* Find(std::string_view key) const;
  // The same, and the key is accepted from now on; nullptr for null too.
  std::shared_ptr<const YamlNode> Ask(std::string_view key);
  // The scalar, list or mapping under `key`; nullptr when it is missing, null or was reported, and
  // after reporting something of another kind.
  std::shared_ptr<const YamlNode> AskFor(std::string_view key, YamlNode::Kind kind,
                                         std::string_view expected);
  void Add(std::string_view key, std::string message);
  void AddMissing(std::string_view key, std::string_view expected);
  void Warn(std::string_view key, std::string message);
  // Of clean text: what the section may hand out.
  bool CheckText(const YamlNode& node, const std::string& path);
  // A file name as it is to be opened, and as it may be shown.
  [[nodiscard]] std::string Resolve(const YamlNode& name) const;
  [[nodiscard]] std::string ShownFile(const YamlNode& name) const;

  // Records what is shown of a key: `text`, but what the file says where a variable is expanded in
  // it, whose value is nobody's business. `scalar` is null where the file says nothing.
  void Show(std::string_view key, const YamlNode* scalar, std::string_view text);
  // The same of a number, a flag or a duration.
  void ShowTyped(std::string_view key, const YamlNode* scalar, std::string text);
  [[nodiscard]] InForce& in_force() { return *in_force_; }

  std::shared_ptr<Node> AddChild(std::shared_ptr<const YamlNode> mapping, ConfigPlace place,
                                 std::string path, std::shared_ptr<InForce> in_force);
  void Finish();
  // See Section.
  void AcceptKeysOf(const std::function<void(Section&)>& read);

 private:
  [[nodiscard]] const YamlEntry* FindEntry(std::string_view key) const;
  [[nodiscard]] ConfigPlace PlaceOf(std::string_view key) const;
  [[nodiscard]] std::string PathOf(std::string_view key) const;

  Reading& reading_;
  std::shared_ptr<const YamlNode> mapping_;
  ConfigPlace place_;
  std::string path_;
  std::shared_ptr<InForce> in_force_;
  bool muted_ = false;
  bool finished_ = false;
  // Some of `accepted_` are those of several readers, each of which may have more.
  bool has_several_readers_ = false;
  std::vector<std::string> accepted_;  // in the order asked, each once
  std::vector<std::shared_ptr<Node>> children_;
};

// `text`, `a list`, `a mapping`, `null`.
std::string_view KindOf(const YamlNode& node);
// The text of a scalar as it may be shown: as the file has it where a variable is expanded in it.
std::string ShownText(const YamlNode& scalar);
// What stands there instead of what is expected: `"5 s"`, `a list`. Not for secrets.
std::string Shown(const YamlNode& node);

}  // namespace session_exporter
