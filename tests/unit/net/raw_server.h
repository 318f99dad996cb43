// A server for tests that sends exactly the bytes its script says, over TCP or TLS, and counts its
// connections. Each connection runs the script in a thread of its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace session_exporter::testing {

struct ServerTls {
  std::string cert_file;
  std::string key_file;
  std::string client_ca_file;  // a client's certificate is required when given
};

// One accepted connection; closed when the script returns.
class RawConnection {
 public:
  virtual ~RawConnection() = default;

  [[nodiscard]] int number() const { return number_; }  // 0 for the server's first
  // The next request, head and body by its Content-Length; empty when the peer or the server ends.
  std::string ReadRequest();
  // False when the peer is gone.
  virtual bool Write(std::string_view bytes) = 0;
  // Waits until the peer or the server ends; drops what arrives.
  void WaitForClose();
  // Makes the end a TCP reset.
  void ResetOnClose();
  // The name that the client asked for in its TLS hello.
  virtual std::string ServerName() { return {}; }

 protected:
  friend class RawServer;
  virtual long Read(char* bytes, std::size_t size) = 0;

  int socket_ = -1;
  int number_ = 0;

 private:
  std::string unread_;
};

class RawServer {
 public:
  using Script = std::function<void(RawConnection&)>;

  explicit RawServer(Script script) : RawServer(nullptr, std::move(script)) {}
  RawServer(const ServerTls& tls, Script script) : RawServer(&tls, std::move(script)) {}
  // Ends all connections and joins their threads.
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  [[nodiscard]] int port() const { return port_; }
  // "http://127.0.0.1:port/path"
  [[nodiscard]] std::string Url(std::string_view path = "/") const;
  [[nodiscard]] int connections() const;
  // The most that were open at the same time.
  [[nodiscard]] int most_at_once() const;
  // Between two pieces of an answer; false when the server ends.
  bool Pause(std::chrono::milliseconds duration);

 private:
  struct Context;  // of TLS

  RawServer(const ServerTls* tls, Script script);
  void Accept();
  void Serve(int socket, int number);
  std::unique_ptr<RawConnection> Open(int socket);

  const Script script_;
  std::shared_ptr<Context> context_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  int accepted_ = 0;
  int most_at_once_ = 0;
  bool stopping_ = false;
  std::thread acceptor_;
};

// A port of 127.0.0.1 where nobody listens.
int RefusedPort();

// "HTTP/1.1 200 OK" with a Content-Length, `headers` (each with its line end) and `body`.
std::string Ok(std::string_view body, std::string_view headers = "");

}  // namespace session_exporter::testing
