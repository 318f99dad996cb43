#include "health_check.h"

#include <memory>
#include <utility>

#include "net/curl_http_client.h"

namespace session_exporter {

bool CheckHealth(const std::string& url, const Clock& clock, std::ostream& errors) {
  HttpOptions options;
  options.insecure_skip_verify = true;
  const RequestContext context{.operation = "healthcheck",
                               .deadline = Deadline::After(kHealthCheckTime),
                               .options = std::make_shared<const HttpOptions>(std::move(options))};
  CurlHttpClient http(CurlHttpClientOptions(), clock);
  HttpRequest request;
  request.url = url;
  const auto exchange = http.Send(std::move(request), context);
  const auto head = exchange->Head();
  if (head && (*head)->status == 200) return true;
  errors << url << ": "
         << (head ? "status " + std::to_string((*head)->status) : head.error().message()) << "\n";
  return false;
}

}  // namespace session_exporter
