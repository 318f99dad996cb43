#include "backends/aws_ssm/aws_ssm_roles.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "auth/aws_arn.h"
#include "auth/aws_sts.h"
#include "base/error.h"
#include "config/target_name.h"

namespace session_exporter {
namespace {

// Empty when the ARN names no account.
std::string AccountOf(std::string_view arn) {
  const std::string_view account = ParseAwsArn(arn).account;
  return IsAwsAccountId(account) ? std::string(account) : std::string();
}

bool CheckArn(Section& item, const AwsSsmRole& role) {
  if (role.arn.empty()) return false;  // reported
  const auto checked = CheckAwsRole({.arn = role.arn, .external_id = ""});
  if (!checked) item.Problem("role_arn", checked.error().message());
  return checked.has_value();
}

bool CheckExternalId(Section& item, const AwsSsmRole& role) {
  // Beside an ARN that is right, so that the external id is what an error is of.
  const auto checked =
      CheckAwsRole({.arn = "arn:aws:iam::123456789012:role/NAME", .external_id = role.external_id});
  if (!checked) item.Problem("external_id", checked.error().message());
  return checked.has_value();
}

// Also where the name is not needed: a second role, which makes it part of the targets' names, must
// not bring errors of the first.
bool CheckName(Section& item, const AwsSsmRole& role) {
  if (item.Has("name")) {
    if (IsTargetName(role.name)) return true;
    item.Problem("name", fmt::format("expected {}", kTargetNameForm));
    return false;
  }
  if (!role.name.empty()) return true;
  item.Problem("name", "missing; the role's ARN names no account to name the target by");
  return false;
}

bool CheckIsNew(Section& item, const AwsSsmRole& role, const std::vector<AwsSsmRole>& former,
                const std::string& list_path) {
  const auto same = std::ranges::find(former, role.name, &AwsSsmRole::name);
  if (same == former.end()) return true;
  const std::string path = fmt::format("{}.assume_roles[{}]", list_path, same - former.begin());
  if (item.Has("name")) {
    item.Problem("name", fmt::format("is already the name of {}; expected another", path));
  } else {
    item.Problem("name", fmt::format("missing; two roles of one account need a name each, and {} "
                                     "has the account's id for one",
                                     path));
  }
  return false;
}

}  // namespace

bool IsAwsAccountId(std::string_view text) {
  constexpr std::size_t kDigits = 12;
  return text.size() == kDigits &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<AwsSsmRole> ReadAwsSsmRoles(Section& section) {
  std::vector<AwsSsmRole> roles;
  for (Section& item : section.Children("assume_roles")) {
    AwsSsmRole role;
    role.arn = item.RequiredText("role_arn");
    role.external_id = item.Text("external_id");
    role.account_id = AccountOf(role.arn);
    role.name = item.Text("name", role.account_id);
    const bool right_arn = CheckArn(item, role);
    const bool right_id = CheckExternalId(item, role);
    // What an ARN that is wrong would have given for a name is not missing.
    const bool right_name = (right_arn || item.Has("name")) && CheckName(item, role) &&
                            CheckIsNew(item, role, roles, section.path());
    role.sound = right_arn && right_id && right_name;
    roles.push_back(std::move(role));
  }
  return roles;
}

}  // namespace session_exporter
