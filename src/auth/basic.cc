#include "auth/basic.h"

#include <string>
#include <utility>

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace session_exporter {

Secret BasicAuthorization(std::string_view user, std::string_view password) {
  std::string pair;
  pair.reserve(user.size() + 1 + password.size());  // growing would leave copies behind
  pair += user;
  pair += ':';
  pair += password;
  std::string encoded((pair.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends it with a NUL
  const int length = EVP_EncodeBlock(
      reinterpret_cast<unsigned char*>(encoded.data()),  // NOLINT: OpenSSL's bytes are unsigned
      reinterpret_cast<const unsigned char*>(pair.data()), static_cast<int>(pair.size()));
  encoded.resize(static_cast<std::size_t>(length));
  Secret header("Basic " + encoded);
  OPENSSL_cleanse(pair.data(), pair.size());
  OPENSSL_cleanse(encoded.data(), encoded.size());
  return header;
}

}  // namespace session_exporter
