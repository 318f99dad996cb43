#include "backends/kasm/kasm_config.h"

#include <array>
#include <memory>
#include <utility>

namespace session_exporter {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::array<std::string_view, 4> kDimensions = {"user", "image", "host",
                                                         "deployment_zone"};
constexpr std::array<std::string_view, 3> kDefaultGroupBy = {"image", "host", "deployment_zone"};
constexpr std::array<std::string_view, 8> kInfoLabels = {
    "image_id",     "image_name",   "user_id", "server_id",
    "container_id", "container_ip", "port",    "persistent_profile"};
constexpr std::array<std::string_view, 2> kAuthWords = {"body", "basic"};
constexpr milliseconds kLongest = hours(24 * 365);

std::string ReadApiPath(Section& section) {
  std::string path = section.Text("api_path", "/api/public");
  while (path.ends_with('/')) path.pop_back();
  if (!path.empty() && !path.starts_with('/')) {
    section.Problem("api_path", "must begin with a slash, as in /api/public");
  }
  if (path.find_first_of("?# \t\r\n") != std::string::npos) {
    section.Problem("api_path", "must be a path without query, fragment or spaces");
  }
  return path;
}

}  // namespace

std::span<const std::string_view> KasmDimensions() { return kDimensions; }
std::span<const std::string_view> KasmDefaultGroupBy() { return kDefaultGroupBy; }
std::span<const std::string_view> KasmInfoLabels() { return kInfoLabels; }

std::vector<TargetConfig> ReadKasmTarget(Section& section, TargetConfig common) {
  auto config = std::make_shared<KasmConfig>();
  config->url = section.RequiredUrl("url");
  config->api_path = ReadApiPath(section);
  config->api_key = section.SecretOf("api_key", Section::Presence::kRequired);
  config->api_key_secret = section.SecretOf("api_key_secret", Section::Presence::kRequired);
  config->auth = section.OneOf("auth", kAuthWords, "body") == "basic" ? KasmConfig::Auth::kBasic
                                                                      : KasmConfig::Auth::kBody;
  config->idle_after =
      section.Duration("idle_after", config->idle_after, milliseconds(0), kLongest);
  common.backend_config = std::move(config);
  std::vector<TargetConfig> targets;
  targets.push_back(std::move(common));
  return targets;
}

}  // namespace session_exporter
