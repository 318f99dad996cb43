// AWS Signature Version 4, as the IAM user guide ("Signature Version 4 for API requests") describes
// it, from the side of the one who checks: pure functions of the request as it was received.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/http_message.h"

namespace simulator {

struct SigningScope {
  std::string date;  // YYYYMMDD
  std::string region;
  std::string service;
};

struct AwsAuthorization {
  std::string key_id;
  SigningScope scope;
  std::vector<std::string>
      signed_headers;  // as sent: lower-case and in order, if the client is right
  std::string signature;
};

// Reads the header Authorization. Nothing, with the message that AWS has for it, when a part is
// missing.
std::optional<AwsAuthorization> ParseAuthorization(std::string_view header, std::string* error);

std::string CanonicalRequest(const Request& request,
                             const std::vector<std::string>& signed_headers);

// `time` as X-Amz-Date has it.
std::string StringToSign(std::string_view time, const SigningScope& scope,
                         std::string_view canonical_request);

// In hexadecimal, as it stands in the header.
std::string Signature(std::string_view secret, const SigningScope& scope,
                      std::string_view string_to_sign);

std::string Sha256Hex(std::string_view bytes);

// RFC 3986: everything but letters, digits and -._~ as %XX; the slash too, unless it is kept.
std::string UriEncode(std::string_view text, bool keep_slash);

}  // namespace simulator
