// `session_exporter healthcheck`: asks a running exporter whether it is healthy, where there is no
// shell and no curl to do it, as in the container image.
#pragma once

#include <chrono>
#include <ostream>
#include <string>

#include "base/clock.h"

namespace session_exporter {

inline constexpr std::chrono::seconds kHealthCheckTime{3};

// Whether `url` answers with 200 within kHealthCheckTime; says on `errors` why it did not.
// Certificates are not verified: the exporter asks for nothing that is secret and sends nothing,
// and one that listens on loopback is seldom named in its certificate.
bool CheckHealth(const std::string& url, const Clock& clock, std::ostream& errors);

}  // namespace session_exporter
