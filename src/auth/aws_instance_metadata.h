// Credentials of the role of an EC2 instance, from its metadata by version 2 of that protocol
// (docs.aws.amazon.com, EC2 user guide, "Use the Instance Metadata Service"). Version 1, which
// answers whoever makes the machine send a GET, is not used.
#pragma once

#include <string>

#include "auth/aws_credential_source.h"
#include "auth/aws_profile.h"
#include "base/result.h"
#include "config/environment.h"

namespace session_exporter {

class InstanceMetadata final : public AwsCredentialSource {
 public:
  // From AWS_EC2_METADATA_SERVICE_ENDPOINT, AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE (IPv4, IPv6) and
  // what `profile`, which may be null, says where they are silent. Null when
  // AWS_EC2_METADATA_DISABLED is true. Errors: kConfig.
  static Result<AwsSourcePointer> FromEnvironment(const Environment& environment,
                                                  const AwsProfile* profile);

  [[nodiscard]] std::string Key() const override;
  // Where nothing answers within a second, which is so on every machine but those of EC2, that is
  // kAuth, and for some minutes nothing is asked; an answer, even of a failure, shows that somebody
  // is there. Expired credentials are used on for a while, as in the SDKs: instances get such when
  // the service behind the metadata is down, and AWS then takes them.
  Result<FetchedAwsCredentials> Fetch(AwsCredentialStore& store,
                                      const AwsCall& call) const override;

 private:
  explicit InstanceMetadata(std::string endpoint) : endpoint_(std::move(endpoint)) {}

  const std::string endpoint_;  // without a slash at its end
};

}  // namespace session_exporter
