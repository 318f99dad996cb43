#include "server/access_guard.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <strings.h>

#include "server/basic_credentials.h"
#include "server/response_head.h"

namespace session_exporter {
namespace {

bool HasHeader(const OutgoingResponse& response, const std::string& name) {
  return std::any_of(response.headers.begin(), response.headers.end(), [&](const auto& header) {
    return strcasecmp(header.first.c_str(), name.c_str()) == 0;
  });
}

// Adds the configured headers to the answer. Those that an endpoint sets itself stay, as in the
// toolkit: the status page knows best which content it needs.
Responder WithHeaders(std::shared_ptr<const WebConfig> config, Responder respond) {
  if (config->headers.empty()) return respond;
  return [config = std::move(config), respond = std::move(respond)](OutgoingResponse response) {
    for (const auto& [name, value] : config->headers) {
      if (!HasHeader(response, name)) response.headers.emplace_back(name, value);
    }
    respond(std::move(response));
  };
}

OutgoingResponse Unauthorized() {
  OutgoingResponse response = PlainText(401, "unauthorized\n");
  response.headers.emplace_back("WWW-Authenticate", "Basic");
  return response;
}

OutgoingResponse TryLater(int status, std::string text) {
  OutgoingResponse response = PlainText(status, std::move(text));
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

bool IsOpen(const WebConfig& config, const IncomingRequest& request) {
  return config.users.empty() ||
         std::find(config.auth_excluded_paths.begin(), config.auth_excluded_paths.end(),
                   request.path) != config.auth_excluded_paths.end();
}

std::string WithoutPort(const std::string& address) {
  return address.substr(0, address.rfind(':'));
}

}  // namespace

AccessGuard::AccessGuard(Source config, RequestHandler inner, const Clock& clock, Log& log,
                         PasswordChecker::Match match)
    : config_(std::move(config)),
      inner_(std::move(inner)),
      clock_(clock),
      log_(log),
      checker_(PasswordChecker::Limits(), std::move(match), log) {}

void AccessGuard::Handle(IncomingRequest request, Responder respond) {
  const std::shared_ptr<const WebConfig> config = config_();
  respond = WithHeaders(config, std::move(respond));
  if (!limiter_.Allow(config->rate_limit, clock_.Steady())) {
    return respond(TryLater(429, "too many requests (rate_limit)\n"));
  }
  if (IsOpen(*config, request)) return inner_(std::move(request), std::move(respond));
  Authenticate(*config, std::move(request), std::move(respond));
}

void AccessGuard::Authenticate(const WebConfig& config, IncomingRequest request,
                               Responder respond) {
  const auto credentials = ParseBasicCredentials(request.Header("authorization"));
  if (!credentials) return respond(Unauthorized());
  const std::string network = request.network;
  checker_.Check(config.users, *credentials, network,
                 [this, held = std::make_shared<IncomingRequest>(std::move(request)),
                  respond = std::move(respond)](PasswordChecker::Verdict verdict) {
                   switch (verdict) {
                     case PasswordChecker::Verdict::kRight:
                       return inner_(std::move(*held), respond);
                     case PasswordChecker::Verdict::kBusy:
                       return respond(TryLater(503, "too many passwords to be checked at once\n"));
                     case PasswordChecker::Verdict::kWrong:
                       log_.Debug("request refused",
                                  {{"reason", "wrong user or password"},
                                   {"remote", WithoutPort(held->remote_address)}});
                       return respond(Unauthorized());
                   }
                 });
}

}  // namespace session_exporter
