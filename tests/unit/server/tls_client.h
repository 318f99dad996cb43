// A TLS client over a blocking socket, which says exactly why it was not let in. Everything it
// waits for ends after 10 s.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/ssl.h>

namespace session_exporter::test {

struct TlsClientOptions {
  std::string ca_file{};    // empty: the server's certificate is not verified
  std::string cert_file{};  // its own; empty: none
  std::string key_file{};
  int min_version = 0;
  int max_version = 0;
  std::string ciphers{};
  std::string groups{};
  std::vector<std::string> protocols{};  // ALPN
};

class TlsClient {
 public:
  // Connects and shakes hands. In TLS 1.3 a client whose certificate is refused learns so only when
  // it reads.
  TlsClient(std::string_view address, const TlsClientOptions& options);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  // Why the handshake or the last exchange failed; empty when it did not.
  [[nodiscard]] const std::string& error() const { return error_; }
  // Sends a GET and returns what comes back until the server closes; empty when nothing does.
  std::string Get(std::string_view path, std::string_view headers = {});
  // Sends bytes as they are; returns what comes until `end` is in it.
  std::string Exchange(std::string_view bytes, std::string_view end);
  // Whether the server ended the connection with a close_notify.
  [[nodiscard]] bool closed_cleanly() const { return closed_cleanly_; }

  [[nodiscard]] std::string peer_name() const;  // the common name of the server's certificate
  [[nodiscard]] std::string version() const { return SSL_get_version(ssl_.get()); }
  [[nodiscard]] std::string cipher() const { return SSL_get_cipher_name(ssl_.get()); }
  [[nodiscard]] std::string protocol() const;  // chosen by ALPN

 private:
  void Fail(int result);

  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
  int socket_ = -1;
  std::string error_;
  bool closed_cleanly_ = false;
};

}  // namespace session_exporter::test
