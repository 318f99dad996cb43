#include "backends/http_options.h"

namespace session_exporter {

std::shared_ptr<const HttpOptions> MakeHttpOptions(const HttpConfig& config) {
  auto options = std::make_shared<HttpOptions>();
  options->ca_file = config.ca_file;
  options->cert_file = config.cert_file;
  options->key_file = config.key_file;
  options->server_name = config.server_name;
  options->insecure_skip_verify = config.insecure_skip_verify;
  options->proxy_url = config.proxy_url;
  options->headers = config.headers;
  return options;
}

}  // namespace session_exporter
