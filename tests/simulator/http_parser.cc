#include "simulator/http_parser.h"

#include <array>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace simulator {
namespace {

namespace http = boost::beast::http;
using Parser = http::request_parser<http::string_body>;

constexpr std::uint64_t kBodyLimit = 16 << 20;

Request FromParser(Parser& parser) {
  auto& message = parser.get();
  Request request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  const std::size_t mark = request.target.find('?');
  request.path = request.target.substr(0, mark);
  if (mark != std::string::npos) request.query = request.target.substr(mark + 1);
  for (const auto& field : message) {
    request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  request.keep_alive = message.keep_alive();
  request.body = std::move(message.body());
  return request;
}

bool WantsContinue(Parser& parser) {
  return parser.is_header_done() && parser.get()[http::field::expect] == "100-continue";
}

}  // namespace

RequestReader::Outcome RequestReader::Next() {
  Parser parser;
  parser.eager(true);
  parser.body_limit(kBodyLimit);
  bool continued = false;
  std::array<char, 16384> chunk;
  for (;;) {
    if (!buffer_.empty()) {
      boost::system::error_code error;
      const std::size_t used = parser.put(boost::asio::buffer(buffer_), error);
      buffer_.erase(0, used);
      if (error == http::error::body_limit) return {{}, 413};
      if (error && error != http::error::need_more) return {{}, 400};
      if (parser.is_done()) return {FromParser(parser), 0};
      // Header and body arrive in one buffer often, and put() takes them in two calls.
      if (!error && used > 0 && !buffer_.empty()) continue;
    }
    if (!continued && WantsContinue(parser)) {
      continued = true;
      if (!connection_.Write("HTTP/1.1 100 Continue\r\n\r\n")) return {};
    }
    const std::size_t got = connection_.Read(chunk.data(), chunk.size());
    if (got == 0) return {};
    buffer_.append(chunk.data(), got);
  }
}

}  // namespace simulator
