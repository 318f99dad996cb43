#include "backends/intersight/intersight_sessions.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "backends/intersight/intersight_api.h"
#include "backends/session_time.h"

namespace session_exporter {
namespace {

enum Field : std::size_t {
  kMoid,
  kStatus,
  kUser,
  kRole,
  kLoginType,
  kClientIp,
  kCreateTime,
  kEndTime,
  kExpiration,
  kIdleTimeExpiration,
  kLastLoginTime,
  kFailedLogins,
  kPermission,
  kAccountMoid,
  kDomainGroupMoid,
  kLastLoginClient,
  kSharedScope,
};

// The members of a session that are read; BuildListSessions asks for no other. Not among them:
// SessionId, the session's live token.
const FieldSchema& RowSchema() {
  static const FieldSchema kSchema{"Moid",
                                   "Status",
                                   "UserIdOrEmail",
                                   "Role",
                                   "LoginType",
                                   "ClientIpAddress",
                                   "CreateTime",
                                   "EndTime",
                                   "Expiration",
                                   "IdleTimeExpiration",
                                   "LastLoginTime",
                                   "FailedLogins",
                                   "Permission.Moid",
                                   "AccountMoid",
                                   "DomainGroupMoid",
                                   "LastLoginClient",
                                   "SharedScope"};
  return kSchema;
}

constexpr std::int32_t kMostFailedLogins = 1'000'000'000;

SessionState StateOf(std::string_view status) {
  if (status == "Active") return SessionState::kActive;  // until Settle has seen the expiries
  if (status == "Ended" || status == "Terminated") return SessionState::kEnded;
  return SessionState::kUnknown;
}

bool IsPast(OptionalTime time, Timestamp now) { return time && *time < now; }

}  // namespace

IntersightSessions::IntersightSessions(const Options& options)
    : IntersightRows("iam.Session.List", RowSchema()),
      options_(options),
      list_(std::in_place, snapshot_, options.max_sessions) {}

void IntersightSessions::Clear() {
  IntersightRows::Clear();
  snapshot_ = {};
  list_.emplace(snapshot_, options_.max_sessions);
  permissions_.clear();
}

Result<void> IntersightSessions::ReadRow(Fields& fields) {
  Session session;
  session.id = Text(fields, kMoid);
  const std::string_view status = fields.Text(kStatus).value_or("");
  session.status = snapshot_.symbols.Intern(status.empty() ? "unknown" : status);
  session.state = StateOf(status);
  ReadLabels(fields, session);
  ReadTimes(fields, session);
  if (const auto failed = fields.Number(kFailedLogins)) {
    if (*failed >= 0 && *failed <= kMostFailedLogins && *failed == std::trunc(*failed)) {
      session.failed_logins = static_cast<std::int32_t>(*failed);
    } else {
      fields.Warn(kFailedLogins);
    }
  }
  const Symbol permission = Text(fields, kPermission);
  list_->Add(session);
  // Unless it was dropped.
  if (snapshot_.sessions.size() > permissions_.size()) permissions_.push_back(permission);
  return {};
}

void IntersightSessions::ReadLabels(Fields& fields, Session& session) {
  session.Label(SessionLabel::kUser) = Text(fields, kUser);
  session.Label(SessionLabel::kRole) = Text(fields, kRole);
  session.Label(SessionLabel::kLoginType) = Text(fields, kLoginType);
  session.Label(SessionLabel::kClientIp) = Text(fields, kClientIp);
  if (!options_.info_labels) return;
  // In the order of IntersightInfoLabels().
  session.info[0] = Text(fields, kAccountMoid);
  session.info[1] = Text(fields, kDomainGroupMoid);
  session.info[2] = Text(fields, kLastLoginClient);
  session.info[3] = Text(fields, kSharedScope);
}

void IntersightSessions::ReadTimes(Fields& fields, Session& session) {
  const auto read = [&fields](std::size_t field) {
    return ReadSessionTime(fields, field, IsUnsetIntersightTime);
  };
  session.start = read(kCreateTime);
  session.end = read(kEndTime);
  session.expiration = read(kExpiration);
  session.idle_expiration = read(kIdleTimeExpiration);
  session.last_login = read(kLastLoginTime);
}

Symbol IntersightSessions::Text(Fields& fields, std::size_t field) {
  return snapshot_.symbols.Intern(fields.Text(field).value_or(""));
}

Snapshot IntersightSessions::Finish(const HttpHead& head, const IntersightLimits& limits) && {
  snapshot_.fetched_at = head.received_at;
  snapshot_.backend_time = head.date;
  snapshot_.limits = limits.account();
  for (std::size_t i = 0; i < snapshot_.sessions.size(); ++i) {
    Settle(snapshot_.sessions[i], permissions_[i], limits);
  }
  snapshot_.parse_warnings = std::move(warnings);
  snapshot_.parse_warnings.insert(snapshot_.parse_warnings.end(), limits.warnings.begin(),
                                  limits.warnings.end());
  return std::move(snapshot_);
}

// What depends on the backend's clock and on the limits, which come beside the list.
void IntersightSessions::Settle(Session& session, Symbol permission,
                                const IntersightLimits& limits) {
  const Timestamp now = snapshot_.BackendNow();
  if (LiesAhead(session.start, now)) {
    session.start = {};
    CountFuture("CreateTime");
  }
  // The idle expiry moves on with each use, so it lies one idle limit after the last.
  const auto idle_limit = limits.IdleLimit(snapshot_.symbols.Text(permission));
  if (session.idle_expiration && idle_limit) {
    session.keepalive = *session.idle_expiration - *idle_limit;
    if (LiesAhead(session.keepalive, now)) {
      session.keepalive = {};
      CountFuture("IdleTimeExpiration");
    }
  }
  session.sign_of_life = session.keepalive;
  const bool expired = IsPast(session.expiration, now) || IsPast(session.idle_expiration, now);
  // Whatever its Status says, or does not.
  if (expired) session.state = SessionState::kEnded;
}

void IntersightSessions::CountFuture(const char* field) {
  const auto known = std::find_if(warnings.begin(), warnings.end(),
                                  [field](const auto& entry) { return entry.first == field; });
  if (known == warnings.end()) {
    warnings.emplace_back(field, 1);
  } else {
    ++known->second;
  }
}

}  // namespace session_exporter
