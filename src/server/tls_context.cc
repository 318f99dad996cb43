#include "server/tls_context.h"

#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "server/client_names.h"
#include "server/tls_names.h"

namespace session_exporter {
namespace {

using Setting = TlsProblem::Setting;
using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Outcome = tl::expected<void, TlsProblem>;

tl::unexpected<TlsProblem> Wrong(Setting setting, std::string message) {
  ERR_clear_error();
  return tl::unexpected<TlsProblem>({setting, std::move(message)});
}

// What OpenSSL said last; never text of a file.
std::string Reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason == nullptr ? "no reason given" : reason;
}

Bio Reader(std::string_view pem) {
  return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free};
}

// An encrypted key is an error: nobody is there to type its password.
int NoPassword(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) { return -1; }

// All certificates of `pem`, or none.
std::vector<Certificate> ReadCertificates(std::string_view pem) {
  std::vector<Certificate> certificates;
  const Bio reader = Reader(pem);
  for (;;) {
    Certificate next(PEM_read_bio_X509(reader.get(), nullptr, NoPassword, nullptr), X509_free);
    if (next == nullptr) break;
    certificates.push_back(std::move(next));
  }
  // At the end there is no further first line; anything else is a certificate that is broken.
  const bool whole = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!whole) certificates.clear();
  return certificates;
}

Outcome UseCertificate(SSL_CTX* context, const TlsSettings& settings, bool& expired) {
  const std::vector<Certificate> chain = ReadCertificates(settings.certificate);
  if (chain.empty()) {
    return Wrong(Setting::kCertificate, "expected PEM with \"-----BEGIN CERTIFICATE-----\"");
  }
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1) {
    return Wrong(Setting::kCertificate, fmt::format("cannot be used: {}", Reason()));
  }
  for (const Certificate& issuer : std::span(chain).subspan(1)) {
    SSL_CTX_add1_chain_cert(context, issuer.get());
  }
  expired = X509_cmp_current_time(X509_get0_notAfter(chain.front().get())) < 0;
  const Bio reader = Reader(settings.key.Reveal());
  const Key key(PEM_read_bio_PrivateKey(reader.get(), nullptr, NoPassword, nullptr), EVP_PKEY_free);
  if (key == nullptr) {
    return Wrong(Setting::kKey, "expected a private key as PEM, not encrypted");
  }
  if (X509_check_private_key(chain.front().get(), key.get()) != 1) {
    return Wrong(Setting::kKey, "the key is not that of the certificate");
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    return Wrong(Setting::kKey, fmt::format("cannot be used: {}", Reason()));
  }
  return {};
}

Outcome SetCiphers(SSL_CTX* context, const TlsSettings& settings) {
  int least = TlsVersionOf(settings.min_version);
  const bool old = least < TLS1_2_VERSION;
  // SHA-1, which the versions before 1.2 sign with, is below level 1.
  std::string list = old ? "@SECLEVEL=0" : "";
  bool tls12 = false;
  for (const std::string& name : settings.cipher_suites) {
    const TlsCipher& cipher = TlsCipherOf(name);
    if (cipher.tls13) continue;
    tls12 = true;
    list += fmt::format(":{}", cipher.openssl);
  }
  if (settings.cipher_suites.empty()) {
    list += ":ECDHE+AESGCM:ECDHE+CHACHA20";
    if (old) list += ":ECDHE+AES";
  } else if (!tls12) {
    list += ":ECDHE+AESGCM";  // never used
    least = TLS1_3_VERSION;
  }
  if (least > TlsVersionOf(settings.max_version)) {
    return Wrong(Setting::kCipherSuites,
                 "has none for max_version; TLS 1.3 has ciphers of its own");
  }
  if (SSL_CTX_set_cipher_list(context, list.c_str()) != 1) {
    return Wrong(Setting::kCipherSuites, fmt::format("cannot be used: {}", Reason()));
  }
  if (settings.prefer_server_ciphers) SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_min_proto_version(context, least);
  SSL_CTX_set_max_proto_version(context, TlsVersionOf(settings.max_version));
  return {};
}

Outcome SetCurves(SSL_CTX* context, const TlsSettings& settings) {
  std::string list;
  for (const std::string& name : settings.curves) {
    if (HasTlsCurve(name)) list += fmt::format("{}{}", list.empty() ? "" : ":", TlsCurveOf(name));
  }
  if (settings.curves.empty()) list = "X25519:P-256:P-384";
  if (list.empty() || SSL_CTX_set1_groups_list(context, list.c_str()) != 1) {
    return Wrong(Setting::kCurves, "has none that this OpenSSL knows");
  }
  return {};
}

// What VerifyClient goes by; lives as long as the SSL_CTX that it is attached to.
struct ClientPolicy {
  bool verify = false;
  std::vector<std::string> allowed_sans;
};

