// The addresses of --web.listen-address. Pure; names are resolved by the server.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace session_exporter {

struct ListenAddress {
  std::string host;  // empty: every address of this machine
  std::uint16_t port = 0;
};

// Reads "host:port", ":port", "1.2.3.4:port" or "[::1]:port". Errors: kConfig, quoting the text.
Result<ListenAddress> ParseListenAddress(std::string_view text);

}  // namespace session_exporter
