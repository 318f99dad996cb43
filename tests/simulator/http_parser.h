// Reads requests off a connection. Boost.Beast is behind it and in no other translation unit: it is
// slow to compile.
#pragma once

#include <optional>
#include <string>

#include "simulator/connection.h"
#include "simulator/http_message.h"

namespace simulator {

class RequestReader {
 public:
  explicit RequestReader(Connection& connection) : connection_(connection) {}

  struct Outcome {
    std::optional<Request> request;
    // Status to answer with before closing when the request could not be read; zero when the client
    // just left.
    int refusal = 0;
  };

  // The next request, which may already be in the buffer.
  Outcome Next();

 private:
  Connection& connection_;
  std::string buffer_;
};

}  // namespace simulator
