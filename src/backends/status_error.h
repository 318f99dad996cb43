// What an HTTP status other than 200 means to an operator, where a backend knows nothing better.
#pragma once

#include <string_view>

#include "base/result.h"
#include "net/http_client.h"

namespace session_exporter {

// kAuth for 401, kPermission for 403, kRateLimited for 429, kHttp for any other.
ErrorKind KindOfStatus(int status);

// The same as an error; that of a redirect says where it points (scheme and host) and that it is
// not followed.
Error ErrorOfStatus(const HttpHead& head);

}  // namespace session_exporter
