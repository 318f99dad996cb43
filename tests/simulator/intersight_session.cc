#include "simulator/intersight_session.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "simulator/intersight_keys.h"
#include "simulator/json_text.h"

namespace simulator {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

constexpr IntersightLimits kReadOnlyLimits{"5f00000000000000000000b2", seconds{18000},
                                           seconds{90000}, 128, 32};
constexpr IntersightLimits kServerLimits{"5f00000000000000000000b3", seconds{7200}, seconds{28800},
                                         40, 8};
constexpr std::array<IntersightPermission, 4> kPermissions{{
    {"5f00000000000000000000a1", "Account Administrator", nullptr},
    {"5f00000000000000000000a2", "Read-Only", &kReadOnlyLimits},
    {"5f00000000000000000000a3", "Server Administrator", &kServerLimits},
    {"5f00000000000000000000a4", "User Access Administrator", nullptr},
}};

// Most sessions rest longer than the account's half hour; those of roles that rest long have the
// long limit more often, so that only some are past it.
const IntersightPermission& DrawPermission(std::uint64_t random) {
  constexpr std::array<std::size_t, 8> kShares{0, 0, 1, 1, 1, 2, 2, 3};
  return kPermissions[kShares[random % kShares.size()]];
}

std::string_view Status(State state) {
  if (state == State::kDeleting) return "Ended";
  return state == State::kDeletePending ? "Terminated" : "Active";
}

Time LastLogin(const IntersightSession& session) {
  if (session.person == nullptr || session.session->random % 9 == 0) return kIntersightZeroTime;
  return session.created - std::chrono::hours(1 + session.session->random % 300);
}

}  // namespace

const IntersightLimits kIntersightAccountLimits{"5f00000000000000000000b0", seconds{1800},
                                                seconds{57600}, 128, 32};

std::span<const IntersightPermission> IntersightPermissions() { return kPermissions; }

std::string IntersightMoid(std::string_view id) { return std::string(id.substr(0, 24)); }

std::string IntersightReference(std::string_view type, std::string_view moid) {
  return fmt::format(R"({{"ClassId": "mo.MoRef", "Moid": "{0}", "ObjectType": "{1}", )"
                     R"("link": "https://intersight.com/api/v1/{2}s/{0}"}})",
                     moid, type, [&] {
                       std::string path(type);
                       std::replace(path.begin(), path.end(), '.', '/');
                       return path;
                     }());
}

IntersightSession DescribeIntersight(const Population& population, const Session& session) {
  // Milliseconds are usual; whole seconds and nanoseconds have been seen.
  const std::uint64_t form = Mix(session.random, 21) % 8;
  const auto precise = [&](Time time) {
    if (form == 0) return time;
    return form == 1 ? Time(std::chrono::floor<seconds>(time))
                     : Time(std::chrono::floor<std::chrono::milliseconds>(time));
  };
  IntersightSession described{};
  described.session = &session;
  if (session.person) described.person = &population.people()[*session.person];
  described.permission = &DrawPermission(Mix(session.random, 22));
  described.moid = IntersightMoid(session.id);
  described.status = Status(session.state);
  described.nanoseconds = form == 0 ? 1 + static_cast<unsigned>(session.random % 999) : 0;
  const IntersightLimits& limits = described.permission->limits != nullptr
                                       ? *described.permission->limits
                                       : kIntersightAccountLimits;
  const Time active = session.last_contact.value_or(session.started.value_or(session.created));
  described.created = precise(session.created);
  described.modified = precise(active);
  described.expires = described.created + limits.total;
  described.idle_expires = described.modified + limits.idle;
  described.ended = described.status == "Active" ? kIntersightZeroTime : described.modified;
  described.last_login = LastLogin(described);
  return described;
}

}  // namespace simulator
