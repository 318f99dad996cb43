#include "unit/server/tls_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include <openssl/err.h>
#include <openssl/x509.h>

namespace session_exporter::test {
namespace {

int ConnectTo(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  sockaddr_in endpoint{};
  endpoint.sin_family = AF_INET;
  endpoint.sin_port =
      htons(static_cast<std::uint16_t>(std::stoi(std::string(address.substr(colon + 1)))));
  inet_pton(AF_INET, std::string(address.substr(0, colon)).c_str(), &endpoint.sin_addr);
  const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{10, 0};
  setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (connect(made, static_cast<sockaddr*>(static_cast<void*>(&endpoint)), sizeof endpoint) != 0) {
    throw std::runtime_error("TLS client: connection refused");
  }
  return made;
}

void Apply(SSL_CTX* context, const TlsClientOptions& options) {
  if (!options.ca_file.empty()) {
    SSL_CTX_load_verify_locations(context, options.ca_file.c_str(), nullptr);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  }
  if (!options.cert_file.empty()) {
    SSL_CTX_use_certificate_chain_file(context, options.cert_file.c_str());
    SSL_CTX_use_PrivateKey_file(context, options.key_file.c_str(), SSL_FILETYPE_PEM);
  }
  // As weak as it takes: what is refused shall be refused by the server.
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, options.min_version);
  SSL_CTX_set_max_proto_version(context, options.max_version);
  SSL_CTX_set_cipher_list(context,
                          options.ciphers.empty() ? "ALL:@SECLEVEL=0" : options.ciphers.c_str());
  if (!options.groups.empty()) SSL_CTX_set1_groups_list(context, options.groups.c_str());
  std::string offered;
  for (const std::string& protocol : options.protocols) {
    offered += static_cast<char>(protocol.size());
    offered += protocol;
  }
  SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(offered.data()),
                          static_cast<unsigned>(offered.size()));
}

}  // namespace

TlsClient::TlsClient(std::string_view address, const TlsClientOptions& options)
    : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
  ERR_clear_error();
  Apply(context_.get(), options);
  ssl_.reset(SSL_new(context_.get()));
  socket_ = ConnectTo(address);
  SSL_set_fd(ssl_.get(), socket_);
  const int result = SSL_connect(ssl_.get());
  if (result != 1) Fail(result);
}

TlsClient::~TlsClient() {
  if (socket_ >= 0) close(socket_);
}

void TlsClient::Fail(int result) {
  const int kind = SSL_get_error(ssl_.get(), result);
  if (kind == SSL_ERROR_ZERO_RETURN) {
    closed_cleanly_ = true;
    return;
  }
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  error_ = reason == nullptr ? "connection lost" : reason;
  ERR_clear_error();
}

std::string TlsClient::Get(std::string_view path, std::string_view headers) {
  std::string request = "GET " + std::string(path) + " HTTP/1.1\r\nHost: exporter\r\n";
  request += headers;
  return Exchange(request + "Connection: close\r\n\r\n", {});
}

std::string TlsClient::Exchange(std::string_view bytes, std::string_view end) {
  if (!error_.empty()) return {};
  std::string received;
  int result = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  std::array<char, 16384> piece{};
  while (result > 0 && (end.empty() || received.find(end) == std::string::npos)) {
    result = SSL_read(ssl_.get(), piece.data(), piece.size());
    if (result > 0) received.append(piece.data(), static_cast<std::size_t>(result));
  }
  if (result <= 0) Fail(result);
  if (closed_cleanly_) SSL_shutdown(ssl_.get());
  return received;
}

std::string TlsClient::peer_name() const {
  const std::unique_ptr<X509, decltype(&X509_free)> peer(SSL_get1_peer_certificate(ssl_.get()),
                                                         X509_free);
  std::array<char, 256> name{};
  if (peer == nullptr) return {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(peer.get()), NID_commonName, name.data(),
                            name.size());
  return name.data();
}

std::string TlsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

}  // namespace session_exporter::test
