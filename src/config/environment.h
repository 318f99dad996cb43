// ${NAME} in the values of a configuration.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace session_exporter {

// Looks up an environment variable; nothing when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment ProcessEnvironment();

struct Expansion {
  std::string text;
  bool used = false;                  // some variable's value is in `text`, which must not be shown
  std::vector<std::string> problems;  // unset variables and the like; `text` is then of no use
};

// `${NAME}` becomes the variable's value, which is not looked at again; `$$` becomes a dollar sign.
// A dollar sign before anything else stays as it is, since passwords and OData filters have them.
// `${` without a closing brace, or around something that is no name, is a problem.
Expansion Expand(std::string_view text, const Environment& environment);

}  // namespace session_exporter
