// What the rows of iam/Sessions and iam/SessionLimits become.
#include <map>
#include <string>
#include <string_view>

#include "base/timestamp.h"
#include "catch.h"
#include "unit/backends/intersight_setup.h"
#include "unit/backends/warnings.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;
using test::IntersightSetup;
using test::kArrival;
using test::ListOf;
using test::Row;
using test::Warnings;

// A row as the published models of iam.Session describe it, with what is not read as well.
constexpr std::string_view kFullRow =
    R"("AccountMoid":"59c84e4a16267c0001c23428","AccountPermissions":[{"Permissions":[{}]}],
"Ancestors":null,"ClientIpAddress":"192.0.2.10","CreateTime":"2026-08-20T08:00:00.123Z",
"DisplayNames":{"short":["x"]},"DomainGroupMoid":"5b25418d7a7662743465cf72",
"EndTime":"0001-01-01T00:00:00Z","Expiration":"2026-08-21T00:00:00.123Z","FailedLogins":3,
"IdleTimeExpiration":"2026-08-20T09:30:00.5Z","LastLoginClient":"192.0.2.9",
"LastLoginTime":"2026-08-19T07:00:00.123456789Z","LoginType":"weblogin",
"ModTime":"2026-08-20T09:00:00.5Z","Owners":null,"Parent":null,
"Permission":{"ClassId":"mo.MoRef","Moid":"p1","ObjectType":"iam.Permission","link":"x"},
"Role":"Account Administrator","SessionId":"CANARY-SESSION","SharedScope":"shared","Status":"Active",
"User":{"Moid":"u1"},"UserIdOrEmail":"alice@example.com")";

Snapshot ListWith(std::string_view rows, std::string_view limits = {}) {
  IntersightSetup setup;
  setup.target.info_labels = {"account_moid"};
  setup.config->session_limits = !limits.empty();
  setup.Answer(ListOf(rows));
  if (!limits.empty()) setup.Answer(ListOf(limits));
  auto snapshot = setup.List();
  INFO((snapshot ? "" : snapshot.error().message()));
  REQUIRE(snapshot);
  return std::move(*snapshot);
}

TEST_CASE("every field of a session is read", "[intersight]") {
  const Snapshot snapshot = ListWith(Row("66c44e4a16267c0001c23428", kFullRow),
                                     R"({"Account":{"Moid":"a"},"IdleTimeOut":1800})");
  REQUIRE(snapshot.sessions.size() == 1);
  const Session& session = snapshot.sessions[0];
  const auto text = [&](Symbol symbol) { return snapshot.symbols.Text(symbol); };
  CHECK(text(session.id) == "66c44e4a16267c0001c23428");
  CHECK(text(session.status) == "Active");
  CHECK(session.state == SessionState::kActive);
  CHECK(text(session.Label(SessionLabel::kUser)) == "alice@example.com");
  CHECK(text(session.Label(SessionLabel::kRole)) == "Account Administrator");
  CHECK(text(session.Label(SessionLabel::kLoginType)) == "weblogin");
  CHECK(text(session.Label(SessionLabel::kClientIp)) == "192.0.2.10");
  CHECK(text(session.Label(SessionLabel::kShared)).empty());
  CHECK(text(session.info[0]) == "59c84e4a16267c0001c23428");
  CHECK(text(session.info[1]) == "5b25418d7a7662743465cf72");
  CHECK(text(session.info[2]) == "192.0.2.9");
  CHECK(text(session.info[3]) == "shared");
  CHECK(*session.start == *ParseTimestamp("2026-08-20T08:00:00.123Z"));
  CHECK(*session.expiration == *ParseTimestamp("2026-08-21T00:00:00.123Z"));
  CHECK(*session.idle_expiration == *ParseTimestamp("2026-08-20T09:30:00.5Z"));
  CHECK(*session.last_login == *ParseTimestamp("2026-08-19T07:00:00.123456Z"));
  CHECK_FALSE(session.end);
  CHECK(session.failed_logins == 3);
  CHECK(*session.keepalive == *ParseTimestamp("2026-08-20T09:00:00.5Z"));
  CHECK(*session.sign_of_life == *session.keepalive);
  CHECK(snapshot.parse_warnings.empty());
  CHECK(snapshot.fetched_at == kArrival);
}

