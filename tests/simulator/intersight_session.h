// A session of the population as Intersight's iam.Session, and one table of its properties, from
// which $select, $filter, $orderby and the JSON all read. Names and types are those of Cisco's
// published OpenAPI document and SDKs; no body of a real answer has ever been published.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "simulator/field_faults.h"
#include "simulator/intersight_date.h"
#include "simulator/population.h"

namespace simulator {

struct IntersightLimits {
  std::string_view moid;
  std::chrono::seconds idle;
  std::chrono::seconds total;
  int sessions;
  int sessions_per_user;
};

struct IntersightPermission {
  std::string_view moid;
  std::string_view name;
  const IntersightLimits* limits;  // null: the account's
};

extern const IntersightLimits kIntersightAccountLimits;
std::span<const IntersightPermission> IntersightPermissions();

struct IntersightSession {
  const Session* session;
  const Person* person;  // null: launched ahead of need, belongs to nobody
  const IntersightPermission* permission;
  std::string moid;
  std::string_view status;
  // As precise as they are written, but for nanoseconds below a microsecond.
  Time created, modified, ended, expires, idle_expires;
  Time last_login;
  unsigned nanoseconds;
};

// Both must outlive what it returns. Every session of the population is one iam.Session.
IntersightSession DescribeIntersight(const Population& population, const Session& session);

std::string IntersightMoid(std::string_view id);
// A MoRef.
std::string IntersightReference(std::string_view type, std::string_view moid);

struct RawJson {
  std::string text;
};
using PropertyValue = std::variant<std::monostate, std::string, std::int64_t, Time, RawJson>;

enum class PropertyKind { kText, kNumber, kTime, kOther };

struct Property {
  std::string_view name;
  PropertyKind kind;
  PropertyValue (*get)(const IntersightSession&);
};

// Also one inside a reference: User.Moid. Null: there is none of this name.
const Property* FindIntersightProperty(std::string_view path);

// Which properties of a session are written, and how.
struct Projection {
  std::vector<std::string> select;  // empty: all; the type and Moid always are
  std::vector<std::string> expand;
  bool login_type = true;  // false: as before that property came
};

extern const FieldTable kIntersightFields;

void WriteIntersight(const IntersightSession& session, const Projection& projection,
                     const FieldFaults& faults, std::size_t number, std::string* out);

}  // namespace simulator
