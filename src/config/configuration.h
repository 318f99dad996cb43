// The configuration as plain structs: what the file says, with every default filled in.
//
// Those of a target compare equal when they configure the same, their secrets included: a reload
// keeps such a target with all its state. Secrets are compared where they are, and nothing of them
// leaves the comparison.
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

  bool operator==(const LabelsConfig&) const = default;
};

struct PerSessionConfig {
  bool enabled = true;
  std::size_t limit = 1000;

  bool operator==(const PerSessionConfig&) const = default;
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

  friend bool operator==(const HttpConfig& a, const HttpConfig& b);
};

// What one backend's folder read of its own keys. Only that folder looks inside.
class BackendConfig {
 public:
  virtual ~BackendConfig() = default;
  // Whether `other` is of the same kind and configures the same.
  [[nodiscard]] virtual bool Equals(const BackendConfig& other) const = 0;
};

// The base of a backend's own `Config`, which declares
// `bool operator==(const Config&) const = default;`: what is added to it later is then compared
// too.
template <typename Config>
class ComparableConfig : public BackendConfig {
 public:
  [[nodiscard]] bool Equals(const BackendConfig& other) const final {
    const auto* same_kind = dynamic_cast<const Config*>(&other);
    return same_kind != nullptr && static_cast<const Config&>(*this) == *same_kind;
  }

  // It has no fields; public, because the Config's defaulted operator calls it on its base.
  bool operator==(const ComparableConfig& /*other*/) const { return true; }
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

  friend bool operator==(const TargetConfig& a, const TargetConfig& b);
};

struct Configuration {
  ScrapeConfig scrape;
  LabelsConfig labels;
  std::vector<TargetConfig> targets;
  std::vector<std::string> warnings;  // to be logged at start: `FILE:LINE:COLUMN: PATH: MESSAGE`
  // The whole as YAML, with every default filled in. Secrets are `<secret>`; a value in which a
  // variable is expanded is as the file has it (`${NAME}`), since what variables hold was kept out
  // of the file for a reason.
  std::string in_force;
};

}  // namespace session_exporter