void FreePolicy(void* /*parent*/, void* policy, CRYPTO_EX_DATA* /*all*/, int /*index*/,
                long /*number*/, void* /*argument*/) {
  const std::unique_ptr<ClientPolicy> owned(static_cast<ClientPolicy*>(policy));
}

int PolicyIndex() {
  static const int kIndex = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, FreePolicy);
  return kIndex;
}

// Called for each certificate that a client sends; after 0 the handshake fails.
int VerifyClient(X509_STORE_CTX* store, void* argument) {
  const auto& policy = *static_cast<const ClientPolicy*>(argument);
  if (policy.verify && X509_verify_cert(store) != 1) return 0;
  if (policy.allowed_sans.empty() ||
      HasAllowedName(X509_STORE_CTX_get0_cert(store), policy.allowed_sans)) {
    return 1;
  }
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
  return 0;
}

Outcome TrustClientCa(SSL_CTX* context, const TlsSettings& settings) {
  if (settings.client_ca.empty()) {
    SSL_CTX_set_default_verify_paths(context);
    return {};
  }
  const std::vector<Certificate> authorities = ReadCertificates(settings.client_ca);
  if (authorities.empty()) {
    return Wrong(Setting::kClientCa, "expected PEM with \"-----BEGIN CERTIFICATE-----\"");
  }
  for (const Certificate& authority : authorities) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get());
    SSL_CTX_add_client_CA(context, authority.get());
  }
  return {};
}

ClientDemands DemandsOf(const TlsSettings& settings) {
  const ClientAuth auth = settings.client_auth;
  ClientDemands demands;
  demands.certificate = auth == ClientAuth::kRequireAny || auth == ClientAuth::kRequireAndVerify;
  demands.verified = auth == ClientAuth::kVerifyIfGiven || auth == ClientAuth::kRequireAndVerify;
  demands.allowed_name = auth != ClientAuth::kNone && !settings.client_allowed_sans.empty();
  return demands;
}

Outcome AskClients(SSL_CTX* context, const TlsSettings& settings) {
  if (settings.client_auth == ClientAuth::kNone) return {};
  const ClientDemands demands = DemandsOf(settings);
  auto policy = std::make_unique<ClientPolicy>();
  policy->verify = demands.verified;
  policy->allowed_sans = settings.client_allowed_sans;
  const int required = demands.certificate ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | required, nullptr);
  SSL_CTX_set_cert_verify_callback(context, VerifyClient, policy.get());
  if (SSL_CTX_set_ex_data(context, PolicyIndex(), policy.get()) != 1) {
    return Wrong(Setting::kLibrary, "out of memory");
  }
  static_cast<void>(policy.release());  // NOLINT(bugprone-unused-return-value): the context owns it
  return TrustClientCa(context, settings);
}

// http/1.1 is all there is. A client that offers other protocols only is refused, as RFC 7301, 3.2
// asks, instead of being answered in one it may not speak.
int ChooseProtocol(SSL* /*ssl*/, const unsigned char** chosen, unsigned char* chosen_size,
                   const unsigned char* offered, unsigned int offered_size, void* /*argument*/) {
  static constexpr std::array<unsigned char, 9> kHttp11 = {8,   'h', 't', 't', 'p',
                                                           '/', '1', '.', '1'};
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, chosen_size, kHttp11.data(), kHttp11.size(), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

// No resumption: it would let a client in whose certificate is no longer wanted, and a scraper
// keeps its connection anyway. The buffers of idle connections are given back.
void SetConduct(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(context, ChooseProtocol, nullptr);
}

}  // namespace

tl::expected<std::shared_ptr<const TlsContext>, TlsProblem> TlsContext::Make(
    const TlsSettings& settings) {
  ERR_clear_error();
  Context context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (context == nullptr) return Wrong(Setting::kLibrary, Reason());
  SetConduct(context.get());
  bool expired = false;
  Outcome outcome = SetCiphers(context.get(), settings);
  if (outcome) outcome = SetCurves(context.get(), settings);
  if (outcome) outcome = UseCertificate(context.get(), settings, expired);
  if (outcome) outcome = AskClients(context.get(), settings);
  if (!outcome) return tl::unexpected<TlsProblem>(std::move(outcome).error());
  return std::shared_ptr<const TlsContext>(
      new TlsContext(context.release(), expired, DemandsOf(settings)));
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

bool HasTlsCurve(std::string_view name) {
  const Context context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  const std::string group(TlsCurveOf(name));
  const bool known =
      context != nullptr && SSL_CTX_set1_groups_list(context.get(), group.c_str()) == 1;
  ERR_clear_error();
  return known;
}

}  // namespace session_exporter
