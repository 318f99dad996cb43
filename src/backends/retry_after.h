// The Retry-After header (RFC 9110, section 10.2.3).
#pragma once

#include <optional>

#include "base/clock.h"
#include "net/http_client.h"

namespace session_exporter {

// How long after the answer arrived the server wants to be asked again: seconds, or a date, which
// is measured on the server's own clock where it told its time. Never negative; nothing when the
// header is missing or makes no sense.
std::optional<Microseconds> RetryAfterOf(const HttpHead& head);

}  // namespace session_exporter
