// A target's `http` section as net/ takes it.
#pragma once

#include <memory>

#include "config/configuration.h"
#include "net/http_client.h"

namespace session_exporter {

std::shared_ptr<const HttpOptions> MakeHttpOptions(const HttpConfig& config);

}  // namespace session_exporter
