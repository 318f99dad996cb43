#include "simulator/http_server.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/ssl.h>

#include "simulator/http_parser.h"

namespace simulator {
namespace {

// OpenSSL writes with write(2), so a client that is gone would kill the process.
void BlockSigPipe() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

bool RunStream(Connection& connection, const Step& step) {
  std::string chunk;
  for (bool more = true; more;) {
    chunk.clear();
    more = step.next(&chunk);
    if (!connection.Write(chunk)) return false;
    if (step.pause.count() > 0 && connection.WaitForClose(step.pause)) return false;
  }
  return true;
}

bool SendBytes(Connection& connection, const Step& step) {
  if (!connection.Write(step.bytes)) return false;
  return !step.shared ||
         connection.Write(std::string_view(*step.shared).substr(step.offset, step.size));
}

// False when the connection is over.
bool Run(Connection& connection, const Step& step) {
  switch (step.kind) {
    case Step::Kind::kSend:
      return SendBytes(connection, step);
    case Step::Kind::kPause:
      return !connection.WaitForClose(step.pause);
    case Step::Kind::kWaitUntilClosed:
      while (!connection.WaitForClose(std::chrono::hours(1))) {
      }
      return false;
    case Step::Kind::kStream:
      return RunStream(connection, step);
    case Step::Kind::kClose:
      connection.Close();
      return false;
    case Step::Kind::kReset:
      connection.Reset();
      return false;
  }
  return false;
}

}  // namespace

void HttpServer::ContextFree::operator()(SSL_CTX* context) const { SSL_CTX_free(context); }

HttpServer::HttpServer(const ListenOptions& options, Handler handler, Doorman reset_at_door)
    : handler_(std::move(handler)), reset_at_door_(std::move(reset_at_door)) {
  if (!options.tls_cert_file.empty()) SetUpTls(options);
  Listen(options);
}

void HttpServer::Accept() {
  acceptor_ = std::thread([this] { AcceptLoop(); });
}

HttpServer::~HttpServer() {
  stopping_ = true;
  shutdown(listener_, SHUT_RDWR);
  if (acceptor_.joinable()) acceptor_.join();
  close(listener_);
  {
    const std::lock_guard lock(mutex_);
    for (Worker& worker : workers_) {
      if (worker.connection) worker.connection->Interrupt();
    }
  }
  // No new worker can come now, and a worker takes the mutex on its way out.
  for (Worker& worker : workers_) worker.thread.join();
}

void HttpServer::SetUpTls(const ListenOptions& options) {
  tls_.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_set_min_proto_version(tls_.get(), TLS1_2_VERSION);
  if (SSL_CTX_use_certificate_chain_file(tls_.get(), options.tls_cert_file.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(tls_.get(), options.tls_key_file.c_str(), SSL_FILETYPE_PEM) !=
          1) {
    throw std::runtime_error(fmt::format("cannot use certificate {} with key {}",
                                         options.tls_cert_file, options.tls_key_file));
  }
}

void HttpServer::Listen(const ListenOptions& options) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(options.port);
  const char* host = options.host.empty() ? nullptr : options.host.c_str();
  if (getaddrinfo(host, port.c_str(), &hints, &found) != 0) {
    throw std::runtime_error(fmt::format("cannot resolve {}", options.host));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  listener_ = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (bind(listener_, found->ai_addr, found->ai_addrlen) != 0 || listen(listener_, 4096) != 0) {
    const int code = errno;
    close(listener_);
    throw std::runtime_error(
        fmt::format("cannot listen on {}:{}: {}", options.host, options.port, std::strerror(code)));
  }
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  getsockname(listener_, reinterpret_cast<sockaddr*>(&bound), &size);
  port_ = ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port
                                            : reinterpret_cast<sockaddr_in*>(&bound)->sin_port);
}

void HttpServer::AcceptLoop() {
  BlockSigPipe();  // inherited by the workers
  while (!stopping_) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) {
      // Out of descriptors: give the workers a moment instead of spinning.
      if (errno == EMFILE || errno == ENFILE) std::this_thread::yield();
      continue;
    }
    ++accepted_;
    ReapFinished();
    Start(fd);
  }
}

void HttpServer::Start(int fd) {
  auto connection = std::make_unique<Connection>(fd, tls_.get());
  if (reset_at_door_ && reset_at_door_()) {
    connection->Reset();
    return;
  }
  ++open_;
  const std::lock_guard lock(mutex_);
  Worker& worker = workers_.emplace_back();
  worker.connection = std::move(connection);
  worker.thread = std::thread([this, &worker] { Serve(worker); });
}

void HttpServer::ReapFinished() {
  const std::lock_guard lock(mutex_);
  for (auto worker = workers_.begin(); worker != workers_.end();) {
    if (!worker->done) {
      ++worker;
      continue;
    }
    worker->thread.join();
    worker = workers_.erase(worker);
  }
}

void HttpServer::Serve(Worker& worker) {
  Connection* connection = nullptr;
  {
    const std::lock_guard lock(mutex_);
    connection = worker.connection.get();
  }
  if (connection->Handshake()) Converse(*connection);
  std::unique_ptr<Connection> last;
  {
    const std::lock_guard lock(mutex_);
    last = std::move(worker.connection);
  }
  --open_;
  last.reset();
  worker.done = true;
}

void HttpServer::Converse(Connection& connection) {
  RequestReader reader(connection);
  while (!stopping_) {
    RequestReader::Outcome outcome = reader.Next();
    if (!outcome.request) {
      if (outcome.refusal == 0) return;
      Response refusal = MakeResponse(outcome.refusal, "text/html", "refused\n");
      refusal.SetHeader("Connection", "close");
      for (const Step& step : Plain(std::move(refusal))) Run(connection, step);
      return;
    }
    const bool keep_alive = outcome.request->keep_alive;
    for (Step& step : handler_(std::move(*outcome.request))) {
      if (!Run(connection, step)) return;
      step = Step();
    }
    if (!keep_alive) return;
  }
}

}  // namespace simulator
