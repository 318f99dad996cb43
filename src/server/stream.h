// What differs between the streams a connection may run over, by overload: plain sockets, and TLS
// over them. Private to http_server.cc.
#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>

#include "base/result.h"
#include "server/tls_context.h"

namespace session_exporter {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

// TCP or, from a systemd socket, Unix.
using StreamSocket = net::generic::stream_protocol::socket;
using TlsStream = net::ssl::stream<StreamSocket>;

// Throws boost::system::system_error for want of memory.
inline TlsStream MakeTlsStream(const TlsContext& tls, StreamSocket socket) {
  SSL_CTX_up_ref(tls.native());
  net::ssl::context context(tls.native());  // gives that reference back; the stream has its own
  return {std::move(socket), context};
}

// Makes the stream ready for requests and calls `next(error)`.
template <typename Next>
void AsyncOpen(StreamSocket& /*socket*/, Next next) {
  next(error_code());
}

template <typename Next>
void AsyncOpen(TlsStream& stream, Next next) {
  stream.async_handshake(net::ssl::stream_base::server, [&stream, next](const error_code& failed) {
    const bool plain_http =
        failed.category() == net::error::get_ssl_category() &&
        ERR_GET_REASON(static_cast<unsigned long>(failed.value())) == SSL_R_HTTP_REQUEST;
    if (!plain_http) return next(failed);
    // The usual mistake of a new scrape configuration; a client that speaks HTTP can read this.
    static constexpr std::string_view kAnswer =
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Length: 49\r\nConnection: close\r\n\r\n"
        "this port speaks HTTPS; the request was for HTTP\n";
    net::async_write(
        stream.next_layer(), net::buffer(kAnswer),
        [next, failed](const error_code& /*error*/, std::size_t /*size*/) { next(failed); });
  });
}

// Tells the client that nothing more comes and calls `next()`.
template <typename Next>
void AsyncClose(StreamSocket& socket, Next next) {
  error_code ignored;
  socket.shutdown(net::socket_base::shutdown_send, ignored);
  next();
}

// Calls `next()` when the client has answered the close_notify, or closed without.
template <typename Next>
void AsyncClose(TlsStream& stream, Next next) {
  stream.async_shutdown([next](const error_code& /*ignored*/) { next(); });
}

// "192.0.2.1:5000", "[2001:db8::1]:5000". An IPv4 client of a dual-stack socket is
// shown as such.
inline std::string FormatEndpoint(const tcp::endpoint& endpoint) {
  const net::ip::address address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    const auto plain = net::ip::make_address_v4(net::ip::v4_mapped, address.to_v6());
    return fmt::format("{}:{}", plain.to_string(), endpoint.port());
  }
  return fmt::format(fmt::runtime(address.is_v6() ? "[{}]:{}" : "{}:{}"), address.to_string(),
                     endpoint.port());
}

// The TCP address in it; nothing of a Unix socket's.
inline std::optional<tcp::endpoint> TcpEndpoint(
    const net::generic::stream_protocol::endpoint& endpoint) {
  const int family = endpoint.protocol().family();
  if (family != AF_INET && family != AF_INET6) return std::nullopt;
  tcp::endpoint same;
  const std::size_t size = std::min<std::size_t>(endpoint.size(), same.capacity());
  std::memcpy(same.data(), endpoint.data(), size);
  same.resize(size);
  return same;
}

// The same of either kind; "unix" for the clients of a Unix socket, which have no address.
inline std::string FormatEndpoint(const net::generic::stream_protocol::endpoint& endpoint) {
  const auto same = TcpEndpoint(endpoint);
  return same ? FormatEndpoint(*same) : "unix";
}

// Whom a client counts as: its address, of IPv6 the /64 network, which is one customer's at least.
// Empty for the clients of a Unix socket.
inline std::string FormatNetwork(const net::generic::stream_protocol::endpoint& endpoint) {
  const auto same = TcpEndpoint(endpoint);
  if (!same) return {};
  const net::ip::address address = same->address();
  if (address.is_v4()) return address.to_string();
  const net::ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped()) return net::ip::make_address_v4(net::ip::v4_mapped, v6).to_string();
  return net::ip::network_v6(v6, 64).network().to_string() + "/64";
}

}  // namespace session_exporter
