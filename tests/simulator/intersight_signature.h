// Checks the HTTP signature of a request as Intersight does with its API keys: draft-cavage HTTP
// signatures over what arrived, in the order the client lists, RSASSA-PKCS1-v1_5 or ECDSA P-256 (as
// DER) with SHA-256.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/types.h>

#include "simulator/http_message.h"
#include "simulator/http_signature.h"

namespace simulator {

struct IntersightKey {
  std::string id;   // ACCOUNT/USER/KEY
  std::string pem;  // the public key, or the private one it belongs to
};

class SignatureCheck {
 public:
  // Throws std::invalid_argument for a key that cannot be read or is neither RSA nor P-256.
  explicit SignatureCheck(const std::vector<IntersightKey>& keys);
  ~SignatureCheck();
  SignatureCheck(const SignatureCheck&) = delete;
  SignatureCheck& operator=(const SignatureCheck&) = delete;

  // Why the request is refused; nothing when it is signed as it must be. Its date may be off by
  // `window`; zero: by any time.
  std::optional<std::string> Refuse(const Request& request,
                                    std::chrono::system_clock::time_point now,
                                    std::chrono::seconds window) const;

 private:
  struct KeyFree {
    void operator()(EVP_PKEY* key) const;
  };

  std::map<std::string, std::unique_ptr<EVP_PKEY, KeyFree>, std::less<>> keys_;
};

}  // namespace simulator
