#include "unit/auth/keys.h"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <vector>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

namespace session_exporter::test {

std::string Fixture(std::string_view path) {
  const std::string name = std::string(SESSION_EXPORTER_FIXTURES "/").append(path);
  std::ifstream in(name, std::ios::binary);
  if (!in) throw std::runtime_error("no fixture " + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool Verifies(std::string_view pem, std::string_view text, std::string_view signature) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* key = PEM_read_bio_PUBKEY(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  if (key == nullptr) throw std::runtime_error("not a public key");
  std::vector<unsigned char> bytes(signature.size());
  int length =
      EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(signature.data()),
                      static_cast<int>(signature.size()));
  while (length > 0 && !signature.empty() && signature.back() == '=') {
    signature.remove_suffix(1);
    --length;
  }
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const bool good =
      length > 0 && EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key) == 1 &&
      EVP_DigestVerify(context, bytes.data(), static_cast<std::size_t>(length),
                       reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  return good;
}

}  // namespace session_exporter::test
