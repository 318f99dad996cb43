// The status line and headers of an answer, and the answers that the server makes itself. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "server/http_server.h"
#include "server/http_types.h"

namespace session_exporter {

// How a client knows where the body ends.
enum class BodyEnd { kLength, kChunks, kClose };

struct Framing {
  HttpVersion version = HttpVersion::kHttp11;  // the client's
  bool keep_alive = true;
  BodyEnd end = BodyEnd::kLength;
  std::size_t length = 0;  // with kLength
};

// Always HTTP/1.1, whatever the client's version (RFC 9110, 2.5), ended by the empty line.
std::string FormatHead(const OutgoingResponse& response, const Framing& framing,
                       std::chrono::sys_seconds now);

// False when a header of `response` would end its line early and start another.
bool HeadersAreClean(const OutgoingResponse& response);

// True for the statuses whose answers never have a body (204, 304).
bool IsBodiless(int status);

// A short plain-text answer; `text` ends with a line break.
OutgoingResponse PlainText(int status, std::string text);

// "Not Found"; empty for a status that nothing here answers with.
std::string_view ReasonPhrase(int status);

}  // namespace session_exporter
