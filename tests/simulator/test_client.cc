#include "simulator/test_client.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <openssl/ssl.h>

namespace simulator {

void TestClient::SslFree::operator()(SSL* ssl) const { SSL_free(ssl); }
void TestClient::ContextFree::operator()(SSL_CTX* context) const { SSL_CTX_free(context); }

TestClient::TestClient(std::uint16_t port, bool tls) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
  // Tests fail rather than hang.
  const timeval limit{20, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    close(fd_);
    throw std::runtime_error("cannot connect");
  }
  if (!tls) return;
  context_.reset(SSL_CTX_new(TLS_client_method()));
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), fd_);
  if (SSL_connect(ssl_.get()) != 1) end_ = End::kClosed;
}

TestClient::~TestClient() { close(fd_); }

bool TestClient::Send(std::string_view bytes) {
  if (ssl_) return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  return send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

std::string TestClient::Read(std::size_t limit) {
  std::string all;
  std::array<char, 65536> chunk;
  while (all.size() < limit && end_ == End::kOpen) {
    const std::size_t wanted = std::min(chunk.size(), limit - all.size());
    const ssize_t got = ssl_ ? SSL_read(ssl_.get(), chunk.data(), static_cast<int>(wanted))
                             : recv(fd_, chunk.data(), wanted, 0);
    if (got > 0) {
      all.append(chunk.data(), static_cast<std::size_t>(got));
    } else {
      end_ = got < 0 && errno == ECONNRESET ? End::kReset : End::kClosed;
    }
  }
  return all;
}

std::string TestClient::ReadAnswer() {
  std::string head;
  while (head.find("\r\n\r\n") == std::string::npos && end_ == End::kOpen) head += Read(1);
  const std::size_t length = head.find("Content-Length: ");
  if (length == std::string::npos) return head;
  return head + Read(std::strtoull(head.c_str() + length + 16, nullptr, 10));
}

std::string RequestText(std::string_view method, std::string_view path, std::string_view body,
                        std::string_view extra_headers) {
  return fmt::format("{} {} HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n{}\r\n{}", method, path,
                     body.size(), extra_headers, body);
}

Answer Ask(std::uint16_t port, std::string_view method, std::string_view path,
           std::string_view body, std::string_view extra_headers, std::size_t limit) {
  TestClient client(port);
  client.Send(
      RequestText(method, path, body, "Connection: close\r\n" + std::string(extra_headers)));
  const std::string all = client.Read(limit);
  Answer answer;
  answer.end = client.end();
  const std::size_t split = all.find("\r\n\r\n");
  answer.head = all.substr(0, split);
  if (split != std::string::npos) answer.body = all.substr(split + 4);
  if (all.starts_with("HTTP/1.1 ")) answer.status = std::atoi(all.c_str() + 9);
  return answer;
}

Answer Post(std::uint16_t port, std::string_view path, std::size_t limit) {
  return Ask(port, "POST", path, kKeyBody, "Content-Type: application/json\r\n", limit);
}

bool Eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace simulator
