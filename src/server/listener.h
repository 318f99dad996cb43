// Accepts the connections of one address. Private to http_server.cc.
#pragma once

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
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

// While as many connections as the cap are at work it lets clients wait, rather than closing them:
// a scrape that waits in the kernel's backlog is late, one that is turned away is a gap, and
// turning away costs the most when there is least to spare. Several listeners may exceed the cap by
// one each.
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
      self->accepted_.reset();
    });
  }

 private:
  void Accept() {
    if (!acceptor_.is_open()) return accepted_.reset();
    // Nothing tells when a client has been reading for too long, so this looks again.
    if (!core_.connections.HasRoom()) return AcceptAfter(std::chrono::milliseconds(10));
    if (accepted_) Admit(*std::exchange(accepted_, std::nullopt));
    acceptor_.async_accept(net::make_strand(core_.io),
                           [self = this->shared_from_this()](const boost::system::error_code& error,
                                                             typename Protocol::socket socket) {
                             if (error) return self->OnError(error);
                             self->accepted_.emplace(std::move(socket));
                             self->Accept();
                           });
  }

  // The kernel would take megabytes of an answer for a client that does not read, and with enough
  // of those it has no memory left for the others: 1000 of them held 1.6 GB, and every scrape then
  // waited 270 ms for a retransmission. What the kernel holds unsent is also no longer ours to cut.
  static constexpr int kUnsentBytes = 64 << 10;

  // What TLS is, and whether there is any, is asked anew for each connection, so that another
  // certificate takes effect with the next one.
  void Admit(StreamSocket socket) {
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    // Fails on Unix sockets, whose buffers are small.
    setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kUnsentBytes,
               sizeof kUnsentBytes);
    try {
      const std::shared_ptr<const TlsContext> tls = core_.tls ? core_.tls() : nullptr;
      tls == nullptr ? Begin(std::move(socket)) : Begin(MakeTlsStream(*tls, std::move(socket)));
    } catch (const std::exception& error) {
      core_.log.Warn("connection dropped", {{"error", error.what()}});
    }
  }

  template <typename Stream>
  void Begin(Stream stream) {
    error_code gone;
    const auto remote = stream.lowest_layer().remote_endpoint(gone);
    if (gone) return;
    auto connection = std::make_shared<Connection<Stream>>(core_, std::move(stream));
    using Admission = ConnectionRegistry::Admission;
    const Admission admission = core_.connections.Add(connection, FormatNetwork(remote));
    if (admission == Admission::kAdmitted) connection->Start();
    if (admission == Admission::kAddressFull) ++refused_;
    TellOfCrowd();
  }

  // A line a minute: whoever makes the crowd must not fill the log as well.
  void TellOfCrowd() {
    evicted_ += core_.connections.TakeEvictions();
    const auto now = std::chrono::steady_clock::now();
    if (evicted_ + refused_ == 0 || now < next_word_of_crowd_) return;
    core_.log.Warn("too many connections",
                   {{"evicted", std::to_string(evicted_)}, {"refused", std::to_string(refused_)}});
    evicted_ = refused_ = 0;
    next_word_of_crowd_ = now + std::chrono::minutes(1);
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
    AcceptAfter(std::chrono::milliseconds(100));
  }

  void AcceptAfter(std::chrono::milliseconds delay) {
    retry_.expires_after(delay);
    retry_.async_wait(
        [self = this->shared_from_this()](const boost::system::error_code& cancelled) {
          if (!cancelled) self->Accept();
        });
  }

  ServerCore& core_;
  Acceptor acceptor_;
  net::steady_timer retry_;
  std::optional<StreamSocket> accepted_;  // while there is no room for it
  std::chrono::steady_clock::time_point quiet_until_{};

  // Not told yet.
  std::size_t evicted_ = 0;
  std::size_t refused_ = 0;
  std::chrono::steady_clock::time_point next_word_of_crowd_{};
};

}  // namespace session_exporter
