// What session_target_info shows of a target's URL.
#pragma once

#include <string>

namespace session_exporter {

// Scheme and host, with the port when the URL names one. `url` is one that the configuration took.
inline std::string EndpointOf(const std::string& url) {
  const std::size_t host = url.find("://") + 3;
  return url.substr(0, url.find('/', host));
}

}  // namespace session_exporter
