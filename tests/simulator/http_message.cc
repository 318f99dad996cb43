#include "simulator/http_message.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace simulator {
namespace {

bool SameName(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

}  // namespace

std::string_view FindHeader(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (SameName(key, name)) return value;
  }
  return {};
}

void Response::SetHeader(std::string_view name, std::string_view value) {
  for (auto& [key, old] : headers) {
    if (!SameName(key, name)) continue;
    old = value;
    return;
  }
  headers.emplace_back(name, value);
}

void Response::RemoveHeader(std::string_view name) {
  std::erase_if(headers, [&](const auto& header) { return SameName(header.first, name); });
}

Response MakeResponse(int status, std::string_view content_type, std::string body) {
  Response response;
  response.status = status;
  response.SetHeader("Content-Type", content_type);
  response.SetBody(std::move(body));
  return response;
}

Response Json(int status, std::string body) {
  return MakeResponse(status, "application/json", std::move(body));
}

Step Send(std::string bytes) {
  Step step;
  step.bytes = std::move(bytes);
  return step;
}

Step SendBody(std::shared_ptr<const std::string> body, std::size_t offset, std::size_t size) {
  Step step;
  step.shared = std::move(body);
  step.offset = offset;
  step.size = size;
  return step;
}

Step Pause(std::chrono::milliseconds pause) {
  Step step;
  step.kind = Step::Kind::kPause;
  step.pause = pause;
  return step;
}

Step Stream(std::function<bool(std::string* chunk)> next) {
  Step step;
  step.kind = Step::Kind::kStream;
  step.next = std::move(next);
  return step;
}

Step Do(Step::Kind kind) {
  Step step;
  step.kind = kind;
  return step;
}

std::string Head(const Response& response) {
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\n", response.status, ReasonPhrase(response.status));
  for (const auto& [name, value] : response.headers) {
    fmt::format_to(std::back_inserter(head), "{}: {}\r\n", name, value);
  }
  return head + "\r\n";
}

Steps Plain(Response response) {
  response.SetHeader("Content-Length", std::to_string(response.body->size()));
  return {Send(Head(response)), SendBody(response.body)};
}

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Content Too Large";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Whatever";
  }
}

}  // namespace simulator
