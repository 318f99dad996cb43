// What DescribeSessions answers under faults.
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

}  // namespace

TEST_CASE("document faults spoil DescribeSessions as they do any list", "[ssm]") {
  const Simulator simulator(Frozen());
  const auto answer = [&](const std::string& fault) {
    return Describe(simulator.port(), R"({"State":"Active","MaxResults":200})", fault);
  };
  const auto read = [&](const std::string& fault) { return Read(answer(fault)); };
  const rapidjson::SizeType size = read("no_date")["Sessions"].Size();
  CHECK_FALSE(read("no_list").HasMember("Sessions"));
  CHECK(read("list=null")["Sessions"].IsNull());
  CHECK(read("list=string")["Sessions"].IsString());
  CHECK(read("duplicates")["Sessions"].Size() == 2 * size);
  CHECK(read("missing")["Sessions"][0].MemberCount() == 1);
  CHECK(read("nulls")["Sessions"][0]["StartDate"].IsNull());
  CHECK_FALSE(read("no_ids")["Sessions"][0].HasMember("SessionId"));
  CHECK(read("no_sessions")["Sessions"].Empty());
  CHECK(read("unknown_statuses=3")["Sessions"][4]["Status"] == "status-1");
  CHECK(read("items=null")["Sessions"][1].IsNull());
  CHECK(answer("two_lists").body.ends_with("], \"Sessions\": []}"));
  CHECK(answer("absurd_numbers").body.find("\"StartDate\": 1e400") != std::string::npos);
  CHECK(answer("absurd_numbers").body.find("\"MaxSessionDuration\": \"1441\"") !=
        std::string::npos);
  CHECK(answer("absurd_dates").body.find("\"StartDate\": 253402300799.999") != std::string::npos);
  CHECK(answer("invalid_utf8").body.find("\xff\xfe\"") != std::string::npos);
  CHECK(answer("long_strings=70000").body.find(std::string(60'000, 'x')) != std::string::npos);
  CHECK(answer("distinct_labels").body.find("@example.com-17\"") != std::string::npos);
  CHECK(answer("error_message").body == answer("no_current_time").body);
  CHECK(answer("error_message").body == answer("no_date").body);
  CHECK(SsmErrorCode(answer("auth_error")) == "UnrecognizedClientException");
  CHECK(SsmErrorCode(answer("permission")) == "AccessDeniedException");
  CHECK(answer("permission").status == 400);

  std::set<std::string> spoilt;
  const auto right = read("no_date");
  const auto wrong = read("wrong_types");
  for (rapidjson::SizeType i = 0; i < size; ++i) {
    CHECK(wrong["Sessions"][i]["SessionId"] == right["Sessions"][i]["SessionId"]);
    for (const auto& field : right["Sessions"][i].GetObject()) {
      if (wrong["Sessions"][i][field.name.GetString()] != field.value) {
        spoilt.insert(field.name.GetString());
      }
    }
  }
  CHECK(spoilt.size() > 6);
}

TEST_CASE("faults of AWS's own", "[ssm]") {
  Simulator simulator(Frozen());
  const auto answer = [&](const std::string& fault) {
    return Describe(simulator.port(), R"({"State":"Active","MaxResults":30})", fault);
  };
  CHECK(SsmErrorCode(answer("throttle")) == "ThrottlingException");
  CHECK(answer("throttle=250").head.find("x-amz-retry-after: 250") != std::string::npos);
  const Answer internal =
      answer("aws_error=InternalServerError,aws_status=500,aws_message=oh%20no");
  CHECK(internal.status == 500);
  CHECK(internal.body == R"({"__type": "InternalServerError", "message": "oh no"})");
  CHECK(SsmErrorCode(answer("expired_token")) == "ExpiredTokenException");
  CHECK(SsmErrorCode(answer("throttle,error_namespaced")) ==
        "com.amazonaws.ssm#ThrottlingException");
  CHECK(answer("throttle,error_namespaced,error_in=header")
            .head.find("x-amzn-ErrorType: com.amazonaws.ssm#ThrottlingException:http://") !=
        std::string::npos);
  const Answer in_header = answer("throttle,error_in=header");
  CHECK(in_header.head.find("x-amzn-ErrorType: ThrottlingException") != std::string::npos);
  CHECK(SsmErrorCode(in_header).empty());
  CHECK(SsmErrorCode(answer("throttle,error_in=both")) == "ThrottlingException");

  AwsTestRequest request;
  const std::size_t count = simulator.sessions().size();
  request.path = "/fault/empty_pages=3/";
  CHECK(SsmIds(simulator.port(), kActive + R"(,"MaxResults":10)", request).size() == count);
  CHECK(Read(answer("empty_pages"))["Sessions"].Empty());

  request.path = "/fault/repeat_token/";
  request.body = R"({"State":"Active","MaxResults":10})";
  const std::string token = Read(AskAws(simulator.port(), request))["NextToken"].GetString();
  request.body = fmt::format(R"({{"State":"Active","MaxResults":10,"NextToken":"{}"}})", token);
  CHECK(Read(AskAws(simulator.port(), request))["NextToken"] == token.c_str());

  request.path = "/fault/endless_pages/";
  std::set<std::string> ids;
  request.body = R"({"State":"Active","MaxResults":200})";
  for (int i = 0; i < 5; ++i) {
    const auto page = Read(AskAws(simulator.port(), request));
    for (const auto& session : page["Sessions"].GetArray()) {
      ids.insert(session["SessionId"].GetString());
    }
    request.body = fmt::format(R"({{"State":"Active","MaxResults":200,"NextToken":"{}"}})",
                               page["NextToken"].GetString());
  }
  CHECK(ids.size() == 5 * count);

  TestClient client(simulator.port());
  client.Send(
      RequestText("POST", "/fault/endless/", "{}", "X-Amz-Target: AmazonSSM.DescribeSessions\r\n"));
  const std::string much = client.Read(500'000);
  CHECK(much.size() == 500'000);
  CHECK(much.find(", {\"SessionId\": \"alice@example.com-00") != std::string::npos);
}

TEST_CASE("a fault can be set for one account and region, and requests counted so", "[ssm]") {
  Simulator simulator(Frozen());
  simulator.SetFault("DescribeSessions/123456789012/eu-west-1", "throttle", 1);
  const AwsTestRequest there{.region = "eu-west-1"};
  CHECK(AskAws(simulator.port(), {}).status == 200);
  CHECK(SsmErrorCode(AskAws(simulator.port(), there)) == "ThrottlingException");
  CHECK(AskAws(simulator.port(), there).status == 200);
  CHECK(simulator.CountRequests("/AmazonSSM.DescribeSessions/123456789012/eu-west-1") == 2);
  CHECK(simulator.CountRequests("AmazonSSM") == 3);
}

}  // namespace simulator
