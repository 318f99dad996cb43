#include "simulator/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

#include <openssl/ssl.h>

namespace simulator {

void Connection::SslFree::operator()(SSL* ssl) const { SSL_free(ssl); }

Connection::Connection(int fd, SSL_CTX* tls) : fd_(fd) {
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (tls == nullptr) return;
  ssl_.reset(SSL_new(tls));
  SSL_set_fd(ssl_.get(), fd_);
}

Connection::~Connection() {
  if (ssl_ && clean_ && !reset_) SSL_shutdown(ssl_.get());
  if (reset_) {
    // A zero linger time is what turns close() into an RST.
    const linger now{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  }
  close(fd_);
}

bool Connection::Handshake() {
  clean_ = !ssl_ || SSL_accept(ssl_.get()) == 1;
  return clean_;
}

std::size_t Connection::Read(char* buffer, std::size_t size) {
  const ssize_t got =
      ssl_ ? SSL_read(ssl_.get(), buffer, static_cast<int>(std::min<std::size_t>(size, INT_MAX)))
           : recv(fd_, buffer, size, 0);
  if (got <= 0) clean_ = false;
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

bool Connection::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    // In pieces, so that an interrupted connection is noticed between them also when the client
    // reads slowly.
    const std::size_t piece = std::min<std::size_t>(bytes.size(), std::size_t{1} << 20);
    const ssize_t sent = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(piece))
                              : send(fd_, bytes.data(), piece, MSG_NOSIGNAL);
    if (sent <= 0) {
      clean_ = false;
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Connection::WaitForClose(std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    // Not POLLIN: bytes that a client sends meanwhile are no reason to wake up.
    pollfd watched{fd_, POLLRDHUP, 0};
    const int timeout = static_cast<int>(std::min<long long>(left.count(), 60'000));
    if (poll(&watched, 1, timeout) > 0) return true;
  }
}

void Connection::Reset() { reset_ = true; }

void Connection::Close() { shutdown(fd_, SHUT_WR); }

void Connection::Interrupt() { shutdown(fd_, SHUT_RDWR); }

}  // namespace simulator
