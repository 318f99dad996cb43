// OAuth 2 client credentials (RFC 6749, section 4.4).
#pragma once

#include <string>

#include "auth/credential_cache.h"
#include "base/result.h"
#include "base/secret.h"
#include "net/http_client.h"

namespace session_exporter {

struct OAuth2Client {
  std::string token_url;
  std::string client_id;
  Secret client_secret;
};

using AccessTokens = CredentialCache<Secret>;

// What a token is kept under in AccessTokens. Holds no secret, but changes with it.
std::string CacheKeyOf(const OAuth2Client& client);

// Asks for a token, id and secret in the body as Intersight takes them (developer.cisco.com,
// Intersight, authentication). A token without a lifetime is used for a minute.
// Errors: kAuth when the client is refused; kProtocol; those of the transport and of the status.
// `context.operation` names the request in metrics.
Result<AccessTokens::Fetched> FetchAccessToken(HttpClient& http, const OAuth2Client& client,
                                               const RequestContext& context);

}  // namespace session_exporter
