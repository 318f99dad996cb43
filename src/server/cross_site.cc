#include "server/cross_site.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace session_exporter {
namespace {

bool EqualsIgnoringCase(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  });
}

bool IsOwnOrigin(std::string_view origin, std::string_view host) {
  const std::size_t colon = origin.find("://");
  if (colon == std::string_view::npos) return false;  // "null": a sandbox, a file
  return !host.empty() && EqualsIgnoringCase(origin.substr(colon + 3), host);
}

}  // namespace

bool IsCrossSite(const IncomingRequest& request) {
  const std::string_view host = request.Header("host");
  // Each of them counts, wherever it stands: Header() would give the first only.
  return std::any_of(request.headers.begin(), request.headers.end(), [host](const auto& header) {
    const auto& [name, value] = header;
    if (name == "sec-fetch-site") return value != "same-origin" && value != "none";
    return name == "origin" && !IsOwnOrigin(value, host);
  });
}

}  // namespace session_exporter
