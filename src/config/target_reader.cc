#include "config/target_reader.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "base/error.h"
#include "config/duration.h"
#include "config/target_name.h"
#include "config/url.h"
#include "config/wording.h"

namespace session_exporter {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestTimeout = std::chrono::hours(1);
constexpr milliseconds kLongestStaleAfter = std::chrono::days(3650);

std::vector<std::string> Texts(std::span<const std::string_view> words) {
  return {words.begin(), words.end()};
}

std::size_t Count(Section& section, std::string_view key, std::size_t fallback, std::size_t least,
                  std::size_t most) {
  return static_cast<std::size_t>(section.Integer(key, static_cast<std::int64_t>(fallback),
                                                  static_cast<std::int64_t>(least),
                                                  static_cast<std::int64_t>(most)));
}

std::string ReadName(Section& section) {
  std::string name = section.RequiredText("name");
  if (name.empty() || IsTargetName(name)) return name;
  section.Problem("name", fmt::format("expected {}", kTargetNameForm));
  return {};
}

const TargetFormat* ReadBackend(Section& section, std::span<const TargetFormat* const> formats) {
  std::vector<std::string_view> names;
  for (const TargetFormat* format : formats) names.push_back(format->backend());
  std::ranges::sort(names);
  const std::string name = section.OneOf("backend", names, "");
  if (!section.Has("backend")) {
    section.Problem("backend", fmt::format("missing; expected one of {}", Listed(names)));
  }
  const auto found = std::ranges::find(formats, name, &TargetFormat::backend);
  return found == formats.end() ? nullptr : *found;
}

void ReadLimits(Section& section, const ScrapeConfig& scrape, TargetConfig& target) {
  target.timeout = section.Duration("timeout", scrape.timeout, milliseconds(1), kLongestTimeout);
  if (target.timeout > scrape.timeout) {
    section.Warning("timeout", fmt::format("longer than scrape.timeout; {} is used",
                                           FormatDuration(scrape.timeout)));
    target.timeout = scrape.timeout;
    section.ShowInstead("timeout", FormatDuration(scrape.timeout));
  }
  target.stale_after =
      section.Duration("stale_after", target.stale_after, milliseconds(1), kLongestStaleAfter);
  target.max_sessions = Count(section, "max_sessions", target.max_sessions, 1, 10'000'000);
  target.max_response_bytes =
      Count(section, "max_response_bytes", target.max_response_bytes, 1024, 1UL << 30U);
  target.max_pages = static_cast<int>(section.Integer("max_pages", target.max_pages, 1, 1'000'000));
}

// Without a format it is not known what may be listed, and the lists are left unread.
void ReadLabels(Section& section, const TargetFormat* format, TargetConfig& target) {
  if (format != nullptr) {
    target.group_by =
        section.SomeOf("group_by", format->dimensions(), Texts(format->default_group_by()));
  }
  target.group_limit = Count(section, "group_limit", target.group_limit, 1, 10'000);
  if (format != nullptr) {
    target.info_labels = section.SomeOf("info_labels", format->info_labels(), {});
  }
  Section per_session = section.Child("per_session");
  target.per_session.enabled = per_session.Flag("enabled", target.per_session.enabled);
  target.per_session.limit = Count(per_session, "limit", target.per_session.limit, 0, 1'000'000);
  per_session.Finish();
}

void ReadTls(Section tls, const TargetFormat& format, HttpConfig& http) {
  http.ca_file = tls.File("ca_file");
  http.cert_file = tls.File("cert_file");
  http.key_file = tls.PrivateFile("key_file");
  http.server_name = tls.Text("server_name");
  http.insecure_skip_verify = tls.Flag("insecure_skip_verify", false);
  if (tls.Has("cert_file") && !tls.Has("key_file")) {
    tls.Problem("cert_file", "expected key_file beside it");
  }
  if (tls.Has("key_file") && !tls.Has("cert_file")) {
    tls.Problem("key_file", "expected cert_file beside it");
  }
  if (http.insecure_skip_verify) {
    tls.Warning("insecure_skip_verify",
                "certificates are not verified: who is on the way can read and change everything");
  }
  format.CheckTls(tls, http);
  tls.Finish();
}

HttpConfig ReadHttp(Section section, const TargetFormat& format) {
  HttpConfig http;
  ReadTls(section.Child("tls_config"), format, http);
  http.proxy_url = section.SecretText("proxy_url");
  if (!http.proxy_url.empty()) {
    const Result<void> checked = CheckProxyUrl(http.proxy_url.Reveal());
    if (!checked) section.Problem("proxy_url", checked.error().message());
  }
  http.headers = section.SecretMap("headers");
  section.Finish();
  return http;
}

// Where the backend is not known, what any of them would take may be meant.
void AcceptKeysOfAll(Section& section, std::span<const TargetFormat* const> formats,
                     const TargetConfig& common) {
  for (const TargetFormat* format : formats) {
    section.AcceptKeysOf([&](Section& trial) {
      TargetConfig target = common;
      ReadLabels(trial, format, target);
      format->ReadTarget(trial, std::move(target));
    });
  }
}

}  // namespace

std::vector<TargetConfig> ReadTarget(Section& section, const ScrapeConfig& scrape,
                                     std::span<const TargetFormat* const> formats) {
  TargetConfig common;
  common.name = ReadName(section);
  const TargetFormat* format = ReadBackend(section, formats);
  ReadLimits(section, scrape, common);
  ReadLabels(section, format, common);
  common.http = ReadHttp(section.Child("http"), format == nullptr ? *formats.front() : *format);
  if (format == nullptr) {
    AcceptKeysOfAll(section, formats, common);
    section.Finish();
    return {std::move(common)};  // for its name, which is taken
  }
  common.backend = format->backend();
  std::vector<TargetConfig> targets = format->ReadTarget(section, std::move(common));
  section.Finish();
  return targets;
}

}  // namespace session_exporter
