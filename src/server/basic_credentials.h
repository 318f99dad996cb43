// The credentials of HTTP Basic authentication (RFC 7617). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace session_exporter {

struct BasicCredentials {
  std::string user;  // any bytes but a colon
  Secret password;
};

// Reads the value of an Authorization header; nothing when it is another scheme or malformed.
std::optional<BasicCredentials> ParseBasicCredentials(std::string_view header);

}  // namespace session_exporter
