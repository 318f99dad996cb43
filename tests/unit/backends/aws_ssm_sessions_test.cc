// What the rows of DescribeSessions become.
#include <string>
#include <string_view>

#include "base/timestamp.h"
#include "catch.h"
#include "unit/backends/aws_ssm_setup.h"
#include "unit/backends/warnings.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;
using test::AwsSsmSetup;
using test::kSsmArrival;
using test::SessionsPage;
using test::Warnings;

Snapshot ListWith(std::string_view rows, std::optional<Timestamp> date = {}) {
  AwsSsmSetup setup;
  setup.target.info_labels = {"owner"};
  FakeAnswer answer = test::AwsAnswerOf(SessionsPage(rows));
  answer.head.date = date;
  setup.Answer(answer);
  auto snapshot = setup.List();
  INFO((snapshot ? "" : snapshot.error().message()));
  REQUIRE(snapshot);
  return std::move(*snapshot);
}

// As DescribeSessions' model and the examples of its documentation have it.
constexpr std::string_view kFullRow =
    R"({"SessionId":"Mary-Major-07a16060613c408b5","Target":"i-1234567890abcdef0",
"Status":"Connected","StartDate":1787212800.352,"DocumentName":"SSM-SessionManagerRunShell",
"Owner":"arn:aws:sts::123456789012:assumed-role/Administrator/Mary-Major","Reason":"a ticket",
"Details":"","OutputUrl":{"S3OutputUrl":"","CloudWatchOutputUrl":""},"MaxSessionDuration":"120",
"AccessType":"Standard"})";

TEST_CASE("every member of a session is read", "[aws_ssm]") {
  const Snapshot snapshot = ListWith(kFullRow, kSsmArrival + 1s);
  REQUIRE(snapshot.sessions.size() == 1);
  const Session& session = snapshot.sessions[0];
  const auto text = [&](Symbol symbol) { return snapshot.symbols.Text(symbol); };
  CHECK(text(session.id) == "Mary-Major-07a16060613c408b5");
  CHECK(text(session.status) == "Connected");
  CHECK(session.state == SessionState::kActive);
  CHECK(text(session.Label(SessionLabel::kUser)) == "Mary-Major");
  CHECK(text(session.Label(SessionLabel::kRole)) == "Administrator");
  CHECK(text(session.Label(SessionLabel::kHost)) == "i-1234567890abcdef0");
  CHECK(text(session.Label(SessionLabel::kDocument)) == "SSM-SessionManagerRunShell");
  CHECK(text(session.Label(SessionLabel::kAccessType)) == "Standard");
  CHECK(text(session.info[0]) == "arn:aws:sts::123456789012:assumed-role/Administrator/Mary-Major");
  CHECK(text(session.info[1]) == "a ticket");
  CHECK(*session.start == *ParseTimestamp("2026-08-20T08:00:00.352Z"));
  CHECK(*session.expiration == *ParseTimestamp("2026-08-20T10:00:00.352Z"));
  CHECK(session.max_duration == 2h);
  CHECK_FALSE(session.end);
  CHECK_FALSE(session.keepalive);
  CHECK_FALSE(session.sign_of_life);
  CHECK(snapshot.backend_time == kSsmArrival + 1s);
  CHECK(snapshot.parse_warnings.empty());
}

struct StateCase {
  std::string_view status;  // JSON
  SessionState state;
  std::string_view shown;
};

TEST_CASE("each status has its state", "[aws_ssm]") {
  const auto& c = GENERATE(values<StateCase>({
      {"\"Connecting\"", SessionState::kStarting, "Connecting"},
      {"\"Connected\"", SessionState::kActive, "Connected"},
      {"\"Disconnected\"", SessionState::kIdle, "Disconnected"},
      {"\"Terminating\"", SessionState::kStopping, "Terminating"},
      {"\"Terminated\"", SessionState::kEnded, "Terminated"},
      {"\"Failed\"", SessionState::kFailed, "Failed"},
      {"\"Paused\"", SessionState::kUnknown, "Paused"},
      {"\"connected\"", SessionState::kUnknown, "connected"},
      {"\"\"", SessionState::kUnknown, "unknown"},
      {"null", SessionState::kUnknown, "unknown"},
      {"7", SessionState::kUnknown, "unknown"},
  }));
  CAPTURE(c.status);
  const Snapshot snapshot = ListWith(fmt::format(R"({{"SessionId":"a","Status":{}}})", c.status));
  CHECK(snapshot.sessions.at(0).state == c.state);
  CHECK(snapshot.symbols.Text(snapshot.sessions.at(0).status) == c.shown);
}

