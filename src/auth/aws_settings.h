// What the SDKs' environment variables and shared files say beside credentials: the profile, the
// region and where the services' endpoints are (docs.aws.amazon.com, "AWS SDKs and Tools Reference
// Guide", settings reference).
#pragma once

#include <string>
#include <string_view>

#include "auth/aws_endpoints.h"
#include "auth/aws_profile.h"
#include "base/result.h"
#include "config/environment.h"

namespace session_exporter {

struct AwsSettings {
  std::string profile;           // its name; "default" when none was chosen
  bool profile_is_ours = false;  // chosen by our configuration, not by the environment
  std::string region;            // empty when nothing names one
  AwsEndpointOptions endpoints;  // FIPS and dual stack
  std::string ssm_endpoint_url;  // empty: the region's
  std::string sts_endpoint_url;  // empty: the region's
  AwsProfiles profiles;

  // Null when the files do not have it, which only "default" may be.
  [[nodiscard]] const AwsProfile* Profile() const { return profiles.Find(profile); }
};

// Reads AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, by default ~/.aws/config and
// ~/.aws/credentials, neither of which needs to exist; AWS_PROFILE, which `profile` goes before;
// AWS_REGION, AWS_DEFAULT_REGION; AWS_ENDPOINT_URL_SSM, AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL,
// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS; AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT; and what
// the profile says where the environment is silent.
// Errors: kConfig (a file that cannot be read, a profile that is not there, a value that is none).
Result<AwsSettings> LoadAwsSettings(const Environment& environment, std::string_view profile);

// The URL of a service in a region: `custom` when not empty, else the service's own.
// Errors: kConfig (no region; FIPS or dual stack with a custom URL, which nobody can add them to).
Result<std::string> AwsEndpointUrl(const AwsSettings& settings, std::string_view service,
                                   std::string_view region, std::string_view custom);

}  // namespace session_exporter
