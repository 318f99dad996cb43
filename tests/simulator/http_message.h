// Requests as they came and answers as they will go: an answer is a list of steps on the wire,
// because much of what a simulator has to do to a client (silence, half a body, a reset) is not an
// HTTP message.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simulator {

using Headers = std::vector<std::pair<std::string, std::string>>;

// The first value under this name, whatever its case; empty when there is none.
std::string_view FindHeader(const Headers& headers, std::string_view name);

struct Request {
  std::string method;
  std::string target;  // as received
  std::string path;    // without the query and without a /fault/... prefix
  std::string query;
  Headers headers;
  std::string body;
  bool keep_alive = true;
};

struct Response {
  int status = 200;
  Headers headers;
  // Shared, since a big document is cached and answered to many.
  std::shared_ptr<const std::string> body = std::make_shared<const std::string>();

  void SetHeader(std::string_view name, std::string_view value);
  void RemoveHeader(std::string_view name);
  void SetBody(std::string text) { body = std::make_shared<const std::string>(std::move(text)); }
};

Response MakeResponse(int status, std::string_view content_type, std::string body);
Response Json(int status, std::string body);

// One thing to do on the connection.
struct Step {
  enum class Kind {
    kSend,   // `bytes`, then `shared` from `offset`, `size` bytes of it
    kPause,  // for `pause`, or until the client closes
    kWaitUntilClosed,
    kStream,  // what `next` appends, with `pause` after each piece, until it returns false
    kClose,
    kReset,  // RST
  };
  Kind kind = Kind::kSend;
  std::string bytes;
  std::shared_ptr<const std::string> shared;
  std::size_t offset = 0;
  std::size_t size = std::string::npos;
  std::chrono::milliseconds pause{0};
  std::function<bool(std::string* chunk)> next;
  // Let go when the step is over.
  std::shared_ptr<void> held;
};

using Steps = std::vector<Step>;

Step Send(std::string bytes);
Step SendBody(std::shared_ptr<const std::string> body, std::size_t offset = 0,
              std::size_t size = std::string::npos);
Step Pause(std::chrono::milliseconds pause);
Step Stream(std::function<bool(std::string* chunk)> next);
Step Do(Step::Kind kind);

// Status line and headers with the empty line; says nothing about the body's length.
std::string Head(const Response& response);
// The answer as a well-behaved server sends it.
Steps Plain(Response response);

std::string_view ReasonPhrase(int status);

}  // namespace simulator
