// Words shared by the parts of the server that know HTTP but no sockets.
#pragma once

#include <string>

namespace session_exporter {

enum class HttpVersion { kHttp10, kHttp11 };

// Why a request does not reach the handler: the status and one line for the client.
struct Refusal {
  int status = 400;
  std::string reason;
};

}  // namespace session_exporter
