#include "unit/net/raw_server.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

namespace session_exporter::testing {
namespace {

std::pair<int, int> Bind() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (socket < 0 || bind(socket, generic, size) != 0 || getsockname(socket, generic, &size) != 0) {
    throw std::runtime_error("no socket for the test's server");
  }
  return {socket, ntohs(address.sin_port)};
}

class PlainConnection final : public RawConnection {
 public:
  explicit PlainConnection(int socket) { socket_ = socket; }

  bool Write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

 protected:
  long Read(char* bytes, std::size_t size) override { return recv(socket_, bytes, size, 0); }
};

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

class TlsConnection final : public RawConnection {
 public:
  TlsConnection(int socket, SSL_CTX* context) : ssl_(SSL_new(context)) {
    socket_ = socket;
    SSL_set_fd(ssl_.get(), socket);
  }
  ~TlsConnection() override {
    if (accepted_) SSL_shutdown(ssl_.get());
  }

  bool Accept() {
    accepted_ = SSL_accept(ssl_.get()) == 1;
    return accepted_;
  }
  void Linger() const {
    shutdown(socket_, SHUT_WR);
    std::array<char, 4096> dropped;
    while (recv(socket_, dropped.data(), dropped.size(), 0) > 0) {
    }
  }
  bool Write(std::string_view bytes) override {
    return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  }
  std::string ServerName() override {
    const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
    return name == nullptr ? std::string() : std::string(name);
  }

 protected:
  long Read(char* bytes, std::size_t size) override {
    return SSL_read(ssl_.get(), bytes, static_cast<int>(size));
  }

 private:
  std::unique_ptr<SSL, SslDeleter> ssl_;
  bool accepted_ = false;
};

std::size_t ContentLength(const std::string& head) {
  for (std::size_t at = head.find("\r\n"); at != std::string::npos; at = head.find("\r\n", at)) {
    at += 2;
    constexpr std::string_view kName = "content-length:";
    if (strncasecmp(head.c_str() + at, kName.data(), kName.size()) == 0) {
      return std::strtoul(head.c_str() + at + kName.size(), nullptr, 10);
    }
  }
  return 0;
}

}  // namespace

std::string RawConnection::ReadRequest() {
  std::array<char, 16384> piece;
  while (true) {
    const auto head_end = unread_.find("\r\n\r\n");
    if (head_end != std::string::npos) {
      const std::size_t size = head_end + 4 + ContentLength(unread_.substr(0, head_end + 2));
      if (unread_.size() >= size) {
        std::string request = unread_.substr(0, size);
        unread_.erase(0, size);
        return request;
      }
    }
    const long count = Read(piece.data(), piece.size());
    if (count <= 0) return {};
    unread_.append(piece.data(), static_cast<std::size_t>(count));
  }
}

void RawConnection::WaitForClose() {
  std::array<char, 16384> piece;
  while (Read(piece.data(), piece.size()) > 0) {
  }
}

void RawConnection::ResetOnClose() {
  const linger at_once{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

struct RawServer::Context {
  explicit Context(const ServerTls& tls) : ssl(SSL_CTX_new(TLS_server_method())) {
    const bool loaded =
        SSL_CTX_use_certificate_chain_file(ssl, tls.cert_file.c_str()) == 1 &&
        SSL_CTX_use_PrivateKey_file(ssl, tls.key_file.c_str(), SSL_FILETYPE_PEM) == 1;
    if (!loaded) throw std::runtime_error("the test's certificate does not load");
    if (tls.client_ca_file.empty()) return;
    SSL_CTX_load_verify_locations(ssl, tls.client_ca_file.c_str(), nullptr);
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    constexpr std::array<unsigned char, 1> kName = {1};
    SSL_CTX_set_session_id_context(ssl, kName.data(), kName.size());
  }
  ~Context() { SSL_CTX_free(ssl); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  SSL_CTX* ssl;
};

RawServer::RawServer(const ServerTls* tls, Script script) : script_(std::move(script)) {
  if (tls != nullptr) context_ = std::make_shared<Context>(*tls);
  std::tie(listener_, port_) = Bind();
  listen(listener_, 128);
  acceptor_ = std::thread([this] { Accept(); });
}

RawServer::~RawServer() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int socket : open_) shutdown(socket, SHUT_RDWR);
  }
  changed_.notify_all();
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
  close(listener_);
}

std::string RawServer::Url(std::string_view path) const {
  return fmt::format("{}://127.0.0.1:{}{}", context_ ? "https" : "http", port_, path);
}

int RawServer::connections() const {
  const std::lock_guard lock(mutex_);
  return accepted_;
}

int RawServer::most_at_once() const {
  const std::lock_guard lock(mutex_);
  return most_at_once_;
}

bool RawServer::Pause(std::chrono::milliseconds duration) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, duration, [this] { return stopping_; });
}

void RawServer::Accept() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      close(socket);
      return;
    }
    open_.push_back(socket);
    most_at_once_ = std::max(most_at_once_, static_cast<int>(open_.size()));
    threads_.emplace_back([this, socket, number = accepted_++] { Serve(socket, number); });
  }
}

std::unique_ptr<RawConnection> RawServer::Open(int socket) {
  if (!context_) return std::make_unique<PlainConnection>(socket);
  auto connection = std::make_unique<TlsConnection>(socket, context_->ssl);
  if (!connection->Accept()) {
    // A close with unread bytes is a reset, which may overtake the alert that says why.
    connection->Linger();
    return nullptr;
  }
  return connection;
}

void RawServer::Serve(int socket, int number) {
  // OpenSSL writes with write(). Only here: that the client lives with SIGPIPE is what tests show.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  {
    const std::unique_ptr<RawConnection> connection = Open(socket);
    if (connection) {
      connection->number_ = number;
      script_(*connection);
    }
  }
  const std::lock_guard lock(mutex_);
  open_.erase(std::find(open_.begin(), open_.end(), socket));
  close(socket);
}

int RefusedPort() {
  const auto [socket, port] = Bind();
  close(socket);
  return port;
}

std::string Ok(std::string_view body, std::string_view headers) {
  return fmt::format("HTTP/1.1 200 OK\r\n{}Content-Length: {}\r\n\r\n{}", headers, body.size(),
                     body);
}

}  // namespace session_exporter::testing
