// Credentials that a program prints: the way in for whatever is not built in, such as IAM Roles
// Anywhere or single sign-on (docs.aws.amazon.com, "AWS SDKs and Tools Reference Guide", process
// credential provider).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/aws_credential_source.h"
#include "base/result.h"

namespace session_exporter {

class CredentialProcess final : public AwsCredentialSource {
 public:
  // `command` as it stands in a profile; `place` says where. Errors: kConfig.
  static Result<AwsSourcePointer> Make(std::string place, std::string_view command);

  [[nodiscard]] std::string Key() const override;
  // The program may take until the call's deadline; credentials without an end are asked for again
  // after an hour.
  Result<FetchedAwsCredentials> Fetch(AwsCredentialStore& store,
                                      const AwsCall& call) const override;

 private:
  CredentialProcess(std::string place, std::vector<std::string> command)
      : place_(std::move(place)), command_(std::move(command)) {}

  const std::string place_;
  const std::vector<std::string> command_;
};

}  // namespace session_exporter
