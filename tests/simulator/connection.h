// One accepted connection, plain or TLS, with control down to the single byte and the RST. Owns its
// socket. Used by one thread, except Interrupt, which any thread may call while the object lives.
#pragma once

#include <chrono>
#include <memory>
#include <string_view>

#include <openssl/types.h>

namespace simulator {

class Connection {
 public:
  // Takes over `fd`. With a context, Handshake() must come before anything else.
  Connection(int fd, SSL_CTX* tls);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool Handshake();
  // Bytes read; zero at the end or on any failure.
  std::size_t Read(char* buffer, std::size_t size);
  bool Write(std::string_view bytes);
  // Waits until the client has closed its side or the time is up; true when closed.
  bool WaitForClose(std::chrono::milliseconds limit);
  void Reset();
  void Close();

  // Makes the thread that uses this connection see the end of it soon.
  void Interrupt();

 private:
  struct SslFree {
    void operator()(SSL* ssl) const;
  };

  const int fd_;
  bool reset_ = false;
  bool clean_ = false;  // the TLS session may end with close_notify
  std::unique_ptr<SSL, SslFree> ssl_;
};

}  // namespace simulator
