// What the connections and listeners of one server share. Private to http_server.cc.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "base/log.h"
#include "server/connection_registry.h"
#include "server/delayed_tasks.h"
#include "server/http_server.h"

namespace session_exporter {

// Shared with the Responders, which may outlive the server: a late answer then finds its connection
// gone, but an io_context that is still valid.
struct ServerCore : std::enable_shared_from_this<ServerCore> {
  ServerCore(const HttpServerLimits& server_limits, TlsSource tls_source,
             RequestHandler request_handler, Log& server_log)
      : limits(server_limits),
        tls(std::move(tls_source)),
        handler(std::move(request_handler)),
        log(server_log),
        connections(server_limits) {}

  const HttpServerLimits limits;
  const TlsSource tls;  // may be empty
  RequestHandler handler;
  Log& log;
  ConnectionRegistry connections;
  net::io_context io{2};
  DelayedTasks tasks{io, log};
};

// What a Responder holds: one answer to one request, by whichever of its copies is called first.
class Answerer {
 public:
  Answerer(std::shared_ptr<ServerCore> core, std::weak_ptr<ConnectionControl> connection)
      : core_(std::move(core)), connection_(std::move(connection)) {}
  ~Answerer() {
    if (!answered_) Deliver(std::nullopt);
  }
  Answerer(const Answerer&) = delete;
  Answerer& operator=(const Answerer&) = delete;

  void Answer(OutgoingResponse response) {
    if (!answered_.exchange(true)) Deliver(std::move(response));
  }

 private:
  void Deliver(std::optional<OutgoingResponse> response) {
    if (auto connection = connection_.lock()) connection->Deliver(std::move(response));
  }

  std::shared_ptr<ServerCore> core_;
  std::weak_ptr<ConnectionControl> connection_;
  std::atomic<bool> answered_{false};
};

}  // namespace session_exporter
