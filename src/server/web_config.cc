#include "server/web_config.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "config/document.h"
#include "config/section.h"
#include "server/password_hash.h"
#include "server/tls_section.h"

namespace session_exporter {
namespace {

// The time of one check doubles with each: 0.05 s at 10, 0.8 s at 14, 3 s at 16, 29 h at 31.
constexpr int kMostSensibleCost = 14;
constexpr int kMostCost = 16;

// The headers that the toolkit allows, and the values of those that have few.
struct AllowedHeader {
  std::string_view name;
  std::array<std::string_view, 2> values;
};
constexpr std::array kAllowedHeaders = {
    AllowedHeader{"Content-Security-Policy", {}},
    AllowedHeader{"Strict-Transport-Security", {}},
    AllowedHeader{"X-Content-Type-Options", {"nosniff", "nosniff"}},
    AllowedHeader{"X-Frame-Options", {"deny", "sameorigin"}},
    AllowedHeader{"X-XSS-Protection", {}},
};

std::vector<std::pair<std::string, std::string>> ReadHeaders(Section section) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const auto& [name, values] : kAllowedHeaders) {
    std::string value = section.Text(name);
    if (value.empty()) continue;
    if (!values.front().empty()) value = section.OneOf(name, values, values.front());
    if (value.find('\n') != std::string::npos) section.Problem(name, "expected text on one line");
    // The server sends this one with every answer as it is.
    if (name != "X-Content-Type-Options") headers.emplace_back(name, std::move(value));
  }
  section.Finish();
  return headers;
}

std::map<std::string, Secret, std::less<>> ReadUsers(Section section) {
  std::map<std::string, Secret, std::less<>> users;
  for (const std::string& name : section.Keys()) {
    const Secret hash = section.SecretText(name);
    const auto cost = BcryptCost(hash.Reveal());
    if (name.empty() || name.find(':') != std::string::npos) {
      section.Problem(name, "expected a user name that is not empty and has no colon");
    } else if (!cost && (!section.Has(name) || !hash.empty())) {
      section.Problem(name, "expected a bcrypt hash, such as `htpasswd -nBC 10 \"\"` prints");
    } else if (cost && *cost > kMostCost) {
      section.Problem(name,
                      fmt::format("cost {}: expected at most {}, 10 is usual", *cost, kMostCost));
    } else if (cost) {
      if (*cost > kMostSensibleCost) {
        section.Warning(name,
                        fmt::format("cost {}: a check takes over a second; 10 is usual", *cost));
      }
      users.emplace(name, hash);
    }
  }
  section.Finish();
  return users;
}

RateLimit ReadRateLimit(Section section) {
  constexpr std::int64_t kMostBurst = 1'000'000;
  RateLimit limit;
  limit.interval = section.Duration("interval", limit.interval, std::chrono::milliseconds(0),
                                    std::chrono::hours(24));
  limit.burst = static_cast<int>(section.Integer("burst", 0, 0, kMostBurst));
  if (limit.interval.count() > 0 && limit.burst == 0) {
    section.Problem("burst", "with 0 no request would ever be answered; expected 1 or more");
  }
  section.Finish();
  return limit;
}

std::vector<std::string> ReadExcludedPaths(Section& root) {
  std::vector<std::string> paths = root.TextList("auth_excluded_paths");
  for (const std::string& path : paths) {
    if (!path.starts_with('/') || path.find_first_of("?#") != std::string::npos) {
      root.Problem("auth_excluded_paths",
                   "expected paths such as /-/healthy, each beginning with a slash, without query");
    }
  }
  return paths;
}

void ReadRoot(Section& root, WebConfig& config, WatchedFiles& files) {
  config.tls = ReadTls(root.Child("tls_server_config"), files);
  Section http = root.Child("http_server_config");
  // HTTP/2 is not offered, whatever this says; clients that can do it come over HTTP/1.1.
  http.Flag("http2", true);
  config.headers = ReadHeaders(http.Child("headers"));
  http.Finish();
  config.users = ReadUsers(root.Child("basic_auth_users"));
  config.rate_limit = ReadRateLimit(root.Child("rate_limit"));
  config.auth_excluded_paths = ReadExcludedPaths(root);
}

}  // namespace

tl::expected<WebConfig, ConfigErrors> LoadWebConfig(const std::string& file, WatchedFiles& files) {
  files.Note(file);
  const Result<std::string> text = ReadTextFile(file);
  if (!text) {
    ConfigErrors errors(file);
    errors.Add({}, "", text.error().message());
    return tl::unexpected<ConfigErrors>(std::move(errors));
  }
  WebConfig config;
  const DocumentForm form{file,
                          "expected a mapping with tls_server_config, http_server_config, "
                          "basic_auth_users, auth_excluded_paths or rate_limit",
                          DocumentForm::Empty::kAccepted};
  auto document =
      ReadDocument(*text, form, nullptr, [&](Section& root) { ReadRoot(root, config, files); });
  if (!document) return tl::unexpected<ConfigErrors>(std::move(document).error());
  config.warnings = std::move(document->warnings);
  return config;
}

}  // namespace session_exporter
