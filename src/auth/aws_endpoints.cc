#include "auth/aws_endpoints.h"

#include <algorithm>
#include <array>

#include "base/result.h"

namespace session_exporter {
namespace {

struct RegionForm {
  std::string_view prefix;  // before WORD-NUMBER
  AwsPartition partition;
};

constexpr AwsPartition kAws = {"aws", "amazonaws.com", "api.aws"};
constexpr std::string_view kGovernment = "aws-us-gov";

constexpr std::array<RegionForm, 7> kForms = {{
    {"cn-", {"aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn"}},
    {"us-gov-", {kGovernment, "amazonaws.com", "api.aws"}},
    {"us-iso-", {"aws-iso", "c2s.ic.gov", "api.aws.ic.gov"}},
    {"us-isob-", {"aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud"}},
    {"eu-isoe-", {"aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"}},
    {"us-isof-", {"aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov"}},
    {"eusc-de-", {"aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu"}},
}};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return c >= 'a' && c <= 'z'; }

// "west-1"
bool IsWordAndNumber(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == 0 || dash == std::string_view::npos || dash + 1 == text.size()) return false;
  return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(dash),
                     [](char c) { return IsLetter(c) || IsDigit(c) || c == '_'; }) &&
         std::all_of(text.begin() + static_cast<std::ptrdiff_t>(dash) + 1, text.end(), IsDigit);
}

}  // namespace

const AwsPartition& PartitionOf(std::string_view region) {
  for (const RegionForm& form : kForms) {
    if (region.starts_with(form.prefix) && IsWordAndNumber(region.substr(form.prefix.size()))) {
      return form.partition;
    }
  }
  return kAws;
}

bool IsRegionName(std::string_view region) {
  constexpr std::size_t kLongestLabel = 63;  // of a host name, RFC 1035
  return !region.empty() && region.size() <= kLongestLabel && region.front() != '-' &&
         region.back() != '-' && std::all_of(region.begin(), region.end(), [](char c) {
           return IsLetter(c) || IsDigit(c) || c == '-';
         });
}

std::string AwsEndpointHost(std::string_view service, std::string_view region,
                            AwsEndpointOptions options) {
  const AwsPartition& partition = PartitionOf(region);
  const bool is_plain_name = partition.name == kGovernment && !options.dual_stack;
  return fmt::format("{}{}.{}.{}", service, options.fips && !is_plain_name ? "-fips" : "", region,
                     options.dual_stack ? partition.dual_stack_suffix : partition.suffix);
}

}  // namespace session_exporter
