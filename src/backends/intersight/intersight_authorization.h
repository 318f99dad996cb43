// How an Intersight target's requests are authorised: signed with an API key, or with a token.
#pragma once

#include <memory>
#include <mutex>

#include "auth/oauth2.h"
#include "auth/private_key.h"
#include "backends/backend.h"
#include "backends/intersight/intersight_config.h"
#include "net/http_client.h"

namespace session_exporter {

// Thread-safe.
class IntersightAuthorization {
 public:
  // What a request was authorised with; null for a signature.
  using Grant = CredentialCache<Secret>::Shared;

  virtual ~IntersightAuthorization() = default;

  // Adds what `request` needs, which is complete but for that. May ask for a token, with the
  // deadline and the observer of `context`. Errors: kConfig (a secret's file), and those of
  // fetching a token.
  virtual Result<Grant> Authorize(HttpRequest& request, const RequestContext& context) = 0;

  // After a 401: whether a new request would be authorised with something else.
  virtual bool Renew(const Grant& refused) = 0;
};

// By what the configuration has. The dependencies outlive the result.
std::unique_ptr<IntersightAuthorization> MakeIntersightAuthorization(
    std::shared_ptr<const IntersightConfig> config, const BackendDependencies& dependencies);

}  // namespace session_exporter
