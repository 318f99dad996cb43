// The parts of a request's URL that the transport needs to name a target and to reach it.
#pragma once

#include <string>

#include "base/result.h"

namespace session_exporter {

struct UrlParts {
  std::string scheme;     // "http" or "https"
  std::string user_info;  // "user:password@", or empty
  std::string host;       // as written; an IPv6 address in its brackets
  std::string port;       // the scheme's own when the URL names none
  std::string rest;       // from the path on, byte for byte
  std::string host_header;
  std::string shown;  // scheme, host, port if named, path: fit for a log

  // "host:port", for messages.
  [[nodiscard]] std::string Authority() const { return host + ":" + port; }
};

// kConfig for anything but an http or https URL with a host. The message does not repeat the URL,
// which may hold a password or a signature.
Result<UrlParts> SplitUrl(const std::string& url);

}  // namespace session_exporter
