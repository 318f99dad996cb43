#include "config/configuration.h"

#include <algorithm>
#include <tuple>

namespace session_exporter {
namespace {

// The structured bindings name every field, so that one which is added does not compile until it is
// compared as well.
auto PlainFields(const HttpConfig& http) {
  const auto& [ca_file, cert_file, key_file, server_name, insecure_skip_verify, proxy_url,
               headers] = http;
  return std::tuple(std::string_view(ca_file), std::string_view(cert_file),
                    std::string_view(key_file), std::string_view(server_name), insecure_skip_verify,
                    proxy_url.Reveal(), headers.size());
}

auto PlainFields(const TargetConfig& target) {
  const auto& [name, backend, timeout, stale_after, max_sessions, max_response_bytes, max_pages,
               group_by, group_limit, info_labels, per_session, http, backend_config] = target;
  return std::tie(name, backend, timeout, stale_after, max_sessions, max_response_bytes, max_pages,
                  group_by, group_limit, info_labels, per_session, http);
}

}  // namespace

bool operator==(const HttpConfig& a, const HttpConfig& b) {
  return PlainFields(a) == PlainFields(b) &&
         std::equal(a.headers.begin(), a.headers.end(), b.headers.begin(),
                    [](const auto& left, const auto& right) {
                      return left.first == right.first &&
                             left.second.Reveal() == right.second.Reveal();
                    });
}

bool operator==(const TargetConfig& a, const TargetConfig& b) {
  if (PlainFields(a) != PlainFields(b)) return false;
  if (a.backend_config == nullptr || b.backend_config == nullptr) {
    return a.backend_config == b.backend_config;
  }
  return a.backend_config->Equals(*b.backend_config);
}

}  // namespace session_exporter
