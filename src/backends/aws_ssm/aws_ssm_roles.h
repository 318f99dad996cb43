// The roles that an AWS Systems Manager target assumes: its `assume_roles`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/section.h"

namespace session_exporter {

struct AwsSsmRole {
  std::string arn;
  std::string external_id;
  std::string account_id;  // of the ARN; empty when that names none
  std::string name;        // in the names of targets
  bool sound = false;      // nothing of it was reported
};

// Whether the text is the twelve digits of an account's id.
bool IsAwsAccountId(std::string_view text);

// All that are listed; what is wrong with each is added at its keys.
std::vector<AwsSsmRole> ReadAwsSsmRoles(Section& section);

}  // namespace session_exporter
