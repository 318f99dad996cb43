// Listens, accepts, and runs a thread a connection. What to answer comes from the handler, as steps
// on the wire.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "simulator/connection.h"
#include "simulator/http_message.h"

namespace simulator {

struct ListenOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  // Both empty: plain HTTP.
  std::string tls_cert_file;
  std::string tls_key_file;
};

class HttpServer {
 public:
  using Handler = std::function<Steps(Request request)>;
  // Asked once for every accepted connection, before anything is read; true resets it.
  using Doorman = std::function<bool()>;

  // Listens when it returns, and accepts from Accept on. Throws std::runtime_error when it cannot.
  // Both functions are called from many threads at once.
  HttpServer(const ListenOptions& options, Handler handler, Doorman reset_at_door);
  // Interrupts every connection and joins every thread.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Begins to accept, once: by now what the handler needs is complete.
  void Accept();

  std::uint16_t port() const { return port_; }
  bool tls() const { return tls_ != nullptr; }
  std::uint64_t accepted() const { return accepted_; }
  std::uint64_t open() const { return open_; }

 private:
  struct Worker {
    std::unique_ptr<Connection> connection;
    std::atomic<bool> done{false};
    std::thread thread;
  };
  struct ContextFree {
    void operator()(SSL_CTX* context) const;
  };

  void Listen(const ListenOptions& options);
  void SetUpTls(const ListenOptions& options);
  void AcceptLoop();
  void Start(int fd);
  void ReapFinished();
  void Serve(Worker& worker);
  void Converse(Connection& connection);

  const Handler handler_;
  const Doorman reset_at_door_;
  std::unique_ptr<SSL_CTX, ContextFree> tls_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<std::uint64_t> open_{0};

  std::mutex mutex_;
  std::list<Worker>
      workers_;  // guarded by mutex_; a worker's connection belongs to its thread until done
  std::thread acceptor_;
};

}  // namespace simulator
