// A Kasm Workspaces target's own options.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/configuration.h"
#include "config/section.h"

namespace session_exporter {

struct KasmConfig final : ComparableConfig<KasmConfig> {
  // How the API key is sent. The developer API documents the body up to Kasm 1.19 and HTTP Basic in
  // the documentation of the release after it.
  enum class Auth { kBody, kBasic };

  std::string url;  // without a trailing slash
  std::string api_path = "/api/public";
  SecretSource api_key;
  SecretSource api_key_secret;
  Auth auth = Auth::kBody;
  // Keepalives come every minute or so while somebody is connected.
  std::chrono::milliseconds idle_after{300'000};

  bool operator==(const KasmConfig&) const = default;
};

std::span<const std::string_view> KasmDimensions();
std::span<const std::string_view> KasmDefaultGroupBy();
// By the index in Session::info.
std::span<const std::string_view> KasmInfoLabels();

std::vector<TargetConfig> ReadKasmTarget(Section& section, TargetConfig common);

}  // namespace session_exporter
