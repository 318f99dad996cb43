// Reads a YAML file strictly, whatever its keys are.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/environment.h"
#include "config/errors.h"
#include "config/section.h"

namespace session_exporter {

// Reads at most 1 MiB and one byte, which tells that there is more. Errors: kConfig, not naming the
// file.
Result<std::string> ReadTextFile(const std::string& file);

struct DocumentForm {
  enum class Empty { kRefused, kAccepted };  // as a mapping without keys

  std::string file;  // names it in messages; relative file names are relative to its folder
  std::string_view expected;  // "expected a mapping with ...": said of what is none
  Empty empty = Empty::kRefused;
};

struct Document {
  std::vector<std::string> warnings;
  std::string in_force;  // what was read, defaults included, as YAML without secrets
};

// Calls `read` with the mapping that `text` is, unless it is none. Every error at once. The root is
// finished here. With an empty `environment` values are taken as they are written, dollar signs
// included.
tl::expected<Document, ConfigErrors> ReadDocument(const std::string& text, const DocumentForm& form,
                                                  const Environment& environment,
                                                  const std::function<void(Section&)>& read);

}  // namespace session_exporter
