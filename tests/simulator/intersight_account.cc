// The account and its session limits: the account's own, and those of the permissions (roles) that
// have their own.
#include <array>

#include <fmt/format.h>

#include "simulator/intersight_document.h"
#include "simulator/intersight_keys.h"
#include "simulator/json_text.h"

namespace simulator {
namespace {

constexpr std::array<std::string_view, 4> kNumbers{"IdleTimeOut", "MaximumLimit", "PerUserLimit",
                                                   "SessionTimeOut"};
constexpr std::array<std::string_view, 2> kDates{"CreateTime", "ModTime"};
constexpr std::array<std::string_view, 2> kAbsurdDates{"\"garbage\"", "\"0001-01-01T00:00:00Z\""};
constexpr FieldTable kFields{"Moid", "", kDates, kNumbers, {}, kAbsurdDates, 11};
constexpr std::string_view kAge = "2025-11-03T10:15:30.118Z";

std::string List(std::string_view type, const std::vector<std::string>& rows,
                 const IntersightParameters& parameters, const FaultSet& faults) {
  const auto is = [&](const char* name, std::string_view value) {
    const auto found = parameters.find(name);
    return found != parameters.end() && found->second == value;
  };
  if (is("$count", "true") || is("$count", "True")) {
    return fmt::format(R"({{"ObjectType": "mo.DocumentCount", "Count": {}}})", rows.size());
  }
  const std::string count =
      is("$inlinecount", "allpages") ? fmt::format(R"(, "Count": {})", rows.size()) : "";
  const std::string results = ListMember("Results", faults, [&] {
    std::string list;
    if (faults.Has("no_sessions")) return std::string("[]");
    for (const std::string& row : rows) list += (list.empty() ? "" : ", ") + row;
    return "[" + list + "]";
  });
  return fmt::format(R"({{"ObjectType": "{}.List"{}{}{}}})", type, count,
                     results.empty() ? "" : ", ", results);
}

std::string LimitsObject(const IntersightLimits& limits, const IntersightPermission* permission,
                         std::size_t number, const FieldFaults& faults) {
  std::string text;
  FieldWriter fields(faults, number, &text);
  fields.Raw("Account", permission == nullptr
                            ? IntersightReference("iam.Account", kIntersightAccountMoid)
                            : "null");
  fields.Text("ClassId", "iam.SessionLimits");
  fields.Text("CreateTime", kAge);
  fields.Number("IdleTimeOut", limits.idle.count());
  fields.Number("MaximumLimit", limits.sessions);
  fields.Text("ModTime", kAge);
  fields.Text("Moid", limits.moid);
  fields.Text("ObjectType", "iam.SessionLimits");
  fields.Number("PerUserLimit", limits.sessions_per_user);
  fields.Raw("Permission", permission != nullptr
                               ? IntersightReference("iam.Permission", permission->moid)
                               : "null");
  fields.Number("SessionTimeOut", limits.total.count());
  fields.Close();
  return text;
}

}  // namespace

std::string IntersightDocument::Limits(const IntersightParameters& parameters,
                                       const FaultSet& faults) const {
  const FieldFaults field_faults(kFields, faults);
  std::vector<std::string> rows{LimitsObject(kIntersightAccountLimits, nullptr, 0, field_faults)};
  for (const IntersightPermission& permission : IntersightPermissions()) {
    if (permission.limits == nullptr) continue;
    rows.push_back(LimitsObject(*permission.limits, &permission, rows.size(), field_faults));
  }
  return List("iam.SessionLimits", rows, parameters, faults);
}

std::string IntersightDocument::Accounts(const IntersightParameters& parameters) const {
  return List("iam.Account", {Account()}, parameters, FaultSet());
}

std::string IntersightDocument::Account() const {
  ObjectText object;
  object.Text("AccountMoid", kIntersightAccountMoid)
      .Text("ClassId", "iam.Account")
      .Text("CreateTime", kAge)
      .Text("ModTime", kAge)
      .Text("Moid", kIntersightAccountMoid)
      .Text("Name", account_name_)
      .Text("ObjectType", "iam.Account")
      .Raw("Regions", "[\"intersight-aws-us-east-1\"]")
      .Raw("SessionLimits", IntersightReference("iam.SessionLimits", kIntersightAccountLimits.moid))
      .Bool("SingleAdminLockout", false)
      .Text("Status", "active");
  return object.Done();
}

}  // namespace simulator
