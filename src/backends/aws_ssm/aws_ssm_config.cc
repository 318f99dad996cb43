#include "backends/aws_ssm/aws_ssm_config.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "auth/aws_credential_chain.h"
#include "auth/aws_endpoints.h"
#include "auth/aws_settings.h"
#include "auth/aws_sts.h"
#include "backends/aws_ssm/aws_ssm_roles.h"
#include "config/url.h"

namespace session_exporter {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::array<std::string_view, 5> kDimensions = {"user", "host", "document", "role",
                                                         "access_type"};
constexpr std::array<std::string_view, 2> kDefaultGroupBy = {"document", "access_type"};
constexpr std::array<std::string_view, 2> kInfoLabels = {"owner", "reason"};
constexpr std::array<std::string_view, 7> kFilterKeys = {
    "InvokedAfter", "InvokedBefore", "Target", "Owner", "Status", "SessionId", "AccessType"};
// The API keeps ended sessions for so long.
constexpr hours kHistoryKept{30 * 24};

bool IsFilterDate(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:ddZ";
  return text.size() == kForm.size() &&
         std::equal(text.begin(), text.end(), kForm.begin(), [](char c, char form) {
           return form == 'd' ? c >= '0' && c <= '9' : c == form;
         });
}

std::vector<AwsSsmFilter> ReadFilters(Section& section, bool history) {
  constexpr std::size_t kMostFilters = 6;
  std::vector<AwsSsmFilter> filters;
  for (Section& item : section.Children("filters")) {
    AwsSsmFilter filter{item.OneOf("key", kFilterKeys, ""), item.RequiredText("value")};
    if (!item.Has("key")) item.Problem("key", "missing; expected a filter's key, as in Owner");
    const bool date = filter.key == "InvokedAfter" || filter.key == "InvokedBefore";
    if (date && !filter.value.empty() && !IsFilterDate(filter.value)) {
      item.Problem("value", "expected a date in UTC, as in 2026-08-20T00:00:00Z");
    }
    filters.push_back(std::move(filter));
  }
  const bool dated = std::any_of(filters.begin(), filters.end(), [](const AwsSsmFilter& filter) {
    return filter.key == "InvokedAfter";
  });
  if (filters.size() + (history && !dated ? 1 : 0) > kMostFilters) {
    section.Problem("filters", "the API takes at most 6 filters, one of which history needs");
  }
  return filters;
}

std::vector<std::string> ReadRegions(Section& section, const AwsSettings* settings) {
  std::set<std::string> listed;
  std::vector<std::string> regions =
      section.TextList("regions", [&listed](const std::string& region) -> std::string {
        if (!IsRegionName(region)) return "expected the name of a region, as in eu-west-1";
        return listed.insert(region).second ? "" : "the region is listed twice";
      });
  if (section.HasEmptyList("regions")) {
    section.Problem("regions", "is empty; expected a list of regions, as in [eu-west-1]");
  }
  if (!regions.empty() || section.Has("regions")) return regions;
  if (settings != nullptr && !settings->region.empty()) return {settings->region};
  if (settings != nullptr) {
    section.Problem("regions", "missing; expected a list of regions, or AWS_REGION");
  }
  return {};
}

// Holds a URL of the environment or the profile to what `endpoint_url` is held to. Where it comes
// from is told, and nothing of it.
void CheckEndpoint(Section& section, const std::string& variable, std::string& text) {
  if (text.empty()) return;
  const auto is_set = [&section](const std::string& name) {
    return !section.environment()(name).value_or("").empty();
  };
  std::string source = "endpoint_url of the AWS profile";
  if (is_set("AWS_ENDPOINT_URL")) source = "AWS_ENDPOINT_URL";
  if (is_set(variable)) source = variable;
  auto url = ParseUrl(text);
  if (!url) return section.Problem("", fmt::format("{}: {}", source, url.error().message()));
  if (!url->encrypted && !url->loopback) {
    section.Warning("",
                    fmt::format("{}: credentials travel unencrypted over http; use https", source));
  }
  text = std::move(url->text);
}

void CheckEndpoints(Section& section, const std::string& custom, AwsSettings& settings) {
  std::string& ssm = settings.ssm_endpoint_url;
  std::string& sts = settings.sts_endpoint_url;
  const bool same = ssm == sts;
  if (custom.empty()) CheckEndpoint(section, "AWS_ENDPOINT_URL_SSM", ssm);
  if (same && custom.empty()) {
    sts = ssm;  // said once
  } else {
    CheckEndpoint(section, "AWS_ENDPOINT_URL_STS", sts);
  }
}

std::string ReadAccountId(Section& section) {
  std::string id = section.Text("account_id");
  if (!id.empty() && !IsAwsAccountId(id)) {
    section.Problem("account_id", "expected the 12 digits of an account's id");
  }
  return id;
}

void ReadHistory(Section& section, AwsSsmConfig& config) {
  Section history = section.Child("history");
  config.history = history.Flag("enabled", false);
  config.history_window =
      history.Duration("window", config.history_window, std::chrono::minutes(1), kHistoryKept);
}

// The base credentials, with the role on top where there is one.
Result<AwsSourcePointer> Source(const AwsSettings& settings, const AwsSourcePointer& base,
                                const AwsSsmRole* role, const std::string& sts_region) {
  if (role == nullptr) return base;
  auto sts = AwsStsEndpointFor(settings, sts_region);
  if (!sts) return tl::unexpected(sts.error());
  return AssumedRole::Make(base, {.arn = role->arn, .external_id = role->external_id}, *sts);
}

// What all targets of a section have in common.
struct Common {
  TargetConfig target;
  AwsSsmConfig config;
  AwsSettings settings;
  std::string endpoint_url;
  // One for all regions of the target, so that they share the credentials.
  std::string sts_region;
};

Result<TargetConfig> MakeTarget(const Common& common, const Environment& environment,
                                const AwsSsmRole* role, const std::string& region,
                                std::string name) {
  auto config = std::make_shared<AwsSsmConfig>(common.config);
  config->region = region;
  const std::string& custom =
      common.endpoint_url.empty() ? common.settings.ssm_endpoint_url : common.endpoint_url;
  auto url = AwsEndpointUrl(common.settings, "ssm", region, custom);
  if (!url) return tl::unexpected(url.error());
  config->url = std::move(*url);
  auto base = ResolveAwsCredentials(common.settings, environment, common.sts_region);
  if (!base) return tl::unexpected(base.error());
  auto source = Source(common.settings, *base, role, common.sts_region);
  if (!source) return tl::unexpected(source.error());
  config->credentials = std::move(*source);
  if (role != nullptr && !role->account_id.empty()) config->account_id = role->account_id;
  TargetConfig target = common.target;
  target.name = std::move(name);
  target.backend_config = std::move(config);
  return target;
}

std::string NameOf(const std::string& name, const AwsSsmRole* role, bool several_roles,
                   const std::string& region, bool several_regions) {
  std::string full = name;
  if (role != nullptr && several_roles) full += "/" + role->name;
  if (several_regions) full += "/" + region;
  return full;
}

// One for each role and region of which nothing was reported.
std::vector<TargetConfig> MakeTargets(Section& section, const Common& common,
                                      const std::vector<AwsSsmRole>& roles,
                                      const std::vector<std::string>& regions) {
  std::vector<const AwsSsmRole*> asked;
  for (const AwsSsmRole& role : roles) {
    if (role.sound) asked.push_back(&role);
  }
  if (asked.empty()) asked.push_back(nullptr);  // to tell at least what is wrong with the base
  std::vector<TargetConfig> targets;
  std::string reported;
  for (const AwsSsmRole* role : asked) {
    for (const std::string& region : regions) {
      auto target = MakeTarget(
          common, section.environment(), role, region,
          NameOf(common.target.name, role, roles.size() > 1, region, regions.size() > 1));
      if (target) {
        if (role != nullptr || roles.empty()) targets.push_back(std::move(*target));
      } else if (std::exchange(reported, target.error().message()) != target.error().message()) {
        section.Problem("", target.error().message());  // most are the same for all
      }
    }
  }
  return targets;
}

}  // namespace

