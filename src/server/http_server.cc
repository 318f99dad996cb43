#include "server/http_server.h"

#include <array>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "server/binding.h"
#include "server/connection.h"
#include "server/listener.h"
#include "server/server_core.h"

namespace session_exporter {
namespace {

class AsioHttpServer final : public HttpServer {
 public:
  AsioHttpServer(const HttpServerOptions& options, RequestHandler handler, Log& log)
      : core_(std::make_shared<ServerCore>(options.limits, options.tls, std::move(handler), log)),
        work_(core_->io.get_executor()) {}
  ~AsioHttpServer() override { Stop(std::chrono::milliseconds::zero()); }
  AsioHttpServer(const AsioHttpServer&) = delete;
  AsioHttpServer& operator=(const AsioHttpServer&) = delete;

  Result<void> Bind(const HttpServerOptions& options) {
    for (const std::string& text : options.addresses) {
      auto acceptor = BindText(core_->io, text);
      if (!acceptor) return tl::unexpected(std::move(acceptor).error());
      addresses_.push_back(FormatEndpoint(acceptor->local_endpoint()));
      Add<tcp>(*std::move(acceptor));
    }
    for (const int socket : options.sockets) {
      if (auto adopted = Adopt(socket); !adopted) return adopted;
    }
    return {};
  }

  void Start() {
    for (const auto& listener : listeners_) listener->Start();
    for (auto& thread : threads_) thread = std::thread([this] { Run(); });
  }

  std::vector<std::string> addresses() const override { return addresses_; }

  std::function<void()> After(std::chrono::milliseconds delay,
                              std::function<void()> task) override {
    const DelayedTasks::Id id = core_->tasks.Add(delay, std::move(task));
    return [id, weak = std::weak_ptr<ServerCore>(core_)] {
      if (const auto core = weak.lock()) core->tasks.Cancel(id);
    };
  }

  void Stop(std::chrono::milliseconds grace) override {
    std::call_once(stopped_, [this, grace] {
      for (const auto& listener : listeners_) listener->Close();
      core_->connections.BeginStop();
      core_->connections.WaitUntilEmpty(grace);
      core_->connections.AbortAll();
      core_->tasks.End();
      // All is closed or being closed, so the threads run out of work; stopping the io_context
      // instead would leave handlers in it that Responders out there keep alive.
      work_.reset();
      for (auto& thread : threads_) {
        if (thread.joinable()) thread.join();
      }
      core_->handler = nullptr;
    });
  }

 private:
  template <typename Protocol>
  void Add(typename Protocol::acceptor acceptor) {
    listeners_.push_back(std::make_shared<Listener<Protocol>>(*core_, std::move(acceptor)));
  }

  // Takes over a listening socket.
  Result<void> Adopt(int socket) {
    const auto local = LocalAddress(socket);
    if (!local) return tl::unexpected(local.error());
    const auto strand = net::make_strand(core_->io);
    error_code error;
    if (local->family == AF_UNIX) {
      local_stream::acceptor acceptor(strand);
      acceptor.assign(local_stream(), socket, error);
      if (!error) Add<local_stream>(std::move(acceptor));
    } else {
      tcp::acceptor acceptor(strand);
      acceptor.assign(local->family == AF_INET ? tcp::v4() : tcp::v6(), socket, error);
      if (!error) Add<tcp>(std::move(acceptor));
    }
    if (error) return Fail(ErrorKind::kConnect, "socket {}: {}", socket, error.message());
    addresses_.push_back(local->text);
    return {};
  }

  void Run() {
    for (;;) {
      try {
        core_->io.run();
        return;
      } catch (const std::exception& error) {
        core_->log.Failure("I/O thread caught an exception", {{"error", error.what()}});
      }
    }
  }

  std::shared_ptr<ServerCore> core_;
  net::executor_work_guard<net::io_context::executor_type> work_;
  std::vector<std::shared_ptr<ListenerControl>> listeners_;
  std::vector<std::string> addresses_;
  std::array<std::thread, 2> threads_;
  std::once_flag stopped_;
};

}  // namespace

std::string_view IncomingRequest::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

std::string IncomingRequest::ListHeader(std::string_view name) const {
  std::string list;
  for (const auto& [key, value] : headers) {
    if (key == name) list += (list.empty() ? "" : ", ") + value;
  }
  return list;
}

Result<std::unique_ptr<HttpServer>> HttpServer::Listen(const HttpServerOptions& options,
                                                       RequestHandler handler, Log& log) {
  auto server = std::make_unique<AsioHttpServer>(options, std::move(handler), log);
  if (auto bound = server->Bind(options); !bound) {
    return tl::unexpected(std::move(bound).error());
  }
  if (options.bound) options.bound(*server);
  server->Start();
  return server;
}

}  // namespace session_exporter
