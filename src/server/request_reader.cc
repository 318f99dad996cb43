#include "server/request_reader.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "server/header_scanner.h"
#include "server/request_rules.h"

namespace session_exporter {
namespace {

namespace http = boost::beast::http;

// The shortest end of a chunked body, "0\r\n\r\n". Beast 1.74 asserts that it never sees fewer
// bytes of a last chunk, which a client that drips them can break; as every chunked body has at
// least these still to come, waiting for them costs nothing.
constexpr std::size_t kShortestLastChunk = 5;

std::string Lower(boost::beast::string_view text) {
  std::string lower(text.data(), text.size());
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char byte) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
  });
  return lower;
}

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

Refusal RefusalOf(const boost::beast::error_code& error) {
  if (error == http::error::body_limit) return {413, "body too large"};
  if (error == http::error::header_limit) return {431, "header too large"};
  return {400, "malformed request: " + error.message()};
}

}  // namespace

struct RequestReader::Impl {
  explicit Impl(const HttpServerLimits& server_limits)
      : limits(server_limits), scanner(limits.header_bytes, limits.target_bytes) {
    parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    parser.body_limit(limits.body_bytes);
  }

  Progress Refuse(Refusal why) {
    refusal = std::move(why);
    return {Step::kRefused, 0};
  }

  Progress ReadHeader(std::string_view unread);
  Progress ReadBody(std::string_view unread);
  std::optional<Refusal> ReadFields();
  [[nodiscard]] bool WantsContinue() const {
    return version == HttpVersion::kHttp11 &&
           Lower(parser.get()[http::field::expect]) == "100-continue";
  }

  HttpServerLimits limits;
  HeaderScanner scanner;
  http::request_parser<http::string_body> parser;
  HttpVersion version = HttpVersion::kHttp11;
  IncomingRequest request;
  Refusal refusal;
};

RequestReader::Progress RequestReader::Impl::ReadHeader(std::string_view unread) {
  switch (scanner.Scan(unread)) {
    case HeaderScanner::Found::kMore:
      return {Step::kMore, 0};
    case HeaderScanner::Found::kRefused:
      return Refuse(scanner.refusal());
    case HeaderScanner::Found::kHeader:
      break;
  }
  const std::string_view header = unread.substr(0, scanner.end()).substr(scanner.begin());
  boost::beast::error_code error;
  parser.put(boost::asio::buffer(header), error);
  if (error) return Refuse(RefusalOf(error));
  if (auto refused = ReadFields()) return Refuse(*std::move(refused));

  if (parser.is_done()) return {Step::kDone, scanner.end()};
  if (unread.size() == scanner.end()) {
    return {WantsContinue() ? Step::kContinue : Step::kMore, scanner.end()};
  }
  Progress progress = ReadBody(unread.substr(scanner.end()));
  progress.consumed += scanner.end();
  return progress;
}

std::optional<Refusal> RequestReader::Impl::ReadFields() {
  // Copied before the body is read, because Beast adds a chunked body's trailers to the fields.
  const auto& message = parser.get();
  version = message.version() == 10 ? HttpVersion::kHttp10 : HttpVersion::kHttp11;
  request.method = View(message.method_string());
  for (const auto& field : message) {
    request.headers.emplace_back(Lower(field.name_string()), View(field.value()));
  }
  if (auto refused = CheckHeaders(request, version)) return refused;
  return SetTarget(View(message.target()), request);
}

RequestReader::Progress RequestReader::Impl::ReadBody(std::string_view unread) {
  std::size_t consumed = 0;
  const std::size_t needed = parser.chunked() ? kShortestLastChunk : 1;
  while (!parser.is_done() && unread.size() - consumed >= needed) {
    boost::beast::error_code error;
    const std::string_view rest = unread.substr(consumed);
    consumed += parser.put(boost::asio::buffer(rest), error);
    if (error == http::error::need_more) break;
    if (error) return Refuse(RefusalOf(error));
  }
  if (parser.is_done()) return {Step::kDone, consumed};
  // Beast keeps no limit on a chunk's extensions and on trailers, which it wants whole.
  if (unread.size() - consumed > limits.header_bytes) return Refuse({431, "trailer too large"});
  return {Step::kMore, consumed};
}

RequestReader::RequestReader(const HttpServerLimits& limits)
    : impl_(std::make_unique<Impl>(limits)) {}

RequestReader::~RequestReader() = default;

RequestReader::Progress RequestReader::Advance(std::string_view unread) {
  return header_done() ? impl_->ReadBody(unread) : impl_->ReadHeader(unread);
}

bool RequestReader::header_done() const { return impl_->parser.is_header_done(); }

HttpVersion RequestReader::version() const { return impl_->version; }

bool RequestReader::keep_alive() const { return impl_->parser.keep_alive(); }

const Refusal& RequestReader::refusal() const { return impl_->refusal; }

IncomingRequest RequestReader::TakeRequest() {
  impl_->request.body = std::move(impl_->parser.get().body());
  return std::move(impl_->request);
}

}  // namespace session_exporter
