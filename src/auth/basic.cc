#include "auth/basic.h"

#include <string>

#include <openssl/crypto.h>

#include "auth/digest.h"

namespace session_exporter {

Secret BasicAuthorization(std::string_view user, std::string_view password) {
  std::string pair;
  pair.reserve(user.size() + 1 + password.size());  // growing would leave copies behind
  pair += user;
  pair += ':';
  pair += password;
  std::string encoded = Base64(BytesOf(pair));
  Secret header("Basic " + encoded);
  OPENSSL_cleanse(pair.data(), pair.size());
  OPENSSL_cleanse(encoded.data(), encoded.size());
  return header;
}

}  // namespace session_exporter
