#include "auth/aws_endpoints.h"

#include <string>
#include <string_view>

#include "catch.h"

namespace session_exporter {
namespace {

struct PartitionCase {
  std::string_view region;
  std::string_view partition;
};

TEST_CASE("a region's partition is told by its name", "[aws_endpoints]") {
  const auto& c = GENERATE(values<PartitionCase>({
      {"us-east-1", "aws"},
      {"ap-southeast-99", "aws"},
      {"mx-central-1", "aws"},
      {"cn-north-1", "aws-cn"},
      {"cn-northwest-1", "aws-cn"},
      {"us-gov-west-1", "aws-us-gov"},
      {"us-iso-east-1", "aws-iso"},
      {"us-isob-east-1", "aws-iso-b"},
      {"eu-isoe-west-1", "aws-iso-e"},
      {"us-isof-south-1", "aws-iso-f"},
      {"eusc-de-east-1", "aws-eusc"},
      {"moon-1", "aws"},
      {"cn-north", "aws"},
      {"cn-north-", "aws"},
      {"cn--1", "aws"},
      {"us-gov-1", "aws"},
      {"", "aws"},
  }));
  CAPTURE(c.region);
  CHECK(PartitionOf(c.region).name == c.partition);
}

struct HostCase {
  std::string_view region;
  AwsEndpointOptions options;
  std::string_view host;
};

TEST_CASE("the host of an endpoint follows its partition", "[aws_endpoints]") {
  const AwsEndpointOptions plain;
  const AwsEndpointOptions fips{true, false};
  const AwsEndpointOptions dual{false, true};
  const AwsEndpointOptions both{true, true};
  const auto& c = GENERATE_REF(values<HostCase>({
      {"eu-west-1", plain, "ssm.eu-west-1.amazonaws.com"},
      {"us-east-1", fips, "ssm-fips.us-east-1.amazonaws.com"},
      {"us-east-1", dual, "ssm.us-east-1.api.aws"},
      {"us-east-1", both, "ssm-fips.us-east-1.api.aws"},
      {"cn-north-1", plain, "ssm.cn-north-1.amazonaws.com.cn"},
      {"cn-north-1", fips, "ssm-fips.cn-north-1.amazonaws.com.cn"},
      {"cn-north-1", dual, "ssm.cn-north-1.api.amazonwebservices.com.cn"},
      {"us-gov-west-1", plain, "ssm.us-gov-west-1.amazonaws.com"},
      {"us-gov-west-1", fips, "ssm.us-gov-west-1.amazonaws.com"},
      {"us-gov-west-1", dual, "ssm.us-gov-west-1.api.aws"},
      {"us-gov-west-1", both, "ssm-fips.us-gov-west-1.api.aws"},
      {"us-iso-east-1", plain, "ssm.us-iso-east-1.c2s.ic.gov"},
      {"us-isob-east-1", fips, "ssm-fips.us-isob-east-1.sc2s.sgov.gov"},
      {"eu-isoe-west-1", plain, "ssm.eu-isoe-west-1.cloud.adc-e.uk"},
      {"us-isof-south-1", plain, "ssm.us-isof-south-1.csp.hci.ic.gov"},
      {"eusc-de-east-1", plain, "ssm.eusc-de-east-1.amazonaws.eu"},
      {"eusc-de-east-1", dual, "ssm.eusc-de-east-1.api.amazonwebservices.eu"},
  }));
  CHECK(AwsEndpointHost("ssm", c.region, c.options) == c.host);
}

TEST_CASE("STS has its endpoints by the same rules", "[aws_endpoints]") {
  CHECK(AwsEndpointHost("sts", "eu-west-1", {}) == "sts.eu-west-1.amazonaws.com");
  CHECK(AwsEndpointHost("sts", "us-gov-east-1", {true, false}) ==
        "sts.us-gov-east-1.amazonaws.com");
}

TEST_CASE("only what can be in a host name is a region", "[aws_endpoints]") {
  CHECK(IsRegionName("eu-west-1"));
  CHECK(IsRegionName("local"));
  const std::string bad = GENERATE(as<std::string>(), "", "-a", "a-", "eu west", "EU-WEST-1", "x/y",
                                   "x@evil.example", "x.y", std::string(64, 'a'));
  CAPTURE(bad);
  CHECK(!IsRegionName(bad));
}

}  // namespace
}  // namespace session_exporter
