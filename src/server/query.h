// The query of a request target. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace session_exporter {

using QueryParameters = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::size_t kMaxQueryParameters = 64;

// Reads `name=value&name`, in order, names may repeat; `+` is a space and `%XX` a byte (any, so the
// result may hold NUL or invalid UTF-8). Errors, whose message does not repeat the query: kProtocol
// for an escape that is none, kLimit for more than kMaxQueryParameters.
Result<QueryParameters> ParseQuery(std::string_view query);

}  // namespace session_exporter
