// A configuration's text as a tree that knows where everything stands. Internal to config/, and the
// only place that knows yaml-cpp: its own Node accepts duplicate keys silently, follows aliases
// without limit and has no mark for what is absent.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "config/environment.h"
#include "config/errors.h"

namespace session_exporter {

struct YamlNode;

struct YamlEntry {
  std::string key;
  ConfigPlace place;  // of the key
  std::shared_ptr<const YamlNode> value;
};

struct YamlNode {
  enum class Kind { kNull, kText, kList, kMapping };

  Kind kind = Kind::kNull;
  ConfigPlace place;
  std::string text;        // kText: expanded; never shown
  std::string as_written;  // kText: what the file says, before expansion
  bool quoted = false;     // kText: in quotes or a block, so that it is not a number or a boolean
  bool expanded = false;   // kText: an environment variable's value is in `text`
  bool broken = false;     // an error was already added for this value
  std::vector<std::shared_ptr<const YamlNode>> items;  // kList
  std::vector<YamlEntry> entries;                      // kMapping; keys are distinct

  // What following all aliases below comes to. Both are bounded, so that neither a billion laughs
  // nor a chain of aliases can exhaust memory or the stack.
  std::size_t size = 1;
  std::size_t height = 1;
};

// Parses one document and expands ${NAME} in its values, unless `environment` is empty. Nothing
// when the text is no YAML; then, and for duplicate keys, tags and failed expansions, errors are
// added. Anchors, aliases and merge keys
// (`<<`) are followed. `text` without any document gives nothing and no error.
std::shared_ptr<const YamlNode> ParseYaml(const std::string& text, const Environment& environment,
                                          ConfigErrors& errors);

}  // namespace session_exporter
