// The configuration as plain structs: what the file says, with every default filled in.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/label_policy.h"
#include "base/secret.h"
#include "config/secret_source.h"

namespace session_exporter {

struct ScrapeConfig {
  std::chrono::milliseconds timeout{10'000};
  std::chrono::milliseconds min_interval{0};
  int max_concurrency = 64;
};

// Policies by label name of session_info, for those that differ from `keep`.
struct LabelsConfig {
  std::vector<std::pair<std::string, LabelPolicy>> policies;  // each label at most once
  SecretSource hash_key;
};

struct PerSessionConfig {
  bool enabled = true;
  std::size_t limit = 1000;
};

// How a target is reached; net/ has its own form of the same.
struct HttpConfig {
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  std::string server_name;
  bool insecure_skip_verify = false;
  Secret proxy_url;
  std::vector<std::pair<std::string, Secret>> headers;
};

// What one backend's folder read of its own keys. Only that folder looks inside.
class BackendConfig {
 public:
  virtual ~BackendConfig() = default;
};

struct TargetConfig {
  std::string name;
  std::string backend;
  std::chrono::milliseconds timeout{10'000};  // never above scrape.timeout
  std::chrono::milliseconds stale_after{3'600'000};
  std::size_t max_sessions = 50'000;
  std::size_t max_response_bytes = 64U << 20U;
  int max_pages = 1000;
  std::vector<std::string> group_by;
  std::size_t group_limit = 50;
  std::vector<std::string> info_labels;
  PerSessionConfig per_session;
  HttpConfig http;
  std::shared_ptr<const BackendConfig> backend_config;
};

struct Configuration {
  ScrapeConfig scrape;
  LabelsConfig labels;
  std::vector<TargetConfig> targets;
  std::vector<std::string> warnings;  // to be logged at start: `FILE:LINE:COLUMN: PATH: MESSAGE`
};

}  // namespace session_exporter
