// Where the regional endpoint of an AWS service is, as the SDKs' endpoint rules have it (botocore,
// data/partitions.json and its endpoint-rules tests of ssm and sts).
#pragma once

#include <string>
#include <string_view>

namespace session_exporter {

// A world of AWS of its own, with its own accounts and domain names.
struct AwsPartition {
  std::string_view name;               // "aws-cn", as in ARNs
  std::string_view suffix;             // "amazonaws.com.cn"
  std::string_view dual_stack_suffix;  // "api.amazonwebservices.com.cn"
};

// By the form of the region's name, so that regions that open later are known; "aws" for any other.
const AwsPartition& PartitionOf(std::string_view region);

// Whether `region` can be a part of a host name, as every region is; nothing else may become one.
bool IsRegionName(std::string_view region);

struct AwsEndpointOptions {
  bool fips = false;
  bool dual_stack = false;  // IPv6 beside IPv4
};

// "ssm.eu-west-1.amazonaws.com". For ssm and sts, which in aws-us-gov have no FIPS name beside the
// plain one.
std::string AwsEndpointHost(std::string_view service, std::string_view region,
                            AwsEndpointOptions options);

}  // namespace session_exporter