struct StateCase {
  std::string_view members;
  SessionState state;
  std::string_view status;
};

TEST_CASE("state and status follow from Status and the two expiries", "[intersight]") {
  const auto& c = GENERATE(values<StateCase>({
      {R"("Status":"Active")", SessionState::kActive, "Active"},
      {R"("Status":"Active","Expiration":"2026-08-20T09:10:01Z")", SessionState::kActive, "Active"},
      {R"("Status":"Active","Expiration":"2026-08-20T09:09:59Z")", SessionState::kEnded, "Active"},
      {R"("Status":"Active","IdleTimeExpiration":"2026-08-20T09:09:59Z")", SessionState::kEnded,
       "Active"},
      {R"("Status":"Active","Expiration":"0001-01-01T00:00:00Z")", SessionState::kActive, "Active"},
      {R"("Status":"Ended")", SessionState::kEnded, "Ended"},
      {R"("Status":"Terminated")", SessionState::kEnded, "Terminated"},
      {R"("Status":"active")", SessionState::kUnknown, "active"},
      {R"("Status":"Suspended","Expiration":"2026-08-20T09:10:01Z")", SessionState::kUnknown,
       "Suspended"},
      {R"("Status":"Suspended","Expiration":"2026-08-20T09:09:59Z")", SessionState::kEnded,
       "Suspended"},
      {R"("Status":null,"IdleTimeExpiration":"2026-08-20T09:09:59Z")", SessionState::kEnded,
       "unknown"},
      {R"("Expiration":"2026-08-20T09:09:59Z")", SessionState::kEnded, "unknown"},
      {R"("Status":"Ended","Expiration":"2026-08-20T09:09:59Z")", SessionState::kEnded, "Ended"},
      {R"("Status":null)", SessionState::kUnknown, "unknown"},
      {R"("Status":7)", SessionState::kUnknown, "unknown"},
      {R"("Status":"")", SessionState::kUnknown, "unknown"},
      {R"("Role":"x")", SessionState::kUnknown, "unknown"},
  }));
  CAPTURE(c.members);
  const Snapshot snapshot = ListWith(Row("a", c.members));
  CHECK(snapshot.sessions.at(0).state == c.state);
  CHECK(snapshot.symbols.Text(snapshot.sessions.at(0).status) == c.status);
}

