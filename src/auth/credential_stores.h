// The credentials that targets share: one store of each kind in the program, kept across reloads.
#pragma once

#include <stop_token>

#include "auth/aws_credential_source.h"
#include "auth/oauth2.h"
#include "base/clock.h"
#include "net/http_client.h"

namespace session_exporter {

struct CredentialStores {
  // The client and the clock outlive the stores. Nobody waits any longer once `stop` is requested.
  CredentialStores(HttpClient& http, const Clock& clock, const std::stop_token& stop = {});

  AccessTokens access_tokens;
  AwsCredentialStore aws;
};

}  // namespace session_exporter
