// Stands before the endpoints and does what the web-config file says of requests: rate limit,
// password, headers.
#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "server/http_server.h"
#include "server/password_checker.h"
#include "server/rate_limiter.h"
#include "server/web_config.h"

namespace session_exporter {

// Thread-safe. `clock` and `log` outlive it, and so does what `inner` refers to.
class AccessGuard {
 public:
  // The web-config in force, asked for with each request; never null.
  using Source = std::function<std::shared_ptr<const WebConfig>()>;

  AccessGuard(Source config, RequestHandler inner, const Clock& clock, Log& log,
              PasswordChecker::Match match);

  // Hands a request that may pass on to `inner`, whatever its path: nothing is open because it is
  // unknown. Else answers 401, 429 above the rate limit, or 503 when too many passwords wait to be
  // checked. `inner` may be called on a thread that is no I/O thread.
  void Handle(IncomingRequest request, Responder respond);

 private:
  void Authenticate(const WebConfig& config, IncomingRequest request, Responder respond);

  const Source config_;
  const RequestHandler inner_;
  const Clock& clock_;
  Log& log_;
  RateLimiter limiter_;
  PasswordChecker checker_;  // last: its thread uses the others
};

}  // namespace session_exporter
