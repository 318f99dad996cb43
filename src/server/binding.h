// Sockets that listen: bound to an address, or taken over. Private to http_server.cc.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/strand.hpp>

#include "base/result.h"
#include "server/listen_address.h"
#include "server/stream.h"

namespace session_exporter {

using local_stream = net::local::stream_protocol;  // NOLINT(readability-identifier-naming): as tcp

inline constexpr int kBacklog = 512;

// An acceptor that is bound and listening, or why not.
struct Bound {
  tcp::acceptor acceptor;
  error_code error;
};

inline Bound Bind(net::io_context& io, const tcp::endpoint& endpoint) {
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

inline Bound BindEveryAddress(net::io_context& io, std::uint16_t port) {
  Bound bound = Bind(io, tcp::endpoint(tcp::v6(), port));
  const bool no_ipv6 = bound.error == net::error::address_family_not_supported ||
                       bound.error == boost::system::errc::address_not_available;
  return no_ipv6 ? Bind(io, tcp::endpoint(tcp::v4(), port)) : std::move(bound);
}

// The address of a literal or a name. Of several the first IPv4 one is taken, as Go does.
// "localhost" is 127.0.0.1 everywhere, also in a container without /etc/hosts (RFC 6761, 6.3).
inline Result<tcp::endpoint> Resolve(net::io_context& io, const ListenAddress& address,
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

inline Result<tcp::acceptor> BindText(net::io_context& io, const std::string& text) {
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

struct LocalSocket {
  int family = AF_UNSPEC;
  std::string text;  // "127.0.0.1:10470", "unix:/run/x.sock"
};

// Where a socket that was bound by somebody else listens.
inline Result<LocalSocket> LocalAddress(int socket) {
  net::generic::stream_protocol::endpoint endpoint;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  if (getsockname(socket, endpoint.data(), &size) != 0) {
    return Fail(ErrorKind::kConnect, "socket {}: {}", socket,
                std::system_category().message(errno));
  }
  endpoint.resize(size);
  const int family = endpoint.protocol().family();
  if (family != AF_UNIX) return LocalSocket{family, FormatEndpoint(endpoint)};
  constexpr std::size_t kHead = offsetof(sockaddr_un, sun_path);
  std::string path;
  if (size > kHead) {
    path.resize(size - kHead);
    std::memcpy(path.data(), static_cast<const char*>(static_cast<void*>(endpoint.data())) + kHead,
                path.size());
  }
  if (path.starts_with('\0')) path.front() = '@';  // an abstract name, as it is usually written
  return LocalSocket{family, "unix:" + path.substr(0, path.find('\0'))};
}

}  // namespace session_exporter
