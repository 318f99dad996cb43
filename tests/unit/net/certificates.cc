#include "unit/net/certificates.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace session_exporter::testing {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

constexpr long kDay = 24L * 60 * 60;

}  // namespace

struct Certificates::Identity {
  Key key{nullptr, EVP_PKEY_free};
  Certificate certificate{nullptr, X509_free};
};

namespace {

using Identity = Certificates::Identity;

struct Wish {
  const char* common_name;
  const char* names;  // subjectAltName; null for an authority
  long valid_from = -kDay;
  long valid_until = kDay;
};

void AddExtension(X509* certificate, int id, const char* value) {
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, id, value), X509_EXTENSION_free);
  if (!extension) throw std::runtime_error("a certificate extension does not parse");
  X509_add_ext(certificate, extension.get(), -1);
}

// Signed by `issuer`, or by itself.
Identity Make(const Wish& wish, const Identity* issuer) {
  static long serial = 1;
  Identity made;
  made.key.reset(EVP_EC_gen("P-256"));
  made.certificate.reset(X509_new());
  X509* certificate = made.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), wish.valid_from);
  X509_gmtime_adj(X509_getm_notAfter(certificate), wish.valid_until);
  X509_set_pubkey(certificate, made.key.get());
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto* text = reinterpret_cast<const unsigned char*>(wish.common_name);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
  X509_set_issuer_name(certificate,
                       issuer ? X509_get_subject_name(issuer->certificate.get()) : name);
  AddExtension(certificate, NID_basic_constraints, wish.names ? "CA:FALSE" : "critical,CA:TRUE");
  if (wish.names) AddExtension(certificate, NID_subject_alt_name, wish.names);
  X509_sign(certificate, issuer ? issuer->key.get() : made.key.get(), EVP_sha256());
  return made;
}

std::string WriteCertificate(const std::string& path, const Identity& identity) {
  const File file(std::fopen(path.c_str(), "w"), std::fclose);
  PEM_write_X509(file.get(), identity.certificate.get());
  return path;
}

// Encrypted when a password is given.
std::string WriteKey(const std::string& path, const Identity& identity, const char* password) {
  const File file(std::fopen(path.c_str(), "w"), std::fclose);
  const EVP_CIPHER* cipher = password ? EVP_aes_256_cbc() : nullptr;
  PEM_write_PKCS8PrivateKey(file.get(), identity.key.get(), cipher, password,
                            password ? static_cast<int>(std::string(password).size()) : 0, nullptr,
                            nullptr);
  return path;
}

Certificates::Pair Write(const std::filesystem::path& directory, const std::string& name,
                         const Identity& identity) {
  return {WriteCertificate(directory / (name + ".pem"), identity),
          WriteKey(directory / (name + ".key"), identity, nullptr)};
}

std::filesystem::path MakeDirectory() {
  std::string pattern = std::filesystem::temp_directory_path() / "net_tests.XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
  return pattern;
}

}  // namespace

Certificates::Certificates()
    : directory_(MakeDirectory()),
      authority_(std::make_unique<Identity>(Make({"test authority", nullptr}, nullptr))) {
  constexpr const char* kLocal = "IP:127.0.0.1,DNS:localhost";
  const Identity& ca = *authority_;
  ca_file_ = WriteCertificate(directory_ / "ca.pem", ca);
  const Identity server = Make({"server", kLocal}, &ca);
  server_ = Write(directory_, "server", server);
  encrypted_key_file_ = WriteKey(directory_ / "encrypted.key", server, "password");
  other_name_ = Write(directory_, "other", Make({"other", "DNS:backend.example"}, &ca));
  expired_ = Write(directory_, "expired", Make({"expired", kLocal, -2 * kDay, -kDay}, &ca));
  self_signed_ = Write(directory_, "self", Make({"self", kLocal}, nullptr));
  garbage_file_ = directory_ / "garbage.pem";
  std::ofstream(garbage_file_) << "not a certificate\n";
}

Certificates::Pair Certificates::Issue(const std::string& name, const std::string& names) const {
  return Write(directory_, name, Make({name.c_str(), names.c_str()}, authority_.get()));
}

Certificates::~Certificates() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

}  // namespace session_exporter::testing
