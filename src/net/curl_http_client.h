// HttpClient on libcurl: one network thread drives one multi handle for all targets, so that
// connections are shared and kept, and a request ends at its deadline wherever it hangs, a resolver
// that never answers included (CURLOPT_QUICK_EXIT).
#pragma once

#include <memory>
#include <string>

#include "net/http_client.h"

namespace session_exporter {

struct CurlHttpClientOptions {
  std::string user_agent = "session_exporter";
  // Connections to one host at once, but for requests that are sent again; the wait for a free one
  // counts in a request's deadline.
  long max_connections_per_host = 32;
  long max_connections = 256;
  // Idle connections are kept for the next scrape this long.
  std::chrono::seconds keep_idle{300};
  // How much of a body waits for its reader before the transfer is paused.
  std::size_t buffer_bytes = 256U << 10U;
};

class CurlHttpClient final : public HttpClient {
 public:
  CurlHttpClient(const CurlHttpClientOptions& options, const Clock& clock);
  // Shuts down, if that has not been done.
  ~CurlHttpClient() override;
  CurlHttpClient(const CurlHttpClient&) = delete;
  CurlHttpClient& operator=(const CurlHttpClient&) = delete;

  // Ends every request under way, and every later one at once, with kConnect, and joins the network
  // thread, without waiting for the network.
  void Shutdown();

  std::unique_ptr<HttpExchange> Send(HttpRequest request, const RequestContext& context) override;

  class Impl;  // defined in the .cc, the only place that sees libcurl

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace session_exporter
