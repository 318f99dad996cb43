// Accepts the connections of one address. Private to http_server.cc.
#pragma once

#include <chrono>
#include <exception>
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

// Both are thread-safe.
class ListenerControl {
 public:
  virtual ~ListenerControl() = default;
  virtual void Start() = 0;
  virtual void Close() = 0;
};

// At the connection cap it stops accepting until one closes, rather than accepting and closing: a
// scrape that waits in the kernel's backlog is late, one that is turned away is a gap, and turning
// away costs the most when there is least to spare. Each address beyond the first may exceed the
// cap by one.
template <typename Protocol>
class Listener final : public ListenerControl,
                       public std::enable_shared_from_this<Listener<Protocol>> {
 public:
  using Acceptor = typename Protocol::acceptor;

  // `acceptor` is bound, listening, and runs on a strand.
  Listener(ServerCore& core, Acceptor acceptor)
      : core_(core), acceptor_(std::move(acceptor)), retry_(acceptor_.get_executor()) {}

  void Start() override {
    net::dispatch(acceptor_.get_executor(), [self = this->shared_from_this()] { self->Accept(); });
  }

  void Close() override {
    net::post(acceptor_.get_executor(), [self = this->shared_from_this()] {
      boost::system::error_code ignored;
      self->acceptor_.close(ignored);
      self->retry_.cancel();
    });
  }

 private:
  void Accept() {
    if (!acceptor_.is_open()) return;
    const std::weak_ptr<Listener> weak = this->weak_from_this();
    const bool parked = core_.connections.ParkAtCap([weak] {
      if (const auto self = weak.lock()) self->Start();
    });
    if (parked) return;
    acceptor_.async_accept(net::make_strand(core_.io),
                           [self = this->shared_from_this()](const boost::system::error_code& error,
                                                             typename Protocol::socket socket) {
                             if (error) return self->OnError(error);
                             self->Admit(StreamSocket(std::move(socket)));
                             self->Accept();
                           });
  }

  // What TLS is, and whether there is any, is asked anew for each connection, so that another
  // certificate takes effect with the next one.
  void Admit(StreamSocket socket) {
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    try {
      const std::shared_ptr<const TlsContext> tls = core_.tls ? core_.tls() : nullptr;
      tls == nullptr ? Begin(std::move(socket)) : Begin(MakeTlsStream(*tls, std::move(socket)));
    } catch (const std::exception& error) {
      core_.log.Warn("connection dropped", {{"error", error.what()}});
    }
  }

  template <typename Stream>
  void Begin(Stream stream) {
    auto connection = std::make_shared<Connection<Stream>>(core_, std::move(stream));
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
    retry_.async_wait(
        [self = this->shared_from_this()](const boost::system::error_code& cancelled) {
          if (!cancelled) self->Accept();
        });
  }

  ServerCore& core_;
  Acceptor acceptor_;
  net::steady_timer retry_;
  std::chrono::steady_clock::time_point quiet_until_{};
};

}  // namespace session_exporter
