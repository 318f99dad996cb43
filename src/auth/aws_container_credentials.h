// Credentials of a container: the task role of ECS, Pod Identity of EKS (docs.aws.amazon.com, "AWS
// SDKs and Tools Reference Guide", container credential provider).
#pragma once

#include <string>
#include <string_view>

#include "auth/aws_credential_source.h"
#include "base/result.h"
#include "base/secret.h"
#include "config/environment.h"
#include "config/secret_source.h"

namespace session_exporter {

class ContainerCredentials final : public AwsCredentialSource {
 public:
  // From AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, else AWS_CONTAINER_CREDENTIALS_FULL_URI, with the
  // token of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, which is read at each fetch, or of
  // AWS_CONTAINER_AUTHORIZATION_TOKEN. Null when neither URI is set. Errors: kConfig, for one where
  // the token would go to whom it is not meant for.
  static Result<AwsSourcePointer> FromEnvironment(const Environment& environment);

  [[nodiscard]] std::string Key() const override;
  Result<FetchedAwsCredentials> Fetch(AwsCredentialStore& store,
                                      const AwsCall& call) const override;

 private:
  ContainerCredentials(std::string url, SecretSource token)
      : url_(std::move(url)), token_(std::move(token)) {}

  const std::string url_;
  const SecretSource token_;  // empty: none
};

// Whether plain http may be used to ask `host`, as a URL writes it, for credentials: on this
// machine (127.0.0.0/8, ::1, localhost) or by the addresses of the agents of ECS and EKS.
bool IsCredentialHost(std::string_view host);

}  // namespace session_exporter
