// Where programs on AWS find their credentials: the metadata service of EC2 instances (IMDSv2; v1
// is refused), ECS's container credentials and EKS Pod Identity's agent. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/aws_keys.h"
#include "simulator/aws_options.h"
#include "simulator/faults.h"
#include "simulator/http_message.h"

namespace simulator {

class AwsCredentialsEndpoints {
 public:
  // Both must outlive it.
  AwsCredentialsEndpoints(const AwsOptions& options, AwsKeyRing* keys)
      : options_(options), keys_(*keys) {}

  // Nothing when the path is not one of theirs.
  std::optional<Response> Handle(const Request& request, const FaultSet& faults, Time now);

  // Whether the text holds a token that these endpoints ask for.
  bool HoldsSecret(std::string_view text) const;

 private:
  Response Metadata(const Request& request, const FaultSet& faults, Time now);
  Response MetadataToken(const Request& request, Time now);
  bool HasMetadataToken(const Request& request, Time now);
  Response RoleCredentials(const FaultSet& faults, Time now);
  Response ContainerCredentials(const Request& request, const FaultSet& faults, Time now);
  // The same until five minutes before they expire, as the real ones do it.
  AwsKey Current(const std::string& arn, Time now);

  const AwsOptions& options_;
  AwsKeyRing& keys_;

  std::mutex mutex_;
  std::uint64_t tokens_made_ = 0;                     // guarded by mutex_
  std::map<std::string, Time, std::less<>> tokens_;   // with their ends; guarded by mutex_
  std::map<std::string, AwsKey, std::less<>> given_;  // by ARN; guarded by mutex_
};

}  // namespace simulator
