// A Cisco Intersight target's own options.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/configuration.h"
#include "config/section.h"

namespace session_exporter {

struct IntersightConfig final : ComparableConfig<IntersightConfig> {
  std::string url = "https://intersight.com";  // without a trailing slash

  // One of the two is set: an API key, or an OAuth 2 application.
  std::string api_key_id;
  SecretSource secret_key;  // PEM; PrivateKey says what is accepted
  std::string client_id;
  SecretSource client_secret;

  std::string filter;    // OData, as written; empty: all sessions
  int page_size = 1000;  // sessions a request; the API's maximum is 1000
  bool session_limits = true;

  bool operator==(const IntersightConfig&) const = default;
};

std::span<const std::string_view> IntersightDimensions();
std::span<const std::string_view> IntersightDefaultGroupBy();
// By the index in Session::info.
std::span<const std::string_view> IntersightInfoLabels();

std::vector<TargetConfig> ReadIntersightTarget(Section& section, TargetConfig common);

}  // namespace session_exporter
