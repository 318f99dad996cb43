// A customer's private key, and signing with it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY, which only private_key.cc needs to know

namespace session_exporter {

// Immutable; copies share the key. Thread-safe.
class PrivateKey {
 public:
  enum class Kind { kRsa, kEcP256 };

  // Reads an unencrypted RSA or EC P-256 key in PEM: PKCS#1, SEC1 or PKCS#8, whatever its label
  // says of which, since Intersight hands out PKCS#8 under the label of SEC1 (as its clients in
  // Python and Go found). Line ends of any kind, none at all, a byte order mark, text around the
  // key and blocks before it (EC PARAMETERS) are no obstacle.
  // Errors: kConfig, which say what was found instead; they repeat nothing of the text.
  static Result<PrivateKey> Parse(std::string_view pem);

  [[nodiscard]] Kind kind() const { return kind_; }

  // The signature over SHA-256 of `text`, in base64: RSASSA-PKCS1-v1_5 (RFC 8017), or ECDSA as
  // ASN.1 DER, which differs from call to call. Errors: kConfig.
  [[nodiscard]] Result<std::string> Sign(std::string_view text) const;

 private:
  PrivateKey(std::shared_ptr<evp_pkey_st> key, Kind kind) : key_(std::move(key)), kind_(kind) {}

  std::shared_ptr<evp_pkey_st> key_;  // shared: a key under use outlives its rotation
  Kind kind_;
};

}  // namespace session_exporter
