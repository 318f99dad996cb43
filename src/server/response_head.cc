#include "server/response_head.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "base/result.h"
#include "base/timestamp.h"

namespace session_exporter {
namespace {

struct Phrase {
  int status;
  std::string_view text;
};

constexpr std::array kPhrases = {
    Phrase{200, "OK"},
    Phrase{204, "No Content"},
    Phrase{302, "Found"},
    Phrase{304, "Not Modified"},
    Phrase{400, "Bad Request"},
    Phrase{401, "Unauthorized"},
    Phrase{403, "Forbidden"},
    Phrase{404, "Not Found"},
    Phrase{405, "Method Not Allowed"},
    Phrase{408, "Request Timeout"},
    Phrase{413, "Content Too Large"},
    Phrase{414, "URI Too Long"},
    Phrase{415, "Unsupported Media Type"},
    Phrase{429, "Too Many Requests"},
    Phrase{431, "Request Header Fields Too Large"},
    Phrase{500, "Internal Server Error"},
    Phrase{501, "Not Implemented"},
    Phrase{503, "Service Unavailable"},
    Phrase{504, "Gateway Timeout"},
    Phrase{505, "HTTP Version Not Supported"},
};

bool BreaksLine(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

}  // namespace

std::string FormatHead(const OutgoingResponse& response, const Framing& framing,
                       std::chrono::sys_seconds now) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status,
                                 ReasonPhrase(response.status), FormatHttpDate(now));
  auto out = std::back_inserter(head);
  for (const auto& [name, value] : response.headers) {
    fmt::format_to(out, "{}: {}\r\n", name, value);
  }
  head += "X-Content-Type-Options: nosniff\r\n";
  if (framing.end == BodyEnd::kChunks) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (framing.end == BodyEnd::kLength && !IsBodiless(response.status)) {
    fmt::format_to(out, "Content-Length: {}\r\n", framing.length);
  }
  if (!framing.keep_alive) {
    head += "Connection: close\r\n";
  } else if (framing.version == HttpVersion::kHttp10) {
    head += "Connection: keep-alive\r\n";
  }
  head += "\r\n";
  return head;
}

bool HeadersAreClean(const OutgoingResponse& response) {
  return std::none_of(response.headers.begin(), response.headers.end(), [](const auto& header) {
    return BreaksLine(header.first) || BreaksLine(header.second);
  });
}

bool IsBodiless(int status) { return status == 204 || status == 304; }

OutgoingResponse PlainText(int status, std::string text) {
  OutgoingResponse answer;
  answer.status = status;
  answer.headers.emplace_back("Content-Type", "text/plain; charset=utf-8");
  answer.body = std::move(text);
  return answer;
}

std::string_view ReasonPhrase(int status) {
  const auto* found =
      std::find_if(kPhrases.begin(), kPhrases.end(),
                   [status](const Phrase& phrase) { return phrase.status == status; });
  return found == kPhrases.end() ? "" : found->text;
}

}  // namespace session_exporter
