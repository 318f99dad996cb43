#include "backends/aws_ssm/aws_ssm_history.h"

#include <string>
#include <string_view>

#include "catch.h"
#include "unit/backends/aws_ssm_setup.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;
using test::AwsErrorAnswer;
using test::AwsSsmSetup;
using test::SessionRows;
using test::SessionsPage;

struct HistorySetup : AwsSsmSetup {
  HistorySetup() {
    config->history = true;
    config->history_window = 2h;
  }
  // The open sessions, then a page of the history.
  void AnswerBoth(std::string_view history) {
    Answer(SessionsPage(SessionRows("open", 1)));
    Answer(std::string(history));
  }
};

std::string Ended(std::string_view id, std::string_view status, int start, int end) {
  return fmt::format(R"({{"SessionId":"{}","Status":"{}","StartDate":{},"EndDate":{}}})", id,
                     status, 1'787'212'800 + start, 1'787'212'800 + end);
}

TEST_CASE("the history is counted by status, with its durations", "[aws_ssm]") {
  HistorySetup setup;
  setup.AnswerBoth(SessionsPage(
      Ended("a", "Terminated", 0, 60) + "," + Ended("b", "Terminated", 0, 180) + "," +
      Ended("c", "Failed", 0, 0) + "," + Ended("d", "Odd", 100, 50) + "," +
      Ended("a", "Terminated", 0, 60) + R"(,{"SessionId":"e","Status":"Terminated"},7)"));
  const auto snapshot = setup.List();
  REQUIRE(snapshot);
  REQUIRE(snapshot->history);
  CHECK(snapshot->history->by_status ==
        std::map<std::string, std::uint64_t>{{"Failed", 1}, {"Odd", 1}, {"Terminated", 3}});
  CHECK(snapshot->history->mean_duration == 80s);
  CHECK(snapshot->history->max_duration == 180s);
  CHECK(snapshot->sessions.size() == 1);
  CHECK(setup.SentBodies().at(1) ==
        R"({"State":"History","MaxResults":200,)"
        R"("Filters":[{"key":"InvokedAfter","value":"2026-08-20T07:10:00Z"}]})");
}

TEST_CASE("an empty history is zeros, without durations", "[aws_ssm]") {
  HistorySetup setup;
  setup.AnswerBoth(SessionsPage(""));
  const auto snapshot = setup.List();
  REQUIRE(snapshot);
  REQUIRE(snapshot->history);
  CHECK(snapshot->history->by_status ==
        std::map<std::string, std::uint64_t>{{"Failed", 0}, {"Terminated", 0}});
  CHECK_FALSE(snapshot->history->mean_duration);
  CHECK_FALSE(snapshot->history->max_duration);
}

TEST_CASE("without the option the history is not asked for", "[aws_ssm]") {
  AwsSsmSetup setup;
  setup.Answer(SessionsPage(""));
  const auto snapshot = setup.List();
  REQUIRE(snapshot);
  CHECK_FALSE(snapshot->history);
  CHECK(setup.http.sent().size() == 1);
}

TEST_CASE("the history is read every five minutes and shown in between", "[aws_ssm]") {
  HistorySetup setup;
  setup.AnswerBoth(SessionsPage(Ended("a", "Terminated", 0, 60)));
  REQUIRE(setup.List());
  setup.clock.Advance(4min);
  setup.Answer(SessionsPage(""));
  const auto between = setup.List();
  REQUIRE(between);
  CHECK(setup.http.sent().size() == 3);
  REQUIRE(between->history);
  CHECK(between->history->by_status.at("Terminated") == 1);
  setup.clock.Advance(2min);
  setup.AnswerBoth(SessionsPage(""));
  const auto later = setup.List();
  REQUIRE(later);
  CHECK(setup.http.sent().size() == 5);
  CHECK(later->history->by_status.at("Terminated") == 0);
}

