#include "server/http_server.h"

#include <array>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include "server/connection.h"
#include "server/listen_address.h"
#include "server/listener.h"
#include "server/server_core.h"

namespace session_exporter {
namespace {

constexpr int kBacklog = 512;

// An acceptor that is bound and listening, or why not.
struct Bound {
  tcp::acceptor acceptor;
  error_code error;
};

Bound Bind(net::io_context& io, const tcp::endpoint& endpoint) {
  Bound bound{tcp::acceptor(net::make_strand(io)), {}};
  auto& [acceptor, error] = bound;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && endpoint.address().is_v6()) {
    // IPv4 comes in through "[::]" as well; the system's default for this can be turned off.
    acceptor.set_option(net::ip::v6_only(!endpoint.address().is_unspecified()), error);
  }
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(kBacklog, error);
  return bound;
}

Bound BindEveryAddress(net::io_context& io, std::uint16_t port) {
  Bound bound = Bind(io, tcp::endpoint(tcp::v6(), port));
  const bool no_ipv6 = bound.error == net::error::address_family_not_supported ||
                       bound.error == boost::system::errc::address_not_available;
  return no_ipv6 ? Bind(io, tcp::endpoint(tcp::v4(), port)) : std::move(bound);
}

// The address of a literal or a name. Of several the first IPv4 one is taken, as Go does.
// "localhost" is 127.0.0.1 everywhere, also in a container without /etc/hosts (RFC 6761, 6.3).
Result<tcp::endpoint> Resolve(net::io_context& io, const ListenAddress& address,
                              const std::string& text) {
  error_code error;
  const auto literal = net::ip::make_address(address.host, error);
  if (!error) return tcp::endpoint(literal, address.port);
  if (address.host == "localhost") {
    return tcp::endpoint(net::ip::address_v4::loopback(), address.port);
  }
  const auto found = tcp::resolver(io).resolve(address.host, std::to_string(address.port),
                                               tcp::resolver::passive, error);
  if (error || found.empty()) {
    return Fail(ErrorKind::kConnect, "listen on {}: {}", text, error.message());
  }
  for (const auto& entry : found) {
    if (entry.endpoint().address().is_v4()) return entry.endpoint();
  }
  return found.begin()->endpoint();
}

Result<tcp::acceptor> BindText(net::io_context& io, const std::string& text) {
  auto address = ParseListenAddress(text);
  if (!address) return tl::unexpected(std::move(address).error());
  Bound bound{tcp::acceptor(io), {}};
  if (address->host.empty()) {
    bound = BindEveryAddress(io, address->port);
  } else {
    auto endpoint = Resolve(io, *address, text);
    if (!endpoint) return tl::unexpected(std::move(endpoint).error());
    bound = Bind(io, *endpoint);
  }
  if (bound.error) {
    return Fail(ErrorKind::kConnect, "listen on {}: {}", text, bound.error.message());
  }
  return std::move(bound.acceptor);
}

class AsioHttpServer final : public HttpServer {
 public:
  AsioHttpServer(const HttpServerLimits& limits, RequestHandler handler, Log& log)
      : core_(std::make_shared<ServerCore>(limits, std::move(handler), log)),
        work_(core_->io.get_executor()) {}
  ~AsioHttpServer() override { Stop(std::chrono::milliseconds::zero()); }
  AsioHttpServer(const AsioHttpServer&) = delete;
  AsioHttpServer& operator=(const AsioHttpServer&) = delete;

  Result<void> Bind(const std::vector<std::string>& addresses) {
    for (const std::string& text : addresses) {
      auto acceptor = BindText(core_->io, text);
      if (!acceptor) return tl::unexpected(std::move(acceptor).error());
      addresses_.push_back(FormatEndpoint(acceptor->local_endpoint()));
      listeners_.push_back(std::make_shared<Listener>(*core_, *std::move(acceptor)));
    }
    return {};
  }

  void Start() {
    for (const auto& listener : listeners_) listener->Start();
    for (auto& thread : threads_) thread = std::thread([this] { Run(); });
  }

  std::vector<std::string> addresses() const override { return addresses_; }

  void After(std::chrono::milliseconds delay, std::function<void()> task) override {
    core_->tasks.Add(delay, std::move(task));
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
  std::vector<std::shared_ptr<Listener>> listeners_;
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

Result<std::unique_ptr<HttpServer>> HttpServer::Listen(const std::vector<std::string>& addresses,
                                                       const HttpServerLimits& limits,
                                                       RequestHandler handler, Log& log) {
  auto server = std::make_unique<AsioHttpServer>(limits, std::move(handler), log);
  if (auto bound = server->Bind(addresses); !bound) {
    return tl::unexpected(std::move(bound).error());
  }
  server->Start();
  return server;
}

}  // namespace session_exporter
