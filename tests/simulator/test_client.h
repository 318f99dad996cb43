// A small HTTP client for the simulator's own tests: blocking, one request a connection, and exact
// about how the connection ended.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/types.h>

namespace simulator {

class TestClient {
 public:
  // Throws std::runtime_error when it cannot connect.
  explicit TestClient(std::uint16_t port, bool tls = false);
  ~TestClient();
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  enum class End { kOpen, kClosed, kReset };

  bool Send(std::string_view bytes);
  // Reads until the end, or until `limit` bytes are there.
  std::string Read(std::size_t limit);
  // Reads one answer with a Content-Length, for connections that stay open.
  std::string ReadAnswer();
  End end() const { return end_; }

 private:
  struct SslFree {
    void operator()(SSL* ssl) const;
  };
  struct ContextFree {
    void operator()(SSL_CTX* context) const;
  };

  int fd_;
  End end_ = End::kOpen;
  std::unique_ptr<SSL_CTX, ContextFree> context_;
  std::unique_ptr<SSL, SslFree> ssl_;
};

struct Answer {
  int status = 0;  // zero: none came
  std::string head;
  std::string body;
  TestClient::End end = TestClient::End::kOpen;
};

// The body that carries the default key.
inline constexpr std::string_view kKeyBody =
    R"({"api_key": "demo-key", "api_key_secret": "demo-secret"})";

std::string RequestText(std::string_view method, std::string_view path, std::string_view body,
                        std::string_view extra_headers = {});
// One request with `Connection: close`, and whatever comes until the end or `limit` bytes.
Answer Ask(std::uint16_t port, std::string_view method, std::string_view path,
           std::string_view body = {}, std::string_view extra_headers = {},
           std::size_t limit = std::string::npos);
// POST with the default key.
Answer Post(std::uint16_t port, std::string_view path, std::size_t limit = std::string::npos);

// Waits, at most ten seconds, until the condition holds; whether it does.
bool Eventually(const std::function<bool()>& condition);

}  // namespace simulator
