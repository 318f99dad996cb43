// The HTTP server in front: listens, reads requests within hard limits, hands them to a handler and
// writes its answer. Two I/O threads serve all connections, so slow clients cost memory, never a
// thread. Knows nothing of metrics.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/result.h"

namespace session_exporter {

struct HttpServerLimits {
  std::size_t header_bytes = 16U << 10U;  // above: 431
  std::size_t target_bytes = 4U << 10U;   // above: 414
  std::size_t body_bytes = 4U << 10U;     // above: 413
  // Absolute: for the header, from its first byte (on a fresh connection from the accept), and
  // again for the body; a TLS handshake takes of the header's. Above: 408, or closed without a word
  // when nothing was sent.
  std::chrono::milliseconds header_time{5'000};
  std::chrono::milliseconds idle_time{120'000};  // kept connection without a request
  std::chrono::milliseconds write_time{15'000};  // absolute, for a whole answer; above: cut
  // At either, a new client takes the place of the one that has kept us waiting longest; of one
  // address (in IPv6, a /64 network) are fewer, so that nobody can take all. While as many as the
  // cap are at work further clients wait; those of one address are closed. A connection over TLS
  // takes 76 KiB, most of it Asio's and OpenSSL's buffers, a plain one 6.
  std::size_t connections = 384;
  std::size_t connections_of_address = 256;
  // Answers under way whose readers are slow; each holds its scrape's sessions in memory.
  std::size_t slow_readers = 16;
};

class TlsContext;

// What the connections accepted from now on are to speak; null for plain HTTP. Called for each of
// them on an I/O thread.
using TlsSource = std::function<std::shared_ptr<const TlsContext>()>;

class HttpServer;

struct HttpServerOptions {
  // "host:port", ":port", "[::1]:port"; port 0 takes a free one, ":port" is every address, IPv6 and
  // IPv4.
  std::vector<std::string> addresses;
  // Sockets that listen already, TCP or Unix. The server owns them.
  std::vector<int> sockets;
  HttpServerLimits limits;
  TlsSource tls;  // empty: plain HTTP
  // Called once every address is bound, before the first client is accepted: on a socket that
  // listened already, clients may be waiting.
  std::function<void(HttpServer&)> bound = {};
};

struct IncomingRequest {
  std::string method;  // as sent: "GET"
  std::string path;    // before the '?', not decoded; of CONNECT and `*` the target
  std::string query;   // after it
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case, in order
  std::string body;
  std::string remote_address;  // with its port: "192.0.2.1:5000", "[2001:db8::1]:5000"
  // Whom the client counts as where one may not have all: its address without the port, of IPv6 its
  // network, "2001:db8::/64"; empty for the clients of a Unix socket.
  std::string network;

  // The first header of that (lower-case) name; empty when there is none.
  [[nodiscard]] std::string_view Header(std::string_view name) const;
  // All headers of that name as the one list that they are (RFC 9110, 5.3).
  [[nodiscard]] std::string ListHeader(std::string_view name) const;
};

// Produces a body piece by piece, when the connection is ready for more; what is not yet sent is
// not yet made. Called from one thread at a time.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // Replaces `chunk` by the next piece, best of about 16 KiB; false when there is none left. After
  // an exception the connection is reset, so that the client sees that the body is cut.
  virtual bool Next(std::string& chunk) = 0;
};

struct OutgoingResponse {
  int status = 200;
  // Content-Type and further ones, but not those that the server writes itself: Content-Length,
  // Transfer-Encoding, Connection, Date, X-Content-Type-Options.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::unique_ptr<BodySource> stream;  // instead of `body`, sent chunked
};

// Answers one request; may be called from any thread, once. Further calls do nothing. When it is
// dropped without a call, the client gets 500. May outlive the server, and then does nothing.
using Responder = std::function<void(OutgoingResponse)>;

// Called on an I/O thread for each well-formed request, from several at once; must return soon. A
// HEAD is handed on as such, and the body of its answer is not sent. An exception is logged and
// answered with 500.
using RequestHandler = std::function<void(IncomingRequest, Responder)>;

class HttpServer {
 public:
  // Binds every address and takes over every socket. Errors: kConfig for an address that cannot be
  // read, kConnect for one that cannot be bound. `log` outlives the server.
  static Result<std::unique_ptr<HttpServer>> Listen(const HttpServerOptions& options,
                                                    RequestHandler handler, Log& log);
  virtual ~HttpServer() = default;

  // The addresses that are bound, as "127.0.0.1:10470" or "unix:/run/exporter.sock".
  [[nodiscard]] virtual std::vector<std::string> addresses() const = 0;

  // Calls `task` on an I/O thread after `delay`, unless the server ends first; until the end of
  // Stop's grace it does. What is returned drops the task, with what it holds, unless its time has
  // come; it may outlive the server. Both thread-safe.
  virtual std::function<void()> After(std::chrono::milliseconds delay,
                                      std::function<void()> task) = 0;

  // Stops accepting, lets answers under way finish for at most `grace`, then closes everything and
  // joins. Thread-safe, idempotent; not to be called on an I/O thread.
  virtual void Stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace session_exporter
