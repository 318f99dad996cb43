#include "backends/intersight/intersight_config.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "auth/private_key.h"

namespace session_exporter {
namespace {

constexpr std::array<std::string_view, 3> kDimensions = {"user", "role", "login_type"};
constexpr std::array<std::string_view, 2> kDefaultGroupBy = {"role", "login_type"};
constexpr std::array<std::string_view, 4> kInfoLabels = {"account_moid", "domain_group_moid",
                                                         "last_login_client", "shared_scope"};

// The key id stands between quotes in a header.
bool IsKeyId(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

// The key that stands in the file: `secret_key_file`, or `secret_key` for the text itself.
std::string_view KeyNameIn(const Section& section) {
  return section.Has("secret_key") ? "secret_key" : "secret_key_file";
}

void ReadApiKey(Section& section, IntersightConfig& config) {
  config.api_key_id = section.RequiredText("api_key_id");
  if (!IsKeyId(config.api_key_id)) {
    section.Problem("api_key_id", "must be three ids with slashes between, as Intersight shows it");
  }
  config.secret_key = section.SecretOf("secret_key", Section::Presence::kRequired);
  if (config.secret_key.empty()) return;
  const auto text = config.secret_key.Read();
  if (!text) return;  // SecretOf has said so
  if (const auto key = PrivateKey::Parse(text->Reveal()); !key) {
    section.Problem(KeyNameIn(section), key.error().message());
  }
}

void ReadOAuth2(Section& section, IntersightConfig& config) {
  Section oauth2 = section.Child("oauth2");
  config.client_id = oauth2.RequiredText("client_id");
  config.client_secret = oauth2.SecretOf("client_secret", Section::Presence::kRequired);
}

void ReadCredentials(Section& section, IntersightConfig& config) {
  const bool has_key =
      section.Has("api_key_id") || section.Has("secret_key") || section.Has("secret_key_file");
  if (!section.Has("oauth2")) {
    if (has_key) return ReadApiKey(section, config);
    section.Problem("api_key_id",
                    "missing; expected api_key_id and secret_key_file (an API key), "
                    "or oauth2 (an application)");
    return;
  }
  ReadOAuth2(section, config);
  if (!has_key) return;
  section.Problem("oauth2",
                  "is given beside an API key; one of the two is needed: oauth2, or "
                  "api_key_id and secret_key_file");
  ReadApiKey(section, config);
}

}  // namespace

std::span<const std::string_view> IntersightDimensions() { return kDimensions; }
std::span<const std::string_view> IntersightDefaultGroupBy() { return kDefaultGroupBy; }
std::span<const std::string_view> IntersightInfoLabels() { return kInfoLabels; }

std::vector<TargetConfig> ReadIntersightTarget(Section& section, TargetConfig common) {
  constexpr std::int64_t kMostPageSize = 1000;
  auto config = std::make_shared<IntersightConfig>();
  config->url = section.Url("url", config->url);
  ReadCredentials(section, *config);
  config->filter = section.Text("filter");
  config->page_size =
      static_cast<int>(section.Integer("page_size", kMostPageSize, 1, kMostPageSize));
  config->session_limits = section.Flag("session_limits", true);
  common.backend_config = std::move(config);
  std::vector<TargetConfig> targets;
  targets.push_back(std::move(common));
  return targets;
}

}  // namespace session_exporter