bool operator==(const AwsSsmConfig& a, const AwsSsmConfig& b) {
  // The structured bindings name every field, so that one which is added does not compile until it
  // is compared as well.
  const auto fields = [](const AwsSsmConfig& config) {
    const auto& [url, region, account_id, credentials, filters, page_size, history,
                 history_window] = config;
    return std::tuple(std::string_view(url), std::string_view(region), std::string_view(account_id),
                      credentials->Key(), filters, page_size, history, history_window);
  };
  return fields(a) == fields(b);
}

std::span<const std::string_view> AwsSsmDimensions() { return kDimensions; }
std::span<const std::string_view> AwsSsmDefaultGroupBy() { return kDefaultGroupBy; }
std::span<const std::string_view> AwsSsmInfoLabels() { return kInfoLabels; }
std::span<const std::string_view> AwsSsmLabelsNamingUser() {
  return std::span(kInfoLabels).first(1);
}

std::vector<TargetConfig> ReadAwsSsmTarget(Section& section, TargetConfig common_target) {
  constexpr std::int64_t kMostPageSize = 200;
  Common common;
  common.target = std::move(common_target);
  const std::string profile = section.Text("profile");
  auto settings = LoadAwsSettings(section.environment(), profile);
  if (settings) {
    common.settings = *settings;
  } else {
    section.Problem(profile.empty() ? "" : "profile", settings.error().message());
  }
  common.endpoint_url = section.Url("endpoint_url");
  CheckEndpoints(section, common.endpoint_url, common.settings);
  common.config.account_id = ReadAccountId(section);
  common.config.page_size =
      static_cast<int>(section.Integer("page_size", kMostPageSize, 1, kMostPageSize));
  ReadHistory(section, common.config);
  common.config.filters = ReadFilters(section, common.config.history);
  const auto regions = ReadRegions(section, settings ? &*settings : nullptr);
  if (!regions.empty()) common.sts_region = regions.front();
  const auto roles = ReadAwsSsmRoles(section);
  if (!settings) return {};
  return MakeTargets(section, common, roles, regions);
}

}  // namespace session_exporter
