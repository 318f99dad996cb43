// The credentials that targets share: one of each in the program, kept across reloads.
#pragma once

#include "auth/oauth2.h"
#include "base/clock.h"

namespace session_exporter {

struct CredentialStores {
  explicit CredentialStores(const Clock& clock) : access_tokens(clock) {}

  AccessTokens access_tokens;
};

}  // namespace session_exporter
