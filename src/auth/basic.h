// HTTP Basic authentication (RFC 7617).
#pragma once

#include <string_view>

#include "base/secret.h"

namespace session_exporter {

// The value of the Authorization header: `Basic ` and the base64 of `user:password`.
Secret BasicAuthorization(std::string_view user, std::string_view password);

}  // namespace session_exporter