TEST_CASE("expiries are measured on Intersight's clock", "[intersight]") {
  IntersightSetup setup;
  FakeAnswer answer = test::IntersightAnswer(ListOf(Row("a", R"("Status":"Active",
"Expiration":"2026-08-20T09:30:00Z")")));
  answer.head.date = kArrival + 1h;
  setup.Answer(answer);
  const auto snapshot = setup.List();
  REQUIRE(snapshot);
  CHECK(snapshot->sessions.at(0).state == SessionState::kEnded);
  CHECK(snapshot->backend_time == kArrival + 1h);
}

TEST_CASE("a field that is missing, null, unset or of a wrong type is left out", "[intersight]") {
  const std::string_view value = GENERATE(as<std::string_view>{}, "", "null", "[1]", "true", "{}");
  std::string members;
  for (const std::string_view name :
       {"Status", "UserIdOrEmail", "Role", "LoginType", "ClientIpAddress", "CreateTime", "EndTime",
        "Expiration", "IdleTimeExpiration", "LastLoginTime", "FailedLogins", "Permission",
        "AccountMoid", "DomainGroupMoid", "LastLoginClient", "SharedScope"}) {
    if (value.empty()) continue;
    members += fmt::format("{}\"{}\":{}", members.empty() ? "" : ",", name, value);
  }
  CAPTURE(value);
  const Snapshot snapshot = ListWith(Row("a", members), R"({"IdleTimeOut":1800})");
  const Session& session = snapshot.sessions.at(0);
  for (const Symbol label : session.labels) CHECK(label.empty());
  for (const Symbol label : session.info) CHECK(label.empty());
  CHECK_FALSE(session.start);
  CHECK_FALSE(session.end);
  CHECK_FALSE(session.keepalive);
  CHECK_FALSE(session.expiration);
  CHECK_FALSE(session.idle_expiration);
  CHECK_FALSE(session.last_login);
  CHECK_FALSE(session.sign_of_life);
  CHECK(session.failed_logins == -1);
  const bool wrong = !value.empty() && value != "null";
  CHECK(Warnings(snapshot, "CreateTime") == (wrong ? 1 : 0));
  CHECK(Warnings(snapshot, "FailedLogins") == (wrong ? 1 : 0));
}

struct TimeCase {
  std::string_view text;
  std::string_view meaning;  // empty: not set
  bool warned;
};

TEST_CASE("dates have any number of digits, and year 1 is not set", "[intersight]") {
  const auto& c = GENERATE(values<TimeCase>({
      {"2026-08-20T08:00:00Z", "2026-08-20 08:00:00", false},
      {"2026-08-20T08:00:00.1Z", "2026-08-20 08:00:00.1", false},
      {"2026-08-20T08:00:00.123Z", "2026-08-20 08:00:00.123", false},
      {"2026-08-20T08:00:00.123456789Z", "2026-08-20 08:00:00.123456", false},
      {"2026-08-20T10:00:00+02:00", "2026-08-20 08:00:00", false},
      {"0001-01-01T00:00:00Z", "", false},
      {"0001-01-01T00:00:00.000Z", "", false},
      {"", "", false},
      {"1970-01-01T00:00:00Z", "", true},
      {"9999-12-31T23:59:59Z", "", true},
      {"2026-08-23T08:00:00Z", "", true},  // a start cannot lie ahead
      {"yesterday", "", true},
  }));
  CAPTURE(c.text);
  const Snapshot snapshot = ListWith(Row("a", fmt::format(R"("CreateTime":"{}")", c.text)));
  const OptionalTime start = snapshot.sessions.at(0).start;
  REQUIRE(start.has_value() == !c.meaning.empty());
  if (start) CHECK(*start == *ParseTimestamp(c.meaning));
  CHECK(Warnings(snapshot, "CreateTime") == (c.warned ? 1 : 0));
}

struct FailedLoginsCase {
  std::string_view value;
  std::int32_t meaning;
  std::uint64_t warnings;
};

TEST_CASE("failed logins are a count or nothing", "[intersight]") {
  const auto& c = GENERATE(values<FailedLoginsCase>({{"0", 0, 0},
                                                     {"7", 7, 0},
                                                     {"7.0", 7, 0},
                                                     {"2.5", -1, 1},
                                                     {"0.5", -1, 1},
                                                     {"-1", -1, 1},
                                                     {"1e300", -1, 1},
                                                     {"\"3\"", -1, 1},
                                                     {"null", -1, 0}}));
  CAPTURE(c.value);
  const Snapshot snapshot = ListWith(Row("a", fmt::format(R"("FailedLogins":{})", c.value)));
  CHECK(snapshot.sessions.at(0).failed_logins == c.meaning);
  CHECK(Warnings(snapshot, "FailedLogins") == c.warnings);
}

constexpr std::string_view kIdle9_30 =
    R"("Status":"Active","IdleTimeExpiration":"2026-08-20T09:30:00Z")";

struct KeepaliveCase {
  std::string_view permission;  // of the session
  std::string_view limits;
  std::string_view keepalive;  // empty: not known
};

TEST_CASE("the last activity lies one idle limit before the idle expiry", "[intersight]") {
  constexpr std::string_view kAccount = R"({"Account":{"Moid":"x"},"IdleTimeOut":1800})";
  constexpr std::string_view kBoth = R"({"Permission":{"Moid":"p1"},"IdleTimeOut":3600},
{"Account":{"Moid":"x"},"Permission":null,"IdleTimeOut":1800})";
  const auto& c = GENERATE_COPY(values<KeepaliveCase>({
      {"p1", kAccount, "2026-08-20 09:00:00"},
      {"p1", kBoth, "2026-08-20 08:30:00"},
      {"p2", kBoth, "2026-08-20 09:00:00"},
      {"", kBoth, "2026-08-20 09:00:00"},
      {"p1", R"({"Permission":{"Moid":"p1"},"IdleTimeOut":3600})", "2026-08-20 08:30:00"},
      {"p2", R"({"Permission":{"Moid":"p1"},"IdleTimeOut":3600})", ""},
      {"p1", R"({"Permission":{"Moid":"p1"},"IdleTimeOut":null},{"IdleTimeOut":1800})",
       "2026-08-20 09:00:00"},
      {"p1", R"({"IdleTimeOut":0})", ""},
      {"p1", R"({"IdleTimeOut":-1800})", ""},
      {"p1", R"({"IdleTimeOut":1e300})", ""},
      {"p1", R"({"IdleTimeOut":"1800"})", ""},
      {"p1", "7,null", ""},
  }));
  CAPTURE(c.permission, c.limits);
  const Snapshot snapshot =
      ListWith(Row("a", fmt::format(R"({},"Permission":{{"Moid":"{}"}})", kIdle9_30, c.permission)),
               c.limits);
  const Session& session = snapshot.sessions.at(0);
  REQUIRE(session.keepalive.has_value() == !c.keepalive.empty());
  if (session.keepalive) CHECK(*session.keepalive == *ParseTimestamp(c.keepalive));
  CHECK(session.sign_of_life.has_value() == session.keepalive.has_value());
}

TEST_CASE("a last activity that lies ahead is not believed", "[intersight]") {
  const Snapshot snapshot =
      ListWith(Row("a", R"("IdleTimeExpiration":"2026-08-23T00:00:00Z")"), R"({"IdleTimeOut":60})");
  CHECK_FALSE(snapshot.sessions.at(0).keepalive);
  CHECK_FALSE(snapshot.sessions.at(0).sign_of_life);
  CHECK(snapshot.sessions.at(0).idle_expiration);
  CHECK(Warnings(snapshot, "IdleTimeExpiration") == 1);
}

TEST_CASE("the account's limits are its own row's, not a role's", "[intersight]") {
  const Snapshot snapshot = ListWith("", R"(
{"Permission":{"Moid":"p1"},"IdleTimeOut":60,"SessionTimeOut":61,"MaximumLimit":62,"PerUserLimit":63},
{"Account":{"Moid":"x"},"IdleTimeOut":1800,"SessionTimeOut":57600,"MaximumLimit":128,"PerUserLimit":32})");
  CHECK(snapshot.limits.idle_timeout == 1800s);
  CHECK(snapshot.limits.lifetime == 57600s);
  CHECK(snapshot.limits.sessions_per_account == 128);
  CHECK(snapshot.limits.sessions_per_user == 32);
}

TEST_CASE("limits that make no sense are none", "[intersight]") {
  const Snapshot snapshot = ListWith(
      "", R"({"IdleTimeOut":0,"SessionTimeOut":-5,"MaximumLimit":1e300,"PerUserLimit":"32"})");
  CHECK_FALSE(snapshot.limits.idle_timeout);
  CHECK_FALSE(snapshot.limits.lifetime);
  CHECK_FALSE(snapshot.limits.sessions_per_account);
  CHECK_FALSE(snapshot.limits.sessions_per_user);
  CHECK(Warnings(snapshot, "IdleTimeOut") == 1);
  CHECK(Warnings(snapshot, "PerUserLimit") == 1);
}

TEST_CASE("a limit that is no whole number is none", "[intersight]") {
  const Snapshot snapshot = ListWith("", R"({"IdleTimeOut":1800.5,"PerUserLimit":2.5})");
  CHECK_FALSE(snapshot.limits.idle_timeout);
  CHECK_FALSE(snapshot.limits.sessions_per_user);
  CHECK(Warnings(snapshot, "IdleTimeOut") == 1);
  CHECK(Warnings(snapshot, "PerUserLimit") == 1);
}

TEST_CASE("a dropped row does not shift its neighbours' roles", "[intersight]") {
  const std::string rows = Row("a", fmt::format(R"({},"Permission":{{"Moid":"p1"}})", kIdle9_30)) +
                           "," + Row("a", kIdle9_30) + "," + Row("", kIdle9_30) + ",7," +
                           Row("b", fmt::format(R"({},"Permission":{{"Moid":"p1"}})", kIdle9_30));
  const Snapshot snapshot = ListWith(rows, R"({"Permission":{"Moid":"p1"},"IdleTimeOut":3600})");
  REQUIRE(snapshot.sessions.size() == 2);
  CHECK(snapshot.sessions[0].keepalive);
  CHECK(snapshot.sessions[1].keepalive);
  CHECK(snapshot.duplicate_sessions == 1);
  CHECK(snapshot.invalid_sessions == 2);
}

}  // namespace
}  // namespace session_exporter