TEST_CASE("a history that fails leaves the sessions alone and shows nothing", "[aws_ssm]") {
  HistorySetup setup;
  setup.AnswerBoth(SessionsPage(Ended("a", "Terminated", 0, 60)));
  REQUIRE(setup.List());
  setup.clock.Advance(6min);
  setup.Answer(SessionsPage(SessionRows("open", 2)));
  setup.Answer(AwsErrorAnswer("AccessDeniedException"));
  const auto snapshot = setup.List();
  REQUIRE(snapshot);
  CHECK(snapshot->sessions.size() == 2);
  CHECK_FALSE(snapshot->history);
  // And is shown again as soon as it can be read.
  setup.AnswerBoth(SessionsPage(Ended("a", "Terminated", 0, 60)));
  const auto mended = setup.List();
  REQUIRE(mended);
  CHECK(mended->history);
}

TEST_CASE("a history that is throttled waits for its time", "[aws_ssm]") {
  HistorySetup setup;
  setup.Answer(SessionsPage(""));
  for (int i = 0; i < 3; ++i) setup.Answer(AwsErrorAnswer("ThrottlingException"));
  REQUIRE(setup.List());
  const std::size_t sent = setup.http.sent().size();
  setup.Answer(SessionsPage(""));
  const auto snapshot = setup.List();
  REQUIRE(snapshot);
  CHECK_FALSE(snapshot->history);
  CHECK(setup.http.sent().size() == sent + 1);
}

TEST_CASE("a history that cannot be read any more is not shown for ever", "[aws_ssm]") {
  HistorySetup setup;
  setup.AnswerBoth(SessionsPage(Ended("a", "Terminated", 0, 60)));
  REQUIRE(setup.List());
  FakeAnswer slow = test::AwsAnswerOf("");
  slow.head_error = Error(ErrorKind::kTimeout, "no time");
  for (const bool shown : {true, false}) {
    setup.clock.Advance(6min);
    setup.Answer(SessionsPage(""));
    for (int attempt = 0; attempt < 3; ++attempt) setup.Answer(slow);
    const auto snapshot = setup.List();
    REQUIRE(snapshot);
    CHECK(snapshot->history.has_value() == shown);
  }
}

TEST_CASE("durations that nobody can believe do not overflow", "[aws_ssm]") {
  HistorySetup setup;
  std::string rows;
  for (int i = 0; i < 1'600; ++i) {
    rows += fmt::format(R"({}{{"SessionId":"s{}","StartDate":946684800,"EndDate":7258032000}})",
                        i == 0 ? "" : ",", i);
  }
  setup.AnswerBoth(SessionsPage(rows));
  const auto snapshot = setup.List();
  REQUIRE(snapshot);
  CHECK(snapshot->history->mean_duration == snapshot->history->max_duration);
  CHECK(snapshot->history->mean_duration > std::chrono::years(199));
}

TEST_CASE("a history that takes longer than one collection is read on by the next", "[aws_ssm]") {
  HistorySetup setup;
  setup.AnswerBoth(SessionsPage(Ended("a", "Terminated", 0, 60), "t1"));
  FakeAnswer slow = test::AwsAnswerOf("");
  slow.head_error = Error(ErrorKind::kTimeout, "no time");
  for (int attempt = 0; attempt < 3; ++attempt) setup.Answer(slow);
  const auto first = setup.List();
  REQUIRE(first);
  CHECK_FALSE(first->history);  // not complete
  CHECK(setup.http.sent().size() == 5);
  setup.Answer(SessionsPage(""));
  setup.Answer(SessionsPage(Ended("b", "Terminated", 0, 60)));
  const auto second = setup.List();
  REQUIRE(second);
  REQUIRE(second->history);
  CHECK(second->history->by_status.at("Terminated") == 2);
  CHECK(setup.SentBodies().back().find(R"("NextToken":"t1")") != std::string::npos);
}

TEST_CASE("a status that nobody knows does not multiply without end", "[aws_ssm]") {
  HistorySetup setup;
  std::string rows;
  for (int i = 0; i < 100; ++i) {
    rows += fmt::format("{}{}", i == 0 ? "" : ",",
                        Ended(fmt::format("s{}", i), fmt::format("status-{}", i), 0, 1));
  }
  setup.AnswerBoth(SessionsPage(rows));
  const auto snapshot = setup.List();
  REQUIRE(snapshot);
  REQUIRE(snapshot->history);
  CHECK(snapshot->history->by_status.size() == 21);
  CHECK(snapshot->history->by_status.at("other") == 82);
}

}  // namespace
}  // namespace session_exporter
