#include "server/request_rules.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace session_exporter {
namespace {

bool EqualsIgnoringCase(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  });
}

// uri-host [ ":" port ] of RFC 3986 by its alphabet, which is what keeps `user@`, spaces and paths
// out; service discovery hands the Host on to others.
bool IsHost(std::string_view text) {
  static constexpr std::string_view kMarks = "-._~%!$&'()*+,;=:[]";
  return std::all_of(text.begin(), text.end(), [](char byte) {
    const auto value = static_cast<unsigned char>(byte);
    return value < 0x80 &&
           (std::isalnum(value) != 0 || kMarks.find(byte) != std::string_view::npos);
  });
}

std::optional<Refusal> CheckTransferEncoding(const IncomingRequest& request, HttpVersion version,
                                             std::ptrdiff_t encodings, std::ptrdiff_t lengths) {
  if (encodings == 0) return std::nullopt;
  if (lengths > 0) return Refusal{400, "both Content-Length and Transfer-Encoding"};
  if (version == HttpVersion::kHttp10) return Refusal{400, "Transfer-Encoding in HTTP/1.0"};
  if (encodings > 1) return Refusal{400, "more than one Transfer-Encoding"};
  if (!EqualsIgnoringCase(request.Header("transfer-encoding"), "chunked")) {
    return Refusal{501, "Transfer-Encoding not supported"};
  }
  return std::nullopt;
}

void SplitPath(std::string_view target, IncomingRequest& request) {
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  request.query = mark == std::string_view::npos ? "" : target.substr(mark + 1);
}

void ReplaceHost(std::string_view host, IncomingRequest& request) {
  for (auto& [name, value] : request.headers) {
    if (name == "host") {
      value = host;
      return;
    }
  }
  request.headers.emplace_back("host", host);
}

std::optional<Refusal> SetAbsoluteTarget(std::string_view rest, IncomingRequest& request) {
  const std::size_t end = rest.find_first_of("/?");
  const std::string_view host = rest.substr(0, end);
  if (host.empty() || !IsHost(host)) return Refusal{400, "malformed host in the target"};
  ReplaceHost(host, request);
  rest.remove_prefix(host.size());
  SplitPath(rest, request);
  if (request.path.empty()) request.path += '/';
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> CheckHeaders(const IncomingRequest& request, HttpVersion version) {
  const auto count = [&request](std::string_view wanted) {
    return std::count_if(request.headers.begin(), request.headers.end(),
                         [wanted](const auto& header) { return header.first == wanted; });
  };
  const auto hosts = count("host");
  if (hosts > 1) return Refusal{400, "more than one Host header"};
  if (hosts == 0 && version == HttpVersion::kHttp11) return Refusal{400, "no Host header"};
  if (!IsHost(request.Header("host"))) return Refusal{400, "malformed Host header"};
  return CheckTransferEncoding(request, version, count("transfer-encoding"),
                               count("content-length"));
}

std::optional<Refusal> SetTarget(std::string_view target, IncomingRequest& request) {
  if (target == "*" || request.method == "CONNECT") {
    request.path = target;
    return std::nullopt;
  }
  if (target.starts_with('/')) {
    SplitPath(target, request);
    return std::nullopt;
  }
  const std::size_t colon = target.find("://");
  const std::string_view scheme = target.substr(0, std::min(colon, target.size()));
  if (colon != std::string_view::npos &&
      (EqualsIgnoringCase(scheme, "http") || EqualsIgnoringCase(scheme, "https"))) {
    return SetAbsoluteTarget(target.substr(colon + 3), request);
  }
  return Refusal{400, "the target is not a path"};
}

}  // namespace session_exporter
