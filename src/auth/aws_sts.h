// Temporary credentials from AWS's Security Token Service, by its Query protocol
// (docs.aws.amazon.com, AWS STS API reference: AssumeRole, AssumeRoleWithWebIdentity).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "auth/aws_credential_document.h"
#include "auth/aws_credential_source.h"
#include "base/result.h"
#include "config/secret_source.h"

namespace session_exporter {

struct AwsRole {
  std::string arn;
  std::string session_name = "session-exporter";  // shown in the account's CloudTrail
  std::string external_id;                        // empty: none
  std::optional<std::chrono::seconds> duration =
      {};  // as the service has it, an hour, when not given
};

// Errors: kConfig where STS would refuse the form of one of them.
Result<void> CheckAwsRole(const AwsRole& role);

struct AwsStsEndpoint {
  std::string url;
  std::string region;  // that requests are signed for
};

// A role that the credentials of another source may assume.
class AssumedRole final : public AwsCredentialSource {
 public:
  // Errors: those of CheckAwsRole.
  static Result<AwsSourcePointer> Make(AwsSourcePointer base, AwsRole role,
                                       AwsStsEndpoint endpoint);

  [[nodiscard]] std::string Key() const override;
  // Where the base's credentials turn out to have expired, they are fetched again, once; where our
  // clock is off, the request is signed again by the service's, once. Else the SDKs' retries.
  Result<FetchedAwsCredentials> Fetch(AwsCredentialStore& store,
                                      const AwsCall& call) const override;

 private:
  AssumedRole(AwsSourcePointer base, AwsRole role, AwsStsEndpoint endpoint)
      : base_(std::move(base)), role_(std::move(role)), endpoint_(std::move(endpoint)) {}

  const AwsSourcePointer base_;
  const AwsRole role_;
  const AwsStsEndpoint endpoint_;
};

// A role that a token of somebody else's may assume: IAM roles for service accounts of EKS. The
// token's file is read at each fetch, since the kubelet replaces the token.
class WebIdentityRole final : public AwsCredentialSource {
 public:
  // Errors: those of CheckAwsRole.
  static Result<AwsSourcePointer> Make(SecretSource token_file, AwsRole role,
                                       AwsStsEndpoint endpoint);

  [[nodiscard]] std::string Key() const override;
  Result<FetchedAwsCredentials> Fetch(AwsCredentialStore& store,
                                      const AwsCall& call) const override;

 private:
  WebIdentityRole(SecretSource token_file, AwsRole role, AwsStsEndpoint endpoint)
      : token_file_(std::move(token_file)),
        role_(std::move(role)),
        endpoint_(std::move(endpoint)) {}

  const SecretSource token_file_;
  const AwsRole role_;
  const AwsStsEndpoint endpoint_;
};

// Reads the answer to `action` ("AssumeRole"). Errors: kProtocol; they repeat nothing of it.
Result<AwsCredentialDocument> ReadStsAnswer(std::string_view xml, std::string_view action);

}  // namespace session_exporter
