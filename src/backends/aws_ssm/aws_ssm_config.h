// An AWS Systems Manager target's own options.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/aws_credential_source.h"
#include "config/configuration.h"
#include "config/section.h"

namespace session_exporter {

// One filter of DescribeSessions.
struct AwsSsmFilter {
  std::string key;
  std::string value;

  bool operator==(const AwsSsmFilter&) const = default;
};

// What one account and region is asked with.
struct AwsSsmConfig final : ComparableConfig<AwsSsmConfig> {
  std::string url;  // of the service, without a trailing slash
  std::string region;
  std::string account_id;  // of the assumed role, else as configured, else empty
  AwsSourcePointer credentials;
  std::vector<AwsSsmFilter> filters;
  int page_size = 200;  // sessions a request; the API's maximum is 200
  bool history = false;
  std::chrono::milliseconds history_window{86'400'000};

  // Sources with equal keys are the same.
  friend bool operator==(const AwsSsmConfig& a, const AwsSsmConfig& b);
};

std::span<const std::string_view> AwsSsmDimensions();
std::span<const std::string_view> AwsSsmDefaultGroupBy();
// By the index in Session::info.
std::span<const std::string_view> AwsSsmInfoLabels();

// Of those, the ones that contain the user's name.
std::span<const std::string_view> AwsSsmLabelsNamingUser();

// One target for each role and region. What the AWS SDKs would take from the environment and their
// shared files is taken from there.
std::vector<TargetConfig> ReadAwsSsmTarget(Section& section, TargetConfig common);

}  // namespace session_exporter
