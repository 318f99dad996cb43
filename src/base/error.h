// Errors are values: a kind from a closed set, which is also the `reason` label of
// session_collection_error, and a message that an operator can act on. A message never holds a
// secret, nor any text of an answer that could repeat one.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace session_exporter {

// Why a collection failed. The order is that of the label values, which are alphabetical.
enum class ErrorKind {
  kAuth,         // 401; a signature, key or token refused; no credentials to be had
  kBackend,      // a 200 whose body says that it failed
  kConfig,       // a secret file gone, a key that does not parse
  kConnect,      // refused, reset, unreachable, or closed without an answer
  kDns,          // no address
  kHttp,         // any other status that is not 200, redirects included
  kLimit,        // body, page count or depth above our limits
  kPermission,   // 403
  kProtocol,     // not the document we know: cut, HTML, the list itself missing
  kRateLimited,  // 429 and throttling codes
  kTimeout,      // the deadline passed, wherever it was
  kTls,          // handshake or certificate
};

inline constexpr std::array kAllErrorKinds = {
    ErrorKind::kAuth,     ErrorKind::kBackend,     ErrorKind::kConfig,  ErrorKind::kConnect,
    ErrorKind::kDns,      ErrorKind::kHttp,        ErrorKind::kLimit,   ErrorKind::kPermission,
    ErrorKind::kProtocol, ErrorKind::kRateLimited, ErrorKind::kTimeout, ErrorKind::kTls};

// The label value: "auth", "rate_limited", ...
std::string_view ReasonOf(ErrorKind kind);

class Error {
 public:
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  [[nodiscard]] ErrorKind kind() const { return kind_; }
  [[nodiscard]] const std::string& message() const { return message_; }

  // Puts what was being done in front: "list sessions page 3: connection refused". Each layer does
  // so at most once.
  [[nodiscard]] Error Within(std::string_view context) &&;

 private:
  ErrorKind kind_;
  std::string message_;
};

}  // namespace session_exporter
