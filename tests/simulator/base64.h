// RFC 4648 base64, with padding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace simulator {

std::string Base64(std::string_view plain);
// Nothing for what is not base64.
std::optional<std::string> Base64Decode(std::string_view encoded);

}  // namespace simulator
