#include "auth/tls_files.h"

#include <memory>
#include <string_view>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "base/error.h"

namespace session_exporter {
namespace {

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

// Why the file cannot be used, in the words of OpenSSL, which are never those of the file.
std::string Unusable(std::string_view accepted) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return fmt::format("the file cannot be used ({}); expected {}",
                     reason == nullptr ? "no reason given" : reason, accepted);
}

// As net/ has it: without one, OpenSSL would ask at the terminal.
int EmptyPassword(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) { return 0; }

Key ReadKey(const std::string& file) {
  const Bio reader(BIO_new_file(file.c_str(), "r"), BIO_free);
  if (reader == nullptr) return {nullptr, EVP_PKEY_free};
  return {PEM_read_bio_PrivateKey(reader.get(), nullptr, EmptyPassword, nullptr), EVP_PKEY_free};
}

std::string CheckKey(SSL_CTX* context, const std::string& file, bool has_certificate) {
  const Key key = ReadKey(file);
  if (key == nullptr) return Unusable("a private key as PEM, not encrypted");
  if (!has_certificate) return {};
  const bool fits =
      SSL_CTX_use_PrivateKey(context, key.get()) == 1 && SSL_CTX_check_private_key(context) == 1;
  ERR_clear_error();
  return fits ? "" : "the key is not that of the certificate in cert_file";
}

}  // namespace

TlsFileProblems CheckTlsFiles(const HttpConfig& http) {
  constexpr std::string_view kCertificate = "PEM with \"-----BEGIN CERTIFICATE-----\"";
  TlsFileProblems problems;
  ERR_clear_error();
  const Context context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (context == nullptr) return problems;  // no memory: the files are not what is wrong
  if (!http.ca_file.empty() && SSL_CTX_load_verify_file(context.get(), http.ca_file.c_str()) != 1) {
    problems.ca_file = Unusable(kCertificate);
  }
  bool has_certificate = false;
  if (!http.cert_file.empty()) {
    has_certificate =
        SSL_CTX_use_certificate_chain_file(context.get(), http.cert_file.c_str()) == 1;
    if (!has_certificate) problems.cert_file = Unusable(kCertificate);
  }
  if (!http.key_file.empty()) {
    problems.key_file = CheckKey(context.get(), http.key_file, has_certificate);
  }
  return problems;
}

}  // namespace session_exporter
