#include "simulator/ssm_routes.h"

#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>
#include <rapidjson/document.h>

#include "catch.h"
#include "simulator/aws_test_client.h"
#include "simulator/simulator.h"

namespace simulator {
namespace {

SimulatorOptions Frozen() {
  SimulatorOptions options;
  options.start_time = ParseTime("2026-03-01T12:00:00");
  options.speed = 0;
  return options;
}

const std::string kActive = R"("State":"Active")";
const std::string kHistory = R"("State":"History","MaxResults":200)";

}  // namespace

TEST_CASE("what AWS would refuse is refused with its code", "[ssm]") {
  const Simulator simulator(Frozen());
  struct Row {
    const char* what;
    std::string body, code, in_message;
  };
  const std::string filter = R"({"State":"Active","Filters":[{"key":"%s","value":"%s"}]})";
  const std::vector<Row> rows{
      {"no JSON", "State=Active", "SerializationException", ""},
      {"no state", "{}", "ValidationException", "Value null at 'state'"},
      {"a state that is none", R"({"State":"active"})", "ValidationException",
       "Member must satisfy enum value set: [Active, History]"},
      {"a state of a wrong type", R"({"State":1})", "SerializationException", ""},
      {"pages too big", R"({"State":"Active","MaxResults":201})", "ValidationException",
       "Value '201' at 'maxResults' failed to satisfy constraint: Member must have value less than "
       "or equal to 200"},
      {"pages too small", R"({"State":"Active","MaxResults":0})", "ValidationException",
       "greater than or equal to 1"},
      {"a size as text", R"({"State":"Active","MaxResults":"5"})", "SerializationException", ""},
      {"a wrong token", R"({"State":"Active","NextToken":"abc"})", "InvalidNextToken", "token"},
      {"an empty token", R"({"State":"Active","NextToken":""})", "InvalidNextToken", "token"},
      {"no filters in the list", R"({"State":"Active","Filters":[]})", "ValidationException",
       "Value '[]' at 'filters'"},
      {"an unknown key", R"({"State":"Active","Filters":[{"key":"User","value":"x"}]})",
       "InvalidFilterKey", ""},
      {"capital members", R"({"State":"Active","Filters":[{"Key":"Owner","Value":"x"}]})",
       "ValidationException", "member.key' failed to satisfy constraint: Member must not be null"},
      {"values in a list", R"({"State":"Active","Filters":[{"key":"Owner","value":["x"]}]})",
       "SerializationException", ""},
      {"an empty value", R"({"State":"Active","Filters":[{"key":"Owner","value":""}]})",
       "ValidationException", "length greater than or equal to 1"},
      {"a date that is none",
       R"({"State":"Active","Filters":[{"key":"InvokedAfter","value":"1772366400"}]})",
       "ValidationException", "InvokedAfter"},
      {"a status that is none",
       R"({"State":"Active","Filters":[{"key":"Status","value":"connected"}]})",
       "ValidationException", "Status"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const Answer answer = Describe(simulator.port(), row.body);
    CHECK(answer.status == 400);
    CHECK(answer.head.find("Content-Type: application/x-amz-json-1.1") != std::string::npos);
    CHECK(answer.head.find("x-amzn-RequestId: ") != std::string::npos);
    CHECK(SsmErrorCode(answer) == row.code);
    const auto document = Read(answer);
    const std::string message =
        document.HasMember("message") ? document["message"].GetString() : "";
    CHECK(message.find(row.in_message) != std::string::npos);
  }
  CHECK(Read(Describe(simulator.port(),
                      R"({"State":"Active","Filters":[{"key":"User","value":"x"}]})"))
            .MemberCount() == 1);
}

TEST_CASE("a request that is not signed right is refused with AWS's reason", "[ssm]") {
  SimulatorOptions options = Frozen();
  const Simulator simulator(options);
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  const auto check = [&](const AwsTestRequest& request, const std::string& code,
                         const std::string& in_message) {
    const Answer answer = AskAws(simulator.port(), request);
    INFO(answer.body);
    CHECK(answer.status == (code.empty() ? 200 : 400));
    CHECK(SsmErrorCode(answer) == code);
    CHECK(answer.body.find(in_message) != std::string::npos);
  };
  check({}, "", "Sessions");
  check({.secret = "wrong"}, "InvalidSignatureException", "does not match the signature");
  check({.key_id = "AKIDUNKNOWN"}, "UnrecognizedClientException", "security token included");
  check({.session_token = "made-up"}, "UnrecognizedClientException", "security token included");
  check({.authorization = ""}, "MissingAuthenticationTokenException", "Missing Authentication");
  check({.authorization = "Bearer x"}, "IncompleteSignatureException", "Unsupported AWS");
  check({.authorization = "AWS4-HMAC-SHA256 Credential=x"}, "IncompleteSignatureException",
        "requires 'Signature' parameter");
  check({.region = "mars-north-1"}, "InvalidSignatureException", "scoped to a valid region. ");
  check({.service = "sts"}, "InvalidSignatureException", "scoped to correct service: 'ssm'");
  check({.time = now - std::chrono::minutes(6)}, "InvalidSignatureException",
        "Signature expired: ");
  check({.time = now + std::chrono::minutes(6)}, "InvalidSignatureException",
        "Signature not yet current: ");
  check({.time = now - std::chrono::minutes(4)}, "", "Sessions");
  check({.target = "AmazonSSM.StartSession"}, "UnknownOperationException", "");
  check({.content_type = "application/json"}, "UnknownOperationException", "");
  check({.path = "/fault/no_date/"}, "", "Sessions");
  check({.path = "/fault/no_date"}, "", "Sessions");
  CHECK(AskAws(simulator.port(), {.target = ""}).status == 404);
}

TEST_CASE("a skewed clock refuses signatures, and says in Date what time it has", "[ssm]") {
  const Simulator simulator(Frozen());
  AwsTestRequest request{.path = "/fault/skew=3600/"};
  const Answer refused = AskAws(simulator.port(), request);
  CHECK(SsmErrorCode(refused) == "InvalidSignatureException");
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  const std::string hour = HttpDate(now + std::chrono::hours(1)).substr(0, 19);
  const std::string next = HttpDate(now + std::chrono::seconds(3660)).substr(0, 19);
  CHECK((refused.head.find("Date: " + hour) != std::string::npos ||
         refused.head.find("Date: " + next) != std::string::npos));
  request.time = now + std::chrono::hours(1);
  CHECK(AskAws(simulator.port(), request).status == 200);
}

TEST_CASE("the signing time need not be checked, or may be the simulation's", "[ssm]") {
  const AwsTestRequest old{.time = ParseTime("2020-01-01T00:00:00")};
  SimulatorOptions options = Frozen();
  options.aws.check_signing_time = false;
  const Simulator unchecked(options);
  const Answer answer = AskAws(unchecked.port(), old);
  CHECK(answer.status == 200);
  CHECK(answer.head.find("Date: Sun, 01 Mar 2026 12:00:00 GMT") != std::string::npos);

  options.aws.check_signing_time = true;
  options.aws.simulated_clock = true;
  const Simulator simulated(options);
  CHECK(SsmErrorCode(AskAws(simulated.port(), old)) == "InvalidSignatureException");
  CHECK(AskAws(simulated.port(), {.time = options.start_time}).status == 200);
}

TEST_CASE("the first account and region show one row for each session", "[ssm]") {
  const Simulator simulator(Frozen());
  const std::vector<Session> sessions = simulator.sessions();
  for (const int size : {1, 7, 200}) {
    const auto ids = SsmIds(simulator.port(), kActive + fmt::format(",\"MaxResults\":{}", size));
    REQUIRE(ids.size() == sessions.size());
    for (const Session& session : sessions) {
      CHECK(std::count_if(ids.begin(), ids.end(), [&](const std::string& id) {
              return id.ends_with("-" + session.id.substr(0, 17));
            }) == 1);
    }
  }
  CHECK(SsmIds(simulator.port(), kActive).size() == sessions.size());
}

TEST_CASE("sessions come newest first, with the members and forms of the real ones", "[ssm]") {
  const Simulator simulator(Frozen());
  std::set<std::string> seen;
  for (const std::string& state : {kActive + R"(,"MaxResults":200)", kHistory}) {
    const auto document = Read(Describe(simulator.port(), "{" + state + "}"));
    double last = 1e300;
    for (const auto& session : document["Sessions"].GetArray()) {
      const auto text = [&](const char* name) {
        return session.HasMember(name) ? std::string(session[name].GetString()) : "";
      };
      REQUIRE(session["StartDate"].IsDouble());
      CHECK(session["StartDate"].GetDouble() <= last);
      last = session["StartDate"].GetDouble();
      CHECK(session.HasMember("EndDate") == (state != kActive + R"(,"MaxResults":200)"));
      if (session.HasMember("EndDate")) CHECK(session["EndDate"].GetDouble() > last);
      seen.insert(text("Status"));
      const std::string target = text("Target");
      seen.insert(target.substr(0, target.find_first_of("-:")));
      std::string owner = text("Owner");
      owner = owner.substr(0, owner.find('/'));
      seen.insert(owner.substr(std::min(owner.size(), owner.rfind(':') + 1)));
      if (text("Owner").find("/AWSReservedSSO_") != std::string::npos) seen.insert("SSO");
      seen.insert(text("DocumentName").empty() ? "no document" : "document");
      seen.insert(text("MaxSessionDuration").empty() ? "no maximum" : "maximum");
      seen.insert(text("AccessType"));
      if (text("SessionId").starts_with("ecs-execute-command-")) seen.insert("ECS id");
    }
  }
  CHECK(seen == std::set<std::string>{"",
                                      "Connected",
                                      "Connecting",
                                      "Disconnected",
                                      "Terminating",
                                      "Terminated",
                                      "Failed",
                                      "i",
                                      "mi",
                                      "ecs",
                                      "user",
                                      "root",
                                      "assumed-role",
                                      "federated-user",
                                      "SSO",
                                      "no document",
                                      "document",
                                      "no maximum",
                                      "maximum",
                                      "Standard",
                                      "JustInTime",
                                      "ECS id"});
}

TEST_CASE("each account and region has its own sessions, always the same ones", "[ssm]") {
  const Simulator simulator(Frozen());
  std::set<std::string> ids;
  std::size_t count = 0;
  for (const char* region : {"us-east-1", "us-west-2", "eu-west-1"}) {
    const auto there = SsmIds(simulator.port(), kActive, {.region = region});
    CHECK(there == SsmIds(simulator.port(), kActive, {.region = region}));
    CHECK(there.size() <= 40);
    CHECK_FALSE(there.empty());
    ids.insert(there.begin(), there.end());
    count += there.size();
  }
  CHECK(ids.size() == count);

  SimulatorOptions options = Frozen();
  options.aws.sessions_per_pair = 300;
  const Simulator busy(options);
  const auto there = SsmIds(busy.port(), kActive + R"(,"MaxResults":200)", {.region = "eu-west-1"});
  CHECK(there.size() > 270);
  CHECK(there.size() <= 300);
}

TEST_CASE("history is larger than what is active, and keeps what it has shown", "[ssm]") {
  Simulator simulator(Frozen());
  const auto before = SsmIds(simulator.port(), kHistory);
  CHECK(before.size() > 3 * simulator.sessions().size());
  simulator.AdvanceClock(std::chrono::hours(24));
  const auto after = SsmIds(simulator.port(), kHistory);
  CHECK(before != after);
  const std::set<std::string> shown(after.begin(), after.end());
  const auto kept = std::count_if(before.begin(), before.end(),
                                  [&](const std::string& id) { return shown.contains(id); });
  CHECK(static_cast<std::size_t>(kept) > before.size() * 9 / 10);
  CHECK(static_cast<std::size_t>(kept) < before.size());
}

TEST_CASE("filters let through what they name", "[ssm]") {
  SimulatorOptions options = Frozen();
  options.aws.history_factor = 4;  // so that all is on one page
  const Simulator simulator(options);
  for (const std::string& state : {kActive, kHistory}) {
    const auto all = Read(Describe(
        simulator.port(), "{" + (state == kActive ? state + R"(,"MaxResults":200)" : state) + "}"));
    const auto& sessions = all["Sessions"];
    const auto expect = [&](const std::string& filters, const auto& passes) {
      const auto wanted = std::count_if(sessions.Begin(), sessions.End(), passes);
      INFO(filters);
      CHECK(wanted > 0);
      const auto got = Read(Describe(
          simulator.port(), "{" + (state == kActive ? state + R"(,"MaxResults":200)" : state) +
                                R"(,"Filters":[)" + filters + "]}"));
      CHECK(static_cast<long>(got["Sessions"].Size()) == wanted);
    };
    const auto filter = [](const std::string& key, const std::string& value) {
      return fmt::format(R"({{"key":"{}","value":"{}"}})", key, value);
    };
    const auto& one = sessions[sessions.Size() / 2];
    for (const std::string key : {"SessionId", "Target", "Owner", "Status"}) {
      expect(filter(key, one[key.c_str()].GetString()), [&](const auto& s) {
        return s.HasMember(key.c_str()) && s[key.c_str()] == one[key.c_str()];
      });
    }
    expect(filter("AccessType", "JustInTime"), [](const auto& s) {
      return s.HasMember("AccessType") && s["AccessType"] == "JustInTime";
    });
    const auto middle = static_cast<std::int64_t>(one["StartDate"].GetDouble());
    std::string date = PythonDate(Time(std::chrono::seconds(middle))) + "Z";
    date[10] = 'T';
    const auto from = static_cast<double>(middle);
    expect(filter("InvokedAfter", date),
           [&](const auto& s) { return s["StartDate"].GetDouble() >= from; });
    expect(filter("InvokedBefore", date),
           [&](const auto& s) { return s["StartDate"].GetDouble() < from; });
    expect(filter("InvokedAfter", date) + "," + filter("Status", one["Status"].GetString()),
           [&](const auto& s) {
             return s["StartDate"].GetDouble() >= from && s["Status"] == one["Status"];
           });
  }
}

TEST_CASE("a token is good for its own query only", "[ssm]") {
  const Simulator simulator(Frozen());
  const auto first = Read(Describe(simulator.port(), R"({"State":"Active","MaxResults":5})"));
  const std::string token = first["NextToken"].GetString();
  const auto with = [&](const std::string& members, AwsTestRequest request = {}) {
    request.body = "{" + members + fmt::format(R"(,"NextToken":"{}")", token) + "}";
    return AskAws(simulator.port(), request);
  };
  CHECK(with(kActive).status == 200);
  CHECK(SsmErrorCode(with(kHistory)) == "InvalidNextToken");
  CHECK(SsmErrorCode(with(kActive, {.region = "eu-west-1"})) == "InvalidNextToken");
}

TEST_CASE("pages are of one list while the clock runs", "[ssm]") {
  SimulatorOptions options = Frozen();
  Simulator simulator(options);
  const auto first = Read(Describe(simulator.port(), R"({"State":"Active","MaxResults":20})"));
  const std::size_t count = simulator.sessions().size();
  simulator.AdvanceClock(std::chrono::hours(1));
  const auto rest = Read(Describe(
      simulator.port(), fmt::format(R"({{"State":"Active","MaxResults":200,"NextToken":"{}"}})",
                                    first["NextToken"].GetString())));
  CHECK(rest["Sessions"].Size() + 20 == count);
}

}  // namespace simulator
