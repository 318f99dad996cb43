// What AWS knows a caller by.
#pragma once

#include <string>

#include "base/secret.h"

namespace session_exporter {

struct AwsCredentials {
  std::string access_key_id;
  Secret secret_access_key;
  Secret session_token;    // empty for keys that do not expire
  std::string account_id;  // empty when the source did not tell it
};

}  // namespace session_exporter
