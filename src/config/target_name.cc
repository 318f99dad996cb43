#include "config/target_name.h"

#include <cstddef>

namespace session_exporter {

bool IsTargetName(std::string_view name) {
  constexpr std::size_t kLongest = 128;
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:/-";
  constexpr std::string_view kNotFirst = "_.:/-";
  return !name.empty() && name.size() <= kLongest &&
         name.find_first_not_of(kAllowed) == std::string_view::npos &&
         kNotFirst.find(name.front()) == std::string_view::npos;
}

}  // namespace session_exporter
