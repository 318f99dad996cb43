// Reads HTTP signatures (draft-cavage-http-signatures): the Authorization header and the text that
// was signed. Tolerant where the clients of Intersight differ.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/http_message.h"

namespace simulator {

// What `Authorization: Signature ...` says.
struct SignatureParameters {
  std::string key_id;
  std::string algorithm;
  std::vector<std::string> headers;  // lower case
  std::string signature;             // decoded
  // As written, since that is what is signed.
  std::optional<std::string> created;
  std::optional<std::string> expires;
};

// Nothing when it is no such header, or `why` tells what is wrong with it.
std::optional<SignatureParameters> ParseSignature(std::string_view authorization, std::string* why);

// Nothing when a header on the list is not there.
std::optional<std::string> SigningString(const Request& request,
                                         const SignatureParameters& parameters);

}  // namespace simulator
