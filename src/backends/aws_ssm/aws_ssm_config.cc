#include "backends/aws_ssm/aws_ssm_config.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "auth/aws_arn.h"
#include "auth/aws_credential_chain.h"
#include "auth/aws_endpoints.h"
#include "auth/aws_settings.h"
#include "auth/aws_sts.h"

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

struct Role {
  std::string arn;
  std::string external_id;
  std::string account_id;
  std::string name;  // in the names of targets
};

// Of the ARN; empty when that has none of the right form.
std::string AccountOf(std::string_view arn) {
  constexpr std::size_t kDigits = 12;
  const std::string_view account = ParseAwsArn(arn).account;
  const bool digits =
      account.size() == kDigits &&
      std::all_of(account.begin(), account.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits ? std::string(account) : std::string();
}

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
  std::vector<std::string> regions = section.TextList("regions");
  for (const std::string& region : regions) {
    if (!IsRegionName(region)) section.Problem("regions", "expected names as in eu-west-1");
    if (std::count(regions.begin(), regions.end(), region) > 1) {
      section.Problem("regions", "has a region twice");
      return {};
    }
  }
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

std::vector<Role> ReadRoles(Section& section) {
  std::vector<Role> roles;
  for (Section& item : section.Children("assume_roles")) {
    Role role;
    role.arn = item.RequiredText("role_arn");
    role.external_id = item.Text("external_id");
    role.account_id = AccountOf(role.arn);
    role.name = item.Text("name", role.account_id);
    const auto sound = CheckAwsRole({.arn = role.arn, .external_id = role.external_id});
    if (!role.arn.empty() && !sound) {
      item.Problem("role_arn", sound.error().message());
    } else if (!role.arn.empty() && role.name.empty()) {
      item.Problem("name", "missing; the role's ARN names no account to name the target by");
    }
    roles.push_back(std::move(role));
  }
  return roles;
}

void ReadHistory(Section& section, AwsSsmConfig& config) {
  Section history = section.Child("history");
  config.history = history.Flag("enabled", false);
  config.history_window =
      history.Duration("window", config.history_window, std::chrono::minutes(1), kHistoryKept);
}

// The base credentials, with the role on top where there is one.
Result<AwsSourcePointer> Source(const AwsSettings& settings, const AwsSourcePointer& base,
                                const Role* role, const std::string& sts_region) {
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
                                const Role* role, const std::string& region, std::string name) {
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

std::string NameOf(const std::string& name, const Role* role, bool several_roles,
                   const std::string& region, bool several_regions) {
  std::string full = name;
  if (several_roles) full += "/" + role->name;
  if (several_regions) full += "/" + region;
  return full;
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
  common.config.account_id = section.Text("account_id");
  common.config.page_size =
      static_cast<int>(section.Integer("page_size", kMostPageSize, 1, kMostPageSize));
  ReadHistory(section, common.config);
  common.config.filters = ReadFilters(section, common.config.history);
  const auto regions = ReadRegions(section, settings ? &*settings : nullptr);
  if (!regions.empty()) common.sts_region = regions.front();
  const auto roles = ReadRoles(section);

  std::vector<const Role*> asked = {nullptr};
  if (!roles.empty()) asked.clear();
  for (const Role& role : roles) asked.push_back(&role);
  std::vector<TargetConfig> targets;
  std::string reported;
  for (const Role* role : asked) {
    for (const std::string& region : regions) {
      if (!settings || !IsRegionName(region) || (role != nullptr && role->arn.empty())) continue;
      auto target = MakeTarget(
          common, section.environment(), role, region,
          NameOf(common.target.name, role, roles.size() > 1, region, regions.size() > 1));
      if (target) {
        targets.push_back(std::move(*target));
      } else if (std::exchange(reported, target.error().message()) != target.error().message()) {
        section.Problem("", target.error().message());  // most are the same for all
      }
    }
  }
  return targets;
}

}  // namespace session_exporter
