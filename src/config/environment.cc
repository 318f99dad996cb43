#include "config/environment.h"

#include <cstdlib>

#include "base/error.h"

namespace session_exporter {
namespace {

bool IsName(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  return !text.empty() && text.find_first_not_of(kAllowed) == std::string_view::npos &&
         kDigits.find(text.front()) == std::string_view::npos;
}

// Reads the `${...}` at the head of `text` into `expansion`; returns how much of `text` that was.
std::size_t ExpandVariable(std::string_view text, const Environment& environment,
                           Expansion& expansion) {
  const std::size_t close = text.find('}');
  if (close == std::string_view::npos) {
    expansion.problems.emplace_back("\"${\" without \"}\"; write $$ for a dollar sign");
    return text.size();
  }
  const std::string name(text.substr(2, close - 2));
  if (!IsName(name)) {
    // What stands there is not shown: it may be a piece of a password.
    expansion.problems.emplace_back(
        "expected ${NAME} with letters, digits and underscores; write $$ for a dollar sign");
  } else if (const std::optional<std::string> value = environment(name)) {
    expansion.text += *value;
    expansion.used = true;
  } else {
    expansion.problems.push_back(fmt::format("the environment variable {} is not set", name));
  }
  return close + 1;
}

}  // namespace

Environment ProcessEnvironment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

Expansion Expand(std::string_view text, const Environment& environment) {
  Expansion expansion;
  while (!text.empty()) {
    const std::size_t dollar = std::min(text.find('$'), text.size());
    expansion.text += text.substr(0, dollar);
    text.remove_prefix(dollar);
    if (text.starts_with("${")) {
      text.remove_prefix(ExpandVariable(text, environment, expansion));
    } else if (!text.empty()) {
      expansion.text += '$';
      text.remove_prefix(text.starts_with("$$") ? 2 : 1);
    }
  }
  return expansion;
}

}  // namespace session_exporter
