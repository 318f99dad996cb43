// JSON that is sent.
#pragma once

#include <string>
#include <string_view>

namespace session_exporter {

// `text` as a JSON string, quotes included.
std::string QuoteJson(std::string_view text);

}  // namespace session_exporter
