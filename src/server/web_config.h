// The web-config file (--web.config.file): TLS, users, headers and a rate limit, in the format of
// Prometheus's exporter-toolkit. docs/web_config.md describes it, deliberate differences included.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "config/errors.h"
#include "server/tls_context.h"
#include "server/watched_files.h"

namespace session_exporter {

struct RateLimit {
  std::chrono::milliseconds interval{0};  // between two requests in the long run; 0: no limit
  int burst = 0;                          // at once

  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

struct WebConfig {
  std::shared_ptr<const TlsContext> tls;                     // null: plain HTTP
  std::vector<std::pair<std::string, std::string>> headers;  // added to every answer
  std::map<std::string, Secret, std::less<>> users;          // bcrypt hashes; none: open to all
  std::vector<std::string> auth_excluded_paths;              // answered without a password
  RateLimit rate_limit;
  std::vector<std::string> warnings;  // `FILE:LINE:COLUMN: PATH: MESSAGE`
};

// Reads `file` and what it names, or tells every error at once. `files` gets all that was looked
// at, also after an error. An empty file is a configuration without TLS and users.
tl::expected<WebConfig, ConfigErrors> LoadWebConfig(const std::string& file, WatchedFiles& files);

}  // namespace session_exporter
