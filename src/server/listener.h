// Accepts the connections of one address. Private to http_server.cc.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include "server/connection.h"
#include "server/server_core.h"

namespace session_exporter {

// At the connection cap it stops accepting until one closes, rather than accepting and closing: a
// scrape that waits in the kernel's backlog is late, one that is turned away is a gap, and turning
// away costs the most when there is least to spare. Each address beyond the first may exceed the
// cap by one.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  // `acceptor` is bound, listening, and runs on a strand.
  Listener(ServerCore& core, tcp::acceptor acceptor)
      : core_(core), acceptor_(std::move(acceptor)), retry_(acceptor_.get_executor()) {}

  // Start and Close are thread-safe.
  void Start() {
    net::dispatch(acceptor_.get_executor(), [self = shared_from_this()] { self->Accept(); });
  }

  void Close() {
    net::post(acceptor_.get_executor(), [self = shared_from_this()] {
      boost::system::error_code ignored;
      self->acceptor_.close(ignored);
      self->retry_.cancel();
    });
  }

 private:
  void Accept() {
    if (!acceptor_.is_open()) return;
    const std::weak_ptr<Listener> weak = weak_from_this();
    const bool parked = core_.connections.ParkAtCap([weak] {
      if (const auto self = weak.lock()) self->Start();
    });
    if (parked) return;
    acceptor_.async_accept(
        net::make_strand(core_.io),
        [self = shared_from_this()](const boost::system::error_code& error, tcp::socket socket) {
          if (error) return self->OnError(error);
          self->Admit(std::move(socket));
          self->Accept();
        });
  }

  void Admit(tcp::socket socket) {
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    auto connection = std::make_shared<Connection<tcp::socket>>(core_, std::move(socket));
    if (core_.connections.Add(connection)) connection->Start();
  }

  // Out of file descriptors, mostly. The waiting connection stays in the backlog and would fail
  // again at once, so trying without a pause would spin.
  void OnError(const boost::system::error_code& error) {
    if (!acceptor_.is_open()) return;
    const auto now = std::chrono::steady_clock::now();
    if (now >= quiet_until_) {
      core_.log.Warn("cannot accept connections", {{"error", error.message()}});
      quiet_until_ = now + std::chrono::minutes(1);
    }
    retry_.expires_after(std::chrono::milliseconds(100));
    retry_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
      if (!cancelled) self->Accept();
    });
  }

  ServerCore& core_;
  tcp::acceptor acceptor_;
  net::steady_timer retry_;
  std::chrono::steady_clock::time_point quiet_until_{};
};

}  // namespace session_exporter
