// What differs between the streams a connection may run over, by overload: for TLS, AsyncOpen does
// the handshake and AsyncClose sends close_notify. Private to http_server.cc.
#pragma once

#include <string>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include "base/result.h"

namespace session_exporter {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

// Makes the stream ready for requests and calls `next(error)`.
template <typename Next>
void AsyncOpen(tcp::socket& /*socket*/, Next next) {
  next(error_code());
}

// Tells the client that nothing more comes and calls `next()`.
template <typename Next>
void AsyncClose(tcp::socket& socket, Next next) {
  error_code ignored;
  socket.shutdown(tcp::socket::shutdown_send, ignored);
  next();
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

}  // namespace session_exporter
