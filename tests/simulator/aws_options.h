// What of AWS is simulated: whose keys are known, which accounts and regions there are. Everything
// secret is made up, and says so, to be found again where it must not be.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace simulator {

struct AwsOptions {
  // The long-lived key of the user `exporter` in `account`.
  std::string access_key_id = "AKIDCANARYEXAMPLE0001";
  std::string secret_access_key = "CANARY-AWS-SECRET/K7MDENG+bPxRfiCYEXAMPLEKEY";
  std::string account = "123456789012";
  // Where AssumeRole and AssumeRoleWithWebIdentity succeed, whatever the role's name.
  std::vector<std::string> role_accounts = {"123456789012", "111122223333", "444455556666",
                                            "777788889999"};
  // Asked of AssumeRole; empty: any is accepted, and none.
  std::string external_id;
  // The first shows, to `account`, the simulator's own population; never empty.
  std::vector<std::string> regions = {"us-east-1", "us-west-2", "eu-west-1", "eu-central-1",
                                      "ap-southeast-2"};
  // Of all temporary credentials; nothing: an hour, or what AssumeRole asks for.
  std::optional<std::chrono::seconds> credentials_lifetime;
  std::string imds_role = "exporter-instance";
  // What EKS Pod Identity's agent wants to see; ECS's takes whatever comes.
  std::string container_token = "CANARY-AWS-CONTAINER-TOKEN";
  std::string web_identity_token = "CANARY-AWS-WEB-IDENTITY-TOKEN";
  // Slots of every pair of account and region but the first; nothing: a part, which differs from
  // pair to pair, of the population's.
  std::optional<std::size_t> sessions_per_pair;
  // Sessions in History for each slot; they ended at any time in the last 30 days.
  std::size_t history_factor = 5;
  // Whether a signature must be at most five minutes old.
  bool check_signing_time = true;
  // AWS's clock, by which signatures and credentials age, is the simulation's instead of the real
  // one: for clients whose clock is given to them.
  bool simulated_clock = false;
};

}  // namespace simulator
