#include "server/probe.h"

#include <string>

#include "catch.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a probe names one target and what it wants", "[probe]") {
  struct Row {
    std::string query;
    std::string target;
    bool strict;
    bool debug;
  };
  const Row row = GENERATE(values<Row>({
      {"target=a", "a", false, false},
      {"target=aws%2Feu-west-1", "aws/eu-west-1", false, false},
      {"target=aws/eu-west-1&strict=true", "aws/eu-west-1", true, false},
      {"debug=true&target=a%3Ab&strict=false", "a:b", false, true},
      {"target=a&strict=1&debug=0", "a", true, false},
      {"target=a&module=x&y", "a", false, false},
  }));
  CAPTURE(row.query);
  const auto probe = ReadProbeQuery(row.query);
  REQUIRE(probe);
  CHECK(probe->target == row.target);
  CHECK(probe->strict == row.strict);
  CHECK(probe->debug == row.debug);
}

TEST_CASE("a probe that says nothing clear is refused, without repeating it", "[probe]") {
  struct Row {
    std::string query;
    std::string message;
  };
  const Row row = GENERATE(values<Row>({
      {"", "no target"},
      {"target=", "no target"},
      {"Target=a", "no target"},
      {"target=a&target=a", "more than one target"},
      {"target=a&strict=yes", "strict: expected true or false"},
      {"target=a&debug=", "debug: expected true or false"},
      {"target=%zz", "malformed %-escape"},
  }));
  CAPTURE(row.query);
  const auto probe = ReadProbeQuery(row.query);
  REQUIRE(!probe);
  CHECK(probe.error().message().find(row.message) != std::string::npos);
}

Target TargetA() {
  Target target;
  target.config.name = "a";
  target.config.backend = "kasm";
  target.description.endpoint = "https://kasm.example";
  return target;
}

ReportedRequest Request(int status, int attempt) {
  ReportedRequest request;
  request.operation = "list";
  request.method = "POST";
  request.url = "https://kasm.example/list";
  request.status = status;
  request.attempt = attempt;
  request.bytes = 1234;
  request.duration = 56ms;
  return request;
}

TEST_CASE("the debug view has every request and the outcome", "[probe]") {
  CollectionReport report;
  report.requests = {Request(503, 1), Request(0, 2)};
  report.requests[0].failure = ErrorKind::kHttp;
  report.requests[1].failure = ErrorKind::kTimeout;
  report.requests[1].failure_message = "no answer\nin time \x1b[31m";
  report.request_count = 2;
  report.duration = 1500ms;
  report.timeout = 9500ms;
  report.failure = Error(ErrorKind::kTimeout, "list: no answer in time");
  report.ended_at = Timestamp(1'700'000'000s);
  CHECK(DescribeCollection(TargetA(), report, report.ended_at) ==
        "Target: a\n"
        "  backend   kasm\n"
        "  endpoint  https://kasm.example\n"
        "\n"
        "Requests: 2\n"
        "    1. POST https://kasm.example/list\n"
        "       list, status 503, 1234 bytes, 0.056s, retries 0, failed (http)\n"
        "    2. POST https://kasm.example/list\n"
        "       list, no answer, 1234 bytes, 0.056s, retries 1, failed (timeout): no answer in "
        "time \xEF\xBF\xBD[31m\n"
        "\n"
        "Outcome: down\n"
        "  reason    timeout\n"
        "  error     list: no answer in time\n"
        "  duration  1.500s of 9.500s\n"
        "  ended     Tue, 14 Nov 2023 22:13:20 GMT\n"
        "\n"
        "Metrics:\n"
        "\n");
}

TEST_CASE("the debug view says when the result is an older one", "[probe]") {
  CollectionReport report;
  report.sessions = 12;
  report.stale_sessions = 3;
  report.truncated = true;
  report.request_count = 300;
  report.ended_at = Timestamp(1'700'000'000s);
  const std::string text = DescribeCollection(TargetA(), report, report.ended_at + 12'300ms);
  for (const std::string part :
       {"Outcome: up\n  sessions  12 (max_sessions cut the list)\n  stale     3\n",
        "  shared    from 12.3s ago, within scrape.min_interval\n",
        "Requests: 300\n       and 300 more\n"}) {
    INFO(part << " in\n" << text);
    CHECK(text.find(part) != std::string::npos);
  }
}

}  // namespace
}  // namespace session_exporter
