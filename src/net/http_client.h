// Outgoing HTTP: one request, one answer whose body is read in pieces while it still arrives, so
// that no document is ever held whole.
//
// Redirects are never followed: they would carry the credentials in a body or header to another
// host. Proxies of the environment, .netrc and protocols other than http and https are ignored.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/deadline.h"
#include "base/result.h"
#include "base/secret.h"

namespace session_exporter {

// How a target is reached; shared by all its requests.
struct HttpOptions {
  std::string ca_file;  // PEM; the system's certificates when empty
  std::string cert_file;
  std::string key_file;
  // Name in SNI and in the certificate, when it differs from the URL's; the Host header stays the
  // URL's.
  std::string server_name;
  bool insecure_skip_verify = false;
  Secret proxy_url;  // may hold a password
  std::vector<std::pair<std::string, Secret>> headers;
};

enum class HttpMethod { kGet, kPost, kPut };

// As it is sent: "GET".
constexpr std::string_view NameOf(HttpMethod method) {
  if (method == HttpMethod::kGet) return "GET";
  return method == HttpMethod::kPost ? "POST" : "PUT";
}

struct HttpRequest {
  HttpMethod method = HttpMethod::kGet;
  std::string url;
  // Sent as they are, after those of HttpOptions. Secrets live here (Authorization).
  std::vector<std::pair<std::string, Secret>> headers;
  Secret body;  // of a POST or PUT
};

// Told once of each request, from the thread that used its exchange: when an error was read, else
// when the exchange went. For metrics and debug views.
struct RequestRecord {
  std::string_view operation;  // "get_kasms"
  std::string_view method;
  std::string_view url;                            // without user info and query
  int attempt = 1;                                 // RequestContext's
  int status = 0;                                  // 0 when no answer came
  std::uint64_t bytes = 0;                         // of the decoded body
  std::chrono::steady_clock::duration duration{};  // from Send() to the end of the transfer
  // The server's clock minus ours, when it sent a Date.
  std::optional<Microseconds> clock_skew;
  // Of the transfer, or what the caller made of the answer: a status alone is not one, nor is being
  // dropped by the caller.
  std::optional<ErrorKind> failure;
  std::string_view failure_message;
};

class RequestObserver {
 public:
  virtual ~RequestObserver() = default;
  virtual void OnRequest(const RequestRecord& record) = 0;
};

struct RequestContext {
  std::string_view operation;  // must be a literal: it outlives the exchange
  Deadline deadline;
  std::shared_ptr<const HttpOptions> options;  // null: defaults
  std::size_t max_body_bytes = 64U << 20U;     // decoded; above it ErrorKind::kLimit
  RequestObserver* observer = nullptr;         // must outlive the exchange
  int attempt = 1;                             // above 1 when the same request was sent before
};

struct HttpHead {
  int status = 0;
  // Names in lower case; of repeated headers the last.
  std::map<std::string, std::string, std::less<>> headers;
  // Of the Date header, and our clock when it arrived.
  std::optional<Timestamp> date;
  Timestamp received_at{};

  [[nodiscard]] std::string_view Header(std::string_view name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
  }
};

// One request under way. Used by one thread at a time. Its destructor cancels what is left of it,
// without waiting, and reports it to the observer. A body that is read to its end leaves the
// connection for the next request; one that is dropped earlier closes it.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;

  // Waits for status and headers, until the deadline at the latest. Errors: kDns, kConnect, kTls,
  // kTimeout, kProtocol (not HTTP), kConfig (a certificate file that cannot be read).
  virtual Result<const HttpHead*> Head() = 0;

  // Waits for the next piece of the decoded body; empty at its end. The bytes may be changed by the
  // caller and stay valid until the next call; at least kBodyPadding readable bytes follow them.
  // Errors: kTimeout, kLimit, kProtocol (a length or an encoding that does not hold, or a
  // connection that closed or broke before the end: the document is cut). Bytes that came before an
  // error are given first. A gzip stream that ends early inside a complete message is not noticed
  // here, only by whoever reads the document.
  virtual Result<std::span<char>> ReadBody() = 0;

  static constexpr std::size_t kBodyPadding = 64;

  // What the caller makes of an answer whose status does not tell, or tells less; for the observer.
  virtual void Judge(ErrorKind failure) = 0;
};

// Gives the whole body to `reader.Feed`, piece by piece. Errors: those of both.
template <typename Reader>
Result<void> FeedBody(HttpExchange& exchange, Reader& reader) {
  while (true) {
    const auto piece = exchange.ReadBody();
    if (!piece) return tl::unexpected(piece.error());
    if (piece->empty()) return {};
    if (auto read = reader.Feed(*piece); !read) return read;
  }
}

// Thread-safe.
class HttpClient {
 public:
  virtual ~HttpClient() = default;

  // Starts a request and returns at once; several may be started before the first is waited for.
  virtual std::unique_ptr<HttpExchange> Send(HttpRequest request,
                                             const RequestContext& context) = 0;
};

}  // namespace session_exporter
