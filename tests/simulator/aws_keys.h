// The access keys that the simulated AWS knows: the long-lived one of the options, and the
// temporary ones it has handed out. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/aws_options.h"
#include "simulator/clock.h"

namespace simulator {

struct AwsKey {
  std::string id;
  std::string secret;
  std::string session_token;  // empty: a long-lived key
  std::string account;
  std::string arn;              // who signs with it
  std::optional<Time> expires;  // of a temporary key
};

class AwsKeyRing {
 public:
  explicit AwsKeyRing(const AwsOptions& options);

  std::optional<AwsKey> Find(std::string_view id) const;
  // A new temporary key; those that expired before `now` by more than an hour are forgotten.
  AwsKey Issue(std::string account, std::string arn, Time now, Time expires);

  // Whether the text holds a secret or a session token of any key, handed out or not.
  bool HoldsSecret(std::string_view text) const;

 private:
  const AwsKey own_;

  mutable std::mutex mutex_;
  std::uint64_t issued_ = 0;                         // guarded by mutex_
  std::map<std::string, AwsKey, std::less<>> keys_;  // guarded by mutex_
};

}  // namespace simulator
