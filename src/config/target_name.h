// What targets may be called: what fits into a URL and a label without escapes.
#pragma once

#include <string_view>

namespace session_exporter {

// Letters, digits and _.:/- with a letter or digit first, at most 128.
bool IsTargetName(std::string_view name);
inline constexpr std::string_view kTargetNameForm =
    "a name of letters, digits and _.:/- that begins with a letter or digit, at most 128 long";

}  // namespace session_exporter
