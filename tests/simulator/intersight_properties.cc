// The table of properties of iam.Session, and the JSON made from it.
#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "simulator/intersight_keys.h"
#include "simulator/intersight_session.h"
#include "simulator/json_text.h"

namespace simulator {
namespace {

using enum PropertyKind;
using In = const IntersightSession&;
using Out = PropertyValue;

std::string Address(std::uint64_t random) {
  if (random % 4 == 0) return fmt::format("2001:db8::{:x}", random % 65521);
  return fmt::format("{}.{}", random % 2 == 0 ? "192.0.2" : "198.51.100", random % 253 + 1);
}

std::string PersonMoid(In s) {
  return s.person == nullptr ? std::string() : IntersightMoid(s.person->id);
}

Out UserReference(In s) {
  if (s.person == nullptr) return {};
  return RawJson{IntersightReference("iam.User", PersonMoid(s))};
}

// Every account and role the user may pick: large, and of no use to most clients.
Out AccountPermissions(In s) {
  if (s.person == nullptr) return {};
  std::string references;
  for (const IntersightPermission& permission : IntersightPermissions()) {
    references += fmt::format(
        R"({}{{"ClassId": "iam.PermissionReference", "ObjectType": "iam.PermissionReference", )"
        R"("PermissionIdentifier": "{}", "PermissionName": "{}", "UserGroupMappings": null}})",
        references.empty() ? "" : ", ", permission.moid, permission.name);
  }
  std::string accounts;
  for (std::uint64_t i = 0; i <= s.session->random % 3; ++i) {
    accounts += fmt::format(
        R"({}{{"AccountIdentifier": "5f00000000000000000000{:02x}", "AccountName": "example-{}", )"
        R"("AccountPermissionTags": null, "AccountStatus": "active", )"
        R"("ClassId": "iam.AccountPermissions", "ExternalIdentifier": "", )"
        R"("HomeRegion": "intersight-aws-us-east-1", "ObjectType": "iam.AccountPermissions", )"
        R"("Permissions": [{}]}})",
        accounts.empty() ? "" : ", ", i + 1, i + 1, references);
  }
  return RawJson{"[" + accounts + "]"};
}

Out Scope(In s) {
  if (s.session->random % 6 != 0) return {};
  return RawJson{R"({"AccountAccessControlId": "", "ClassId": "iam.SwitchScopePermissions", )"
                 R"("ObjectType": "iam.SwitchScopePermissions", "RequestIdentifier": "", )"
                 R"("SwitchedFromAccount": null, "SwitchedToAccounts": null})"};
}

Out Owners(In s) {
  if (s.session->random % 5 == 0) return {};
  return RawJson{fmt::format("[\"{}\"]", kIntersightAccountMoid)};
}

// In the order of their names, by which FindIntersightProperty does not search, but people do.
constexpr std::array<Property, 33> kProperties{{
    {"AccountMoid", kText, [](In) -> Out { return std::string(kIntersightAccountMoid); }},
    {"AccountPermissions", kOther, AccountPermissions},
    {"Ancestors", kOther, [](In) -> Out { return RawJson{"[]"}; }},
    {"ClassId", kText, [](In) -> Out { return "iam.Session"; }},
    {"ClientIpAddress", kText,
     [](In s) -> Out {
       if (s.person == nullptr) return {};
       return Address(Mix(s.session->random, 23));
     }},
    {"CreateTime", kTime, [](In s) -> Out { return s.created; }},
    {"DisplayNames", kOther,
     [](In s) -> Out { return RawJson{"{\"short\": [\"" + s.moid + "\"]}"}; }},
    {"DomainGroupMoid", kText, [](In) -> Out { return "5f00000000000000000000d1"; }},
    {"EndTime", kTime,
     [](In s) -> Out {
       if (s.ended == kIntersightZeroTime && s.session->random % 5 == 0) return {};
       return s.ended;
     }},
    {"Expiration", kTime, [](In s) -> Out { return s.expires; }},
    {"FailedLogins", kNumber,
     [](In s) -> Out {
       return static_cast<std::int64_t>(s.session->random % 7 == 0 ? s.session->random % 5 : 0);
     }},
    {"IdleTimeExpiration", kTime, [](In s) -> Out { return s.idle_expires; }},
    {"LastLoginClient", kText,
     [](In s) -> Out {
       if (s.last_login == kIntersightZeroTime) return "";
       return Address(Mix(s.session->random, 24));
     }},
    {"LastLoginTime", kTime, [](In s) -> Out { return s.last_login; }},
    {"LoginType", kText,
     [](In s) -> Out {
       const bool exchanged = s.person == nullptr || s.session->random % 10 == 0;
       return exchanged ? "tokenexchange" : "weblogin";
     }},
    {"ModTime", kTime, [](In s) -> Out { return s.modified; }},
    {"Moid", kText, [](In s) -> Out { return s.moid; }},
    {"ObjectType", kText, [](In) -> Out { return "iam.Session"; }},
    {"Owners", kOther, Owners},
    {"Parent", kOther, UserReference},
    {"Permission", kOther,
     [](In s) -> Out {
       return RawJson{IntersightReference("iam.Permission", s.permission->moid)};
     }},
    {"Permission.Moid", kText, [](In s) -> Out { return std::string(s.permission->moid); }},
    {"PermissionResources", kOther, [](In) -> Out { return {}; }},
    {"Role", kText, [](In s) -> Out { return std::string(s.permission->name); }},
    {"Scope", kOther, Scope},
    // A live credential, in the form of the browser's cookie: clients must not even ask for it.
    {"SessionId", kText,
     [](In s) -> Out { return "CANARY-INTERSIGHT-SESSION-ID-" + s.session->id + s.moid; }},
    {"SharedScope", kText, [](In) -> Out { return ""; }},
    {"Status", kText, [](In s) -> Out { return std::string(s.status); }},
    {"Tags", kOther, [](In) -> Out { return RawJson{"[]"}; }},
    {"User", kOther, UserReference},
    {"User.Moid", kText,
     [](In s) -> Out {
       if (s.person == nullptr) return {};
       return PersonMoid(s);
     }},
    {"UserIdOrEmail", kText,
     [](In s) -> Out { return s.person == nullptr ? std::string() : s.person->name; }},
    {"VersionContext", kOther, [](In) -> Out { return {}; }},
}};

// What the document faults need to know of them.
constexpr std::array<std::string_view, 6> kDates{
    "CreateTime", "EndTime", "Expiration", "ModTime", "LastLoginTime", "IdleTimeExpiration"};
constexpr std::array<std::string_view, 1> kNumbers{"FailedLogins"};
constexpr std::array<std::string_view, 2> kNames{"Role", "UserIdOrEmail"};
constexpr std::array<std::string_view, 14> kAbsurdDates{"\"0001-01-01T00:00:00Z\"",
                                                        "\"1970-01-01T00:00:00Z\"",
                                                        "\"9999-12-31T23:59:59.999999999Z\"",
                                                        "\"garbage\"",
                                                        "\"\"",
                                                        "\"2026-02-30T00:00:00Z\"",
                                                        "\"2026-13-01T25:61:61Z\"",
                                                        "\"2026-01-01\"",
                                                        "\"2026-01-01T00:00:00.Z\"",
                                                        "\"-2026-01-01T00:00:00Z\"",
                                                        "\"2026-01-01T00:00:00.1234567890123Z\"",
                                                        "\"2026-01-01T00:00:00+99:99\"",
                                                        "\"2026-01-01T00:00:00\"",
                                                        "\"292277026597-01-01T00:00:00Z\""};

std::string Expanded(In s, std::string_view name) {
  ObjectText object;
  if (name == "User") {
    object.Text("ClassId", "iam.User")
        .Text("Email", s.person->name)
        .Text("FirstName", s.person->first_name)
        .Text("LastName", s.person->last_name)
        .Text("Moid", PersonMoid(s))
        .Text("Name", s.person->first_name)
        .Text("ObjectType", "iam.User");
  } else {
    object.Text("ClassId", "iam.Permission")
        .Text("Moid", s.permission->moid)
        .Text("Name", s.permission->name)
        .Text("ObjectType", "iam.Permission");
  }
  return object.Done();
}

bool IsIn(std::string_view name, const std::vector<std::string>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsWritten(std::string_view name, const Projection& projection) {
  if (name.find('.') != std::string_view::npos) return false;
  if (name == "LoginType" && !projection.login_type) return false;
  return projection.select.empty() || name == "ClassId" || name == "ObjectType" || name == "Moid" ||
         IsIn(name, projection.select);
}

}  // namespace

const FieldTable kIntersightFields{"Moid", "Status", kDates, kNumbers, kNames, kAbsurdDates, 31};

const Property* FindIntersightProperty(std::string_view path) {
  std::string name(path);
  std::replace(name.begin(), name.end(), '/', '.');
  const auto found = std::find_if(kProperties.begin(), kProperties.end(),
                                  [&](const Property& property) { return property.name == name; });
  return found == kProperties.end() ? nullptr : &*found;
}

void WriteIntersight(const IntersightSession& session, const Projection& projection,
                     const FieldFaults& faults, std::size_t number, std::string* out) {
  FieldWriter fields(faults, number, out);
  for (const Property& property : kProperties) {
    if (!IsWritten(property.name, projection)) continue;
    const PropertyValue value = property.get(session);
    if (const auto* text = std::get_if<std::string>(&value)) {
      fields.Text(property.name, *text);
    } else if (const auto* count = std::get_if<std::int64_t>(&value)) {
      fields.Number(property.name, *count);
    } else if (const auto* time = std::get_if<Time>(&value)) {
      const bool set = *time != kIntersightZeroTime;
      fields.Text(property.name, IntersightDate(*time, set ? session.nanoseconds : 0));
    } else if (const auto* raw = std::get_if<RawJson>(&value)) {
      const bool expand = IsIn(property.name, projection.expand);
      fields.Raw(property.name, expand ? Expanded(session, property.name) : raw->text);
    } else if (property.kind == PropertyKind::kOther) {
      fields.Null(property.name);
    } else {
      fields.Skip();  // only objects and lists may be null by the schema
    }
  }
  fields.Close();
}

}  // namespace simulator
