// Reads one request out of a byte stream: HeaderScanner for what must be refused, Beast's parser
// for fields and bodies (plain and chunked), request_rules for what the headers mean. No socket and
// no clock, so that tests and a fuzzer feed it bytes. Its .cc is the only one that includes Beast.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "server/http_server.h"
#include "server/http_types.h"

namespace session_exporter {

// Of one request; not thread-safe.
class RequestReader {
 public:
  enum class Step {
    kMore,      // needs further bytes
    kContinue,  // the same, and the client waits for "100 Continue" before it sends them
    kDone,      // TakeRequest()
    kRefused,   // refusal(); the connection cannot be used further
  };
  struct Progress {
    Step step = Step::kMore;
    std::size_t consumed = 0;  // bytes of `unread` that are done with
  };

  explicit RequestReader(const HttpServerLimits& limits);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // `unread` is what was not consumed before and what has come since. After kMore it must have
  // grown. Not called again after kDone or kRefused.
  Progress Advance(std::string_view unread);

  [[nodiscard]] bool header_done() const;
  // What follows is known when the header is done.
  [[nodiscard]] HttpVersion version() const;
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] const Refusal& refusal() const;
  IncomingRequest TakeRequest();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace session_exporter
