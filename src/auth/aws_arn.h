// Amazon Resource Names: arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE
// (docs.aws.amazon.com, IAM user guide, "Identify AWS resources with ARNs").
#pragma once

#include <string_view>

namespace session_exporter {

struct AwsArn {
  std::string_view partition;
  std::string_view service;
  std::string_view region;
  std::string_view account;
  std::string_view resource;  // may have colons of its own
};

// The parts of `text`, which outlives the result; all empty when it is no ARN.
inline AwsArn ParseAwsArn(std::string_view text) {
  AwsArn arn;
  const auto take = [&text](std::string_view* part) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return false;
    *part = text.substr(0, colon);
    text.remove_prefix(colon + 1);
    return true;
  };
  std::string_view scheme;
  if (!take(&scheme) || scheme != "arn" || !take(&arn.partition) || !take(&arn.service) ||
      !take(&arn.region) || !take(&arn.account)) {
    return {};
  }
  arn.resource = text;
  return arn;
}

}  // namespace session_exporter
