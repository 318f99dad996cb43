// What a TLS handshake of the server needs: certificate, key, versions, whom to trust. Immutable,
// so that a change of the configuration is another context, for the connections that come after it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

using SSL_CTX = struct ssl_ctx_st;  // NOLINT(readability-identifier-naming): OpenSSL's name

namespace session_exporter {

// Go's tls.ClientAuthType.
enum class ClientAuth { kNone, kRequest, kRequireAny, kVerifyIfGiven, kRequireAndVerify };

struct TlsSettings {
  std::string certificate;  // PEM: the server's, then those between it and its root
  Secret key;               // PEM, not encrypted
  ClientAuth client_auth = ClientAuth::kNone;
  std::string client_ca;  // PEM; empty: the system's authorities
  // When not empty, a client's certificate must have one of these names (DNS, e-mail, IP or URI).
  std::vector<std::string> client_allowed_sans;
  std::string_view min_version = "TLS12";  // this and the next three: names of tls_names.h
  std::string_view max_version = "TLS13";
  std::vector<std::string> cipher_suites;  // empty: forward secret AEAD ones
  std::vector<std::string> curves;         // empty: X25519, P-256, P-384
  bool prefer_server_ciphers = true;
};

// What is asked of a client before it is let in.
struct ClientDemands {
  bool certificate = false;   // it must show one
  bool verified = false;      // one that it shows must come from a trusted authority
  bool allowed_name = false;  // and must have a name of the allow-list
};

// Which of the settings is wrong, and why.
struct TlsProblem {
  enum class Setting { kCertificate, kKey, kClientCa, kCipherSuites, kCurves, kLibrary };
  Setting setting;
  std::string message;  // nothing of a key
};

class TlsContext {
 public:
  static tl::expected<std::shared_ptr<const TlsContext>, TlsProblem> Make(
      const TlsSettings& settings);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // Connections hold a reference of their own to it.
  [[nodiscard]] SSL_CTX* native() const { return context_; }
  // Whether the certificate's time is over.
  [[nodiscard]] bool expired() const { return expired_; }
  [[nodiscard]] const ClientDemands& demands() const { return demands_; }

 private:
  TlsContext(SSL_CTX* context, bool expired, ClientDemands demands)
      : context_(context), expired_(expired), demands_(demands) {}

  SSL_CTX* context_;
  bool expired_;
  ClientDemands demands_;
};

// Whether this build of OpenSSL has the curve of that name.
bool HasTlsCurve(std::string_view name);

}  // namespace session_exporter
