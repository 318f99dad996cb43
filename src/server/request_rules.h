// What RFC 9112 asks of a request beyond its grammar, where readings that differ between two
// servers let a request be smuggled past one of them. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "server/http_server.h"
#include "server/http_types.h"

namespace session_exporter {

// Holds the headers to the rules about Host (3.2), Content-Length and Transfer-Encoding (6.1, 6.3).
// Nothing when they are kept.
std::optional<Refusal> CheckHeaders(const IncomingRequest& request, HttpVersion version);

// Sets path and query of `request`, whose method and headers are set already. An absolute target
// (`http://host/path`) also replaces the Host header, as 3.2.2 asks; the targets of CONNECT and `*`
// become the path as they are.
std::optional<Refusal> SetTarget(std::string_view target, IncomingRequest& request);

}  // namespace session_exporter
