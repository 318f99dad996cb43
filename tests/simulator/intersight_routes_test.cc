#include "simulator/intersight_routes.h"

#include <string>

#include <fmt/format.h>
#include <rapidjson/document.h>

#include "catch.h"
#include "simulator/base64.h"
#include "simulator/intersight_signer.h"
#include "simulator/simulator.h"
#include "simulator/test_client.h"

namespace simulator {
namespace {

const std::string kSessions = "/api/v1/iam/Sessions";
const std::string kLimits = "/api/v1/iam/SessionLimits";
const std::string kAccounts = "/api/v1/iam/Accounts";
const std::string kFormType = "Content-Type: application/x-www-form-urlencoded\r\n";
const std::string kForm =
    "grant_type=client_credentials&client_id=demo-client&client_secret=demo-client-secret";

SimulatorOptions Frozen() {
  SimulatorOptions options;
  options.start_time = ParseTime("2026-03-01T12:00:00");
  options.speed = 0;
  return options;
}

rapidjson::Document Read(const std::string& body) {
  rapidjson::Document document;
  document.Parse(body.data(), body.size());
  INFO(body);
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

std::string HeaderOf(const Answer& answer, const std::string& name) {
  const std::size_t start = answer.head.find("\r\n" + name + ": ");
  if (start == std::string::npos) return {};
  const std::size_t value = start + name.size() + 4;
  return answer.head.substr(value, answer.head.find("\r\n", value) - value);
}

std::string FetchToken(const Simulator& simulator, const std::string& prefix = "") {
  const Answer answer = Ask(simulator.port(), "POST", prefix + "/iam/token", kForm, kFormType);
  REQUIRE(answer.status == 200);
  return Read(answer.body)["access_token"].GetString();
}

Answer AskBearer(const Simulator& simulator, const std::string& target, const std::string& token) {
  return Ask(simulator.port(), "GET", target, "", "Authorization: Bearer " + token + "\r\n");
}

}  // namespace

TEST_CASE("requests are answered as the Intersight API answers them", "[intersight]") {
  const Simulator simulator(Frozen());
  struct Row {
    const char* what;
    std::string method, target;
    int status;
    std::string in_body;
  };
  const std::vector<Row> rows{
      {"the list", "GET", kSessions, 200, "{\"ObjectType\": \"iam.Session.List\""},
      {"two slashes, as some clients join URLs", "GET", "/" + kSessions, 200, "iam.Session.List"},
      {"under a fault's prefix", "GET", "/fault/no_date" + kSessions, 200, "iam.Session.List"},
      {"a page too big", "GET", kSessions + "?$top=2000", 400, "\"code\": \"InvalidRequest\""},
      {"an unknown property", "GET", kSessions + "?$select=Colour", 403,
       "\"messageId\": \"iam_invalid_method_operation\""},
      {"no such session", "GET", kSessions + "/123", 404,
       "\"message\": \"Object '123' does not exist\", \"messageId\": "
       "\"barcelona_request_object_does_not_exist\", \"messageParams\": {\"1\": \"123\"}"},
      {"nothing to delete", "DELETE", kSessions + "/123", 404, "Object '123' does not exist"},
      {"a method that is not", "POST", kSessions, 403, "\"code\": \"InvalidMethod\""},
      {"another path", "GET", "/api/v1/iam/Sesions", 404, "\"code\": \"NotFound\""},
      {"a longer name", "GET", kSessions + "2", 404, "\"code\": \"NotFound\""},
      {"limits", "GET", kLimits + "?$inlinecount=allpages", 200, "\"Count\": 3"},
      {"the count of the limits", "GET", kLimits + "?$count=true", 200,
       "{\"ObjectType\": \"mo.DocumentCount\", \"Count\": 3}"},
      {"accounts", "GET", kAccounts, 200, "\"Name\": \"example\""},
      {"one account", "GET", kAccounts + "/" + std::string(kIntersightAccountMoid), 200,
       "{\"AccountMoid\""},
      {"a missing privilege", "GET", "/fault/permission" + kSessions, 403,
       "\"code\": \"UnauthorizedOperation\""},
      {"a wrong key", "GET", "/fault/auth_error" + kSessions, 401, "iam_api_key_is_invalid"},
      {"limits not readable", "GET", "/fault/limits_permission" + kLimits, 403,
       "UnauthorizedOperation"},
      {"and the list still is", "GET", "/fault/limits_permission" + kSessions, 200, "Results"},
      {"limits broken", "GET", "/fault/limits_status=503" + kLimits, 503, "\"traceId\": \"SIM"},
      {"limits spoilt", "GET", "/fault/limits_fault=nulls" + kLimits, 200, "\"IdleTimeOut\": null"},
      {"limits of wrong types", "GET", "/fault/limits_fault=wrong_types=all" + kLimits, 200,
       "\"IdleTimeOut\": \"wrong\""},
      {"limits spoilt by nothing known", "GET", "/fault/limits_fault=null" + kLimits, 400,
       "limits_fault: unknown fault 'null'"},
      {"limits without a list", "GET", "/fault/limits_fault=no_list" + kLimits, 200,
       "{\"ObjectType\": \"iam.SessionLimits.List\"}"},
      {"accounts not listed", "GET", "/fault/accounts_permission" + kAccounts, 403,
       "UnauthorizedOperation"},
      {"but read", "GET",
       "/fault/accounts_permission" + kAccounts + "/" + std::string(kIntersightAccountMoid), 200,
       "\"Name\": \"example\""},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const Answer answer = AskSigned(simulator.port(), row.method, row.target);
    CHECK(answer.status == row.status);
    CHECK(answer.body.find(row.in_body) != std::string::npos);
    const std::string trace = HeaderOf(answer, "x-starship-traceid");
    CHECK_FALSE(trace.empty());
    if (answer.status >= 400) CHECK(Read(answer.body)["traceId"] == trace.c_str());
  }
}

TEST_CASE("whoever is not known is refused in the API's words", "[intersight]") {
  const Simulator simulator(Frozen());
  const std::string key =
      "{\"code\": \"AuthenticationFailure\", \"message\": \"Cannot perform the operation. Invalid "
      "API key. Verify the API keyID, status, account and retry.\", \"messageId\": "
      "\"iam_api_key_is_invalid\", \"traceId\": \"";
  const std::string cookie =
      "{\"code\": \"AuthenticationFailure\", \"message\": \"Cannot process the request. The cookie "
      "'X-Starship-Token' is invalid.\", \"messageId\": \"iam_cookie_invalid\", \"traceId\": \"";
  struct Row {
    const char* what;
    std::string headers, body, reason;
  };
  const std::vector<Row> rows{
      {"nobody", "", cookie, "no such cookie"},
      {"a browser", "Cookie: a=b; X-Starship-Token=x\r\n", cookie, "no such cookie"},
      {"a strange token", "Authorization: Bearer x\r\n", key,
       "the token is unknown or has expired"},
      {"basic", "Authorization: Basic eDp5\r\n", key, "no signature"},
      {"a signature of nothing", "Authorization: Signature x\r\n", key,
       "the signature's parameters cannot be read"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const Answer answer = Ask(simulator.port(), "GET", kSessions, "", row.headers);
    CHECK(answer.status == 401);
    CHECK(answer.body.starts_with(row.body));
    CHECK(HeaderOf(answer, "X-Simulator-Reason") == row.reason);
  }
}

TEST_CASE("signatures are checked against the real time, shifted by skew", "[intersight]") {
  const auto reason = [](const Simulator& simulator, const std::string& target,
                         std::chrono::minutes off) {
    SignOptions options;
    options.time += off;
    return HeaderOf(AskSigned(simulator.port(), "GET", target, options), "X-Simulator-Reason");
  };
  using std::chrono::minutes;
  const Simulator simulator(Frozen());
  CHECK(reason(simulator, kSessions, minutes(0)) == "");
  CHECK(reason(simulator, kSessions, minutes(-14)) == "");
  CHECK(reason(simulator, kSessions, minutes(-16)) == "the date is too far off");
  CHECK(reason(simulator, "/fault/skew=3600" + kSessions, minutes(0)) == "the date is too far off");
  CHECK(reason(simulator, "/fault/skew=3600" + kSessions, minutes(60)) == "");
  SimulatorOptions options = Frozen();
  options.intersight.clock_window = std::chrono::seconds(0);
  const Simulator lenient(options);
  CHECK(reason(lenient, kSessions, minutes(1'000'000)) == "");
}

TEST_CASE("a key of version 3 opens the API as well", "[intersight]") {
  const Simulator simulator(Frozen());
  SignOptions options;
  options.key_file = "v3_ec_mislabelled.pem";
  options.key_id = kIntersightV3KeyId;
  options.algorithm = "hs2019";
  CHECK(AskSigned(simulator.port(), "GET", kSessions, options).status == 200);
}

TEST_CASE("client credentials get a token that works until it expires", "[intersight]") {
  Simulator simulator(Frozen());
  const Answer answer = Ask(simulator.port(), "POST", "/iam/token", kForm, kFormType);
  const auto document = Read(answer.body);
  CHECK(document["expires_in"].GetInt() == 600);
  CHECK(document["token_type"] == "Bearer");
  const std::string token = document["access_token"].GetString();
  CHECK(token.find("CANARY") != std::string::npos);
  CHECK(AskBearer(simulator, kSessions, token).status == 200);
  CHECK(AskBearer(simulator, "/fault/skew=7200" + kSessions, token).status == 200);
  CHECK(AskBearer(simulator, "/fault/token_revoked" + kSessions, token).status == 401);
  simulator.AdvanceClock(std::chrono::seconds(599));
  CHECK(AskBearer(simulator, kSessions, token).status == 200);
  simulator.AdvanceClock(std::chrono::seconds(1));
  CHECK(AskBearer(simulator, kSessions, token).status == 401);
  CHECK(AskBearer(simulator, kSessions, FetchToken(simulator)).status == 200);
  CHECK(simulator.CountRequests("/iam/token") == 2);
}

TEST_CASE("a fast clock leaves tokens their time", "[intersight]") {
  SimulatorOptions options = Frozen();
  options.speed = 0;
  options.intersight.token_lifetime = std::chrono::seconds(60);
  Simulator slow(options);
  const std::string token = FetchToken(slow);
  slow.AdvanceClock(std::chrono::seconds(61));
  CHECK(AskBearer(slow, kSessions, token).status == 401);
  options.speed = 100;
  Simulator fast(options);
  const std::string longer = FetchToken(fast);
  fast.AdvanceClock(std::chrono::seconds(61));
  CHECK(AskBearer(fast, kSessions, longer).status == 200);
}

TEST_CASE("the token endpoint knows its forms and errors", "[intersight]") {
  SimulatorOptions options = Frozen();
  options.intersight.client_secret = "a secret: 100%";
  const Simulator simulator(options);
  const std::string grant = "grant_type=client_credentials";
  const std::string encoded = "a+secret%3A%20100%25";
  const auto basic = [](const std::string& text) {
    return kFormType + "Authorization: Basic " + Base64(text) + "\r\n";
  };
  struct Row {
    const char* what;
    std::string path, body, headers;
    int status;
    std::string in_body;
  };
  const std::vector<Row> rows{
      {"in the body", "/iam/token", grant + "&client_id=demo-client&client_secret=" + encoded,
       kFormType, 200, "\"access_token\""},
      {"basic", "/iam/token", grant, basic("demo-client:a%20secret%3A%20100%25"), 200,
       "\"access_token\""},
      {"a wrong secret", "/iam/token", grant + "&client_id=demo-client&client_secret=x", kFormType,
       401, "{\"error\": \"invalid_client\""},
      {"wrong basic", "/iam/token", grant, basic("demo-client:x"), 401, "invalid_client"},
      {"nobody", "/iam/token", grant, kFormType, 401, "invalid_client"},
      {"another grant", "/iam/token",
       "grant_type=password&client_id=demo-client&client_secret=" + encoded, kFormType, 400,
       "unsupported_grant_type"},
      {"no grant", "/iam/token", "client_id=demo-client&client_secret=" + encoded, kFormType, 400,
       "invalid_request"},
      {"a fault's error", "/fault/token_error/iam/token", "", kFormType, 401, "invalid_client"},
      {"another", "/fault/token_error=invalid_scope/iam/token", "", kFormType, 400,
       "\"invalid_scope\""},
      {"refused for the key", "/fault/auth_error/iam/token", grant, basic("demo-client:x"), 401,
       "invalid_client"},
      {"no token", "/fault/token_missing/iam/token",
       grant + "&client_id=demo-client&client_secret=" + encoded, kFormType, 200,
       "{\"expires_in\": 600"},
      {"another lifetime", "/fault/token_expires_in=-1/iam/token",
       grant + "&client_id=demo-client&client_secret=" + encoded, kFormType, 200,
       "\"expires_in\": -1"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const Answer answer = Ask(simulator.port(), "POST", row.path, row.body, row.headers);
    CHECK(answer.status == row.status);
    CHECK(answer.body.find(row.in_body) != std::string::npos);
  }
  CHECK(Ask(simulator.port(), "GET", "/iam/token").status == 405);
}

TEST_CASE("a session that is deleted ends, and is gone soon after", "[intersight]") {
  Simulator simulator(Frozen());
  const std::string moid = simulator.sessions()[0].id.substr(0, 24);
  const std::string path = kSessions + "/" + moid;
  CHECK(Read(AskSigned(simulator.port(), "GET", path).body)["Status"] == "Active");
  const Answer deleted = AskSigned(simulator.port(), "DELETE", path);
  CHECK(deleted.status == 200);
  CHECK(deleted.body.empty());
  CHECK(Read(AskSigned(simulator.port(), "GET", path).body)["Status"] == "Ended");
  simulator.AdvanceClock(std::chrono::seconds(30));
  CHECK(AskSigned(simulator.port(), "GET", path).status == 404);
}

TEST_CASE("the limits are the account's and those of some roles", "[intersight]") {
  const Simulator simulator(Frozen());
  const auto limits = Read(AskSigned(simulator.port(), "GET", kLimits).body);
  REQUIRE(limits["Results"].Size() == 3);
  const auto& account = limits["Results"][0];
  CHECK(account["Account"]["Moid"] == kIntersightAccountMoid.data());
  CHECK(account["Permission"].IsNull());
  CHECK(account["IdleTimeOut"].GetInt() == 1800);
  CHECK(account["SessionTimeOut"].GetInt() == 57600);
  CHECK(account["MaximumLimit"].GetInt() == 128);
  CHECK(account["PerUserLimit"].GetInt() == 32);
  const auto& role = limits["Results"][1];
  CHECK(role["Account"].IsNull());
  CHECK(role["Permission"]["ObjectType"] == "iam.Permission");
  CHECK(role["IdleTimeOut"].GetInt() == 18000);
}

TEST_CASE("secrets that follow a redirect are counted", "[intersight]") {
  const Simulator simulator(Frozen());
  const auto visit = [&](const std::string& headers, const std::string& body) {
    const std::uint64_t before = simulator.stats().honeypot_secrets;
    Ask(simulator.port(), "POST", "/simulator/honeypot", body, headers);
    return simulator.stats().honeypot_secrets - before;
  };
  CHECK(visit("", "hello") == 0);
  CHECK(visit("", kForm) == 1);
  CHECK(visit("Authorization: Basic " + Base64("demo-client:demo-client-secret") + "\r\n", "") ==
        1);
  CHECK(visit("Authorization: Bearer " + FetchToken(simulator) + "\r\n", "") == 1);
  CHECK(visit("Authorization: Signature keyId=\"x\"\r\n", "") == 1);
}

TEST_CASE("each vendor answers at its own paths", "[intersight]") {
  const Simulator simulator(Frozen());
  CHECK(Post(simulator.port(), "/api/public/get_kasms").status == 200);
  CHECK(Post(simulator.port(), "/api/get_kasms").status == 200);
  CHECK(Post(simulator.port(), kSessions).body.find("iam_cookie_invalid") != std::string::npos);
  CHECK(Ask(simulator.port(), "GET", "/api/v1").body.find("<html>") != std::string::npos);
  CHECK(Ask(simulator.port(), "GET", "/iam").body.find("<html>") != std::string::npos);
}

}  // namespace simulator
