#include "base/error.h"

namespace session_exporter {

std::string_view ReasonOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kAuth:
      return "auth";
    case ErrorKind::kBackend:
      return "backend";
    case ErrorKind::kConfig:
      return "config";
    case ErrorKind::kConnect:
      return "connect";
    case ErrorKind::kDns:
      return "dns";
    case ErrorKind::kHttp:
      return "http";
    case ErrorKind::kLimit:
      return "limit";
    case ErrorKind::kPermission:
      return "permission";
    case ErrorKind::kProtocol:
      return "protocol";
    case ErrorKind::kRateLimited:
      return "rate_limited";
    case ErrorKind::kTimeout:
      return "timeout";
    case ErrorKind::kTls:
      return "tls";
  }
  return "protocol";  // not reached: the switch names every kind
}

Error Error::Within(std::string_view context) && {
  message_.insert(0, ": ");
  message_.insert(0, context);
  return std::move(*this);
}

}  // namespace session_exporter