TEST_CASE("a member that is missing, null or of a wrong type is left out", "[aws_ssm]") {
  const std::string_view value = GENERATE(as<std::string_view>{}, "", "null", "[1]", "true", "{}");
  std::string row = R"({"SessionId":"a")";
  for (const std::string_view name : {"Target", "Status", "StartDate", "EndDate", "DocumentName",
                                      "Owner", "Reason", "MaxSessionDuration", "AccessType"}) {
    if (!value.empty()) row += fmt::format(",\"{}\":{}", name, value);
  }
  CAPTURE(value);
  const Snapshot snapshot = ListWith(row + "}");
  const Session& session = snapshot.sessions.at(0);
  for (const Symbol label : session.labels) CHECK(label.empty());
  for (const Symbol label : session.info) CHECK(label.empty());
  CHECK_FALSE(session.start);
  CHECK_FALSE(session.end);
  CHECK_FALSE(session.expiration);
  CHECK(session.max_duration == Session::kUnsetDuration);
  const bool wrong = !value.empty() && value != "null";
  CHECK(Warnings(snapshot, "StartDate") == (wrong ? 1 : 0));
  CHECK(Warnings(snapshot, "MaxSessionDuration") == (wrong ? 1 : 0));
}

struct TimeCase {
  std::string_view json;
  std::string_view meaning;  // empty: not set
  bool warned;
};

TEST_CASE("dates are epoch seconds, or ISO 8601", "[aws_ssm]") {
  const auto& c = GENERATE(values<TimeCase>({
      {"1787212800.352", "2026-08-20T08:00:00.352Z", false},
      {"1787212800", "2026-08-20T08:00:00Z", false},
      {"1.7872128E9", "2026-08-20T08:00:00Z", false},
      {"\"2026-08-20T08:00:00.352Z\"", "2026-08-20T08:00:00.352Z", false},
      {"\"\"", "", false},
      {"0", "", true},
      {"-1787212800", "", true},
      {"1e300", "", true},
      {"1787212800352", "", true},  // milliseconds
      {"\"1787212800\"", "", true},
      {"1787472000", "", true},  // three days ahead
  }));
  CAPTURE(c.json);
  const Snapshot snapshot = ListWith(fmt::format(R"({{"SessionId":"a","StartDate":{}}})", c.json));
  const OptionalTime start = snapshot.sessions.at(0).start;
  REQUIRE(start.has_value() == !c.meaning.empty());
  if (start) CHECK(*start == *ParseTimestamp(c.meaning));
  CHECK(Warnings(snapshot, "StartDate") == (c.warned ? 1 : 0));
}

struct LifeCase {
  std::string_view members;
  bool start_counts;
};

TEST_CASE("a start is a sign of life only for who left or should have ended", "[aws_ssm]") {
  const auto& c = GENERATE(values<LifeCase>({
      {R"("Status":"Disconnected")", true},
      {R"("Status":"Connected")", false},
      {R"("Status":"Connecting")", false},
      {R"("Status":"Terminating")", false},
      {R"("Status":"Connected","MaxSessionDuration":"60")", true},
      {R"("Status":"Connected","MaxSessionDuration":"71")", false},
      {R"("Status":"Terminating","MaxSessionDuration":"60")", true},
  }));
  CAPTURE(c.members);
  const Snapshot snapshot =
      ListWith(fmt::format(R"({{"SessionId":"a","StartDate":1787212800,{}}})", c.members));
  CHECK(snapshot.sessions.at(0).sign_of_life.has_value() == c.start_counts);
}

TEST_CASE("the largest duration is measured on AWS's clock", "[aws_ssm]") {
  const std::string_view row =
      R"({"SessionId":"a","Status":"Connected","StartDate":1787212800,"MaxSessionDuration":"90"})";
  CHECK_FALSE(ListWith(row).sessions.at(0).sign_of_life);
  CHECK(ListWith(row, kSsmArrival + 1h).sessions.at(0).sign_of_life);
}

TEST_CASE("rows that are no sessions are counted", "[aws_ssm]") {
  const Snapshot snapshot =
      ListWith(R"({"SessionId":"a"},7,null,{"Status":"Connected"},{"SessionId":"a"})");
  CHECK(snapshot.sessions.size() == 1);
  CHECK(snapshot.invalid_sessions == 3);
  CHECK(snapshot.duplicate_sessions == 1);
}

}  // namespace
}  // namespace session_exporter
