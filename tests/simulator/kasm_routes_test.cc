#include "simulator/kasm_routes.h"

#include <set>
#include <string>

#include <fmt/format.h>
#include <rapidjson/document.h>

#include "catch.h"
#include "simulator/simulator.h"
#include "simulator/test_client.h"

namespace simulator {
namespace {

SimulatorOptions Frozen() {
  SimulatorOptions options;
  options.start_time = ParseTime("2026-03-01T12:00:00");
  options.speed = 0;
  return options;
}

rapidjson::Document Read(const std::string& body) {
  rapidjson::Document document;
  document.Parse(body.data(), body.size());
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

}  // namespace

TEST_CASE("requests are answered as the Kasm API answers them", "[kasm]") {
  const Simulator simulator(Frozen());
  const std::string basic = "Authorization: Basic ZGVtby1rZXk6ZGVtby1zZWNyZXQ=\r\n";
  struct Row {
    const char* what;
    std::string method, path, body, headers;
    int status;
    std::string in_body;
  };
  const std::string kasms = "/api/public/get_kasms";
  const std::vector<Row> rows{
      {"key in the body", "POST", kasms, std::string(kKeyBody), "", 200, "\"kasms\": ["},
      {"the path of 1.20", "POST", "/api/get_kasms", "{}", basic, 200, "\"kasms\": ["},
      {"the path of the web interface", "POST", "/api/admin/get_kasms", std::string(kKeyBody), "",
       200, "\"kasms\""},
      {"basic without a body", "POST", kasms, "", basic, 200, "\"kasms\""},
      {"a wrong secret", "POST", kasms, R"({"api_key": "demo-key", "api_key_secret": "x"})", "",
       401, "{\"error_message\": \"Unauthorized\"}"},
      {"the wrong field name", "POST", kasms,
       R"({"api_key": "demo-key", "api_secret": "demo-secret"})", "", 401, "Unauthorized"},
      {"wrong basic", "POST", kasms, "{}", "Authorization: Basic eDp5\r\n", 401, "Unauthorized"},
      {"no key", "POST", kasms, "{}", "", 401, "Unauthorized"},
      {"a key of a wrong type", "POST", kasms, R"({"api_key": 1, "api_key_secret": []})", "", 401,
       "Unauthorized"},
      {"a body that is not JSON", "POST", kasms, "oops", "", 500, "CherryPy"},
      {"a body that is no object", "POST", kasms, "[]", "", 500, "CherryPy"},
      {"GET", "GET", kasms, "", "", 405, "<html>"},
      {"an unknown endpoint", "POST", "/api/public/get_everything", std::string(kKeyBody), "", 404,
       "<html>"},
      {"an unknown path", "GET", "/", "", "", 404, "<html>"},
      {"the health check", "GET", "/api/__healthcheck", "", "", 200, "{\"ok\": true}"},
      {"users", "POST", "/api/public/get_users", std::string(kKeyBody), "", 200,
       "\"username\": \"alice@example.com\""},
      {"images", "POST", "/api/public/get_images", std::string(kKeyBody), "", 200,
       "\"memory\": 2768000000"},
      {"zones", "POST", "/api/public/get_zones",
       R"({"api_key": "demo-key", "api_key_secret": "demo-secret", "brief": true})", "", 200,
       "\"zone_name\": \"emea\"}"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const Answer answer = Ask(simulator.port(), row.method, row.path, row.body, row.headers);
    CHECK(answer.status == row.status);
    CHECK(answer.body.find(row.in_body) != std::string::npos);
  }
}

TEST_CASE("a key without the permission is refused with 403 and JSON", "[kasm]") {
  SimulatorOptions options = Frozen();
  options.kasm.permissions = {"users_view"};
  const Simulator simulator(options);
  const Answer answer = Post(simulator.port(), "/api/public/get_kasms");
  CHECK(answer.status == 403);
  CHECK(answer.body == "{\"error_message\": \"Unauthorized\"}");
  CHECK(Post(simulator.port(), "/api/public/get_users").status == 200);
}

TEST_CASE("the list of sessions is what the population has", "[kasm]") {
  const Simulator simulator(Frozen());
  const auto document = Read(Post(simulator.port(), "/api/public/get_kasms").body);
  CHECK(document["current_time"] == "2026-03-01 12:00:00");
  const auto& kasms = document["kasms"];
  const std::vector<Session> sessions = simulator.sessions();
  REQUIRE(kasms.Size() == sessions.size());
  for (rapidjson::SizeType i = 0; i < kasms.Size(); ++i) {
    CHECK(WithoutDashes(kasms[i]["kasm_id"].GetString()) == sessions[i].id);
    CHECK(kasms[i]["memory"].IsInt64());
    CHECK(kasms[i]["cores"].IsDouble());
    CHECK(kasms[i]["is_persistent_profile"].IsBool());
  }
}

TEST_CASE("all the forms that clients have met occur in one list", "[kasm]") {
  const Simulator simulator(Frozen());
  const auto document = Read(Post(simulator.port(), "/api/public/get_kasms").body);
  std::set<std::string> seen;
  for (const auto& kasm : document["kasms"].GetArray()) {
    const auto has = [&](const char* name) { return kasm.HasMember(name); };
    const std::string id = kasm["kasm_id"].GetString();
    const std::string start = kasm["start_date"].GetString();
    if (has("username")) seen.insert("username on top");
    if (has("user") && kasm["user"].IsObject()) seen.insert("username nested");
    if (has("user") && kasm["user"].IsNull()) seen.insert("no user");
    if (has("zone_name")) seen.insert("zone on top");
    if (has("server")) seen.insert("zone nested");
    seen.insert(id.find('-') == std::string::npos ? "plain id" : "dashed id");
    seen.insert(start == "None" ? "no date" : start.size() == 19 ? "whole seconds" : "fraction");
    if (kasm["share_id"].IsString()) seen.insert("shared");
    if (kasm["container_id"].IsNull()) seen.insert("no container");
    if (kasm["image"]["name"].IsNull()) seen.insert("no image name");
    if (has("connection_credential")) seen.insert("credential");
    if (has("staging_config_id") && kasm["staging_config_id"].IsString()) seen.insert("staging");
    if (kasm["cores"].GetDouble() < 1) seen.insert("part of a core");
  }
  CHECK(seen == std::set<std::string>{
                    "username on top", "username nested", "no user", "zone on top", "zone nested",
                    "plain id", "dashed id", "no date", "whole seconds", "fraction", "shared",
                    "no container", "no image name", "credential", "staging", "part of a core"});
}

TEST_CASE("a session object is of the size of a real one", "[kasm]") {
  SimulatorOptions options = Frozen();
  options.population.sessions = 2000;
  const Simulator simulator(options);
  const std::string body = Post(simulator.port(), "/api/public/get_kasms").body;
  const std::size_t average = body.size() / simulator.sessions().size();
  CHECK(average > 1550);
  CHECK(average < 1800);
}

TEST_CASE("the clock moves the answer on", "[kasm]") {
  Simulator simulator(Frozen());
  const std::string before = Post(simulator.port(), "/api/public/get_kasms").body;
  CHECK(before == Post(simulator.port(), "/api/public/get_kasms").body);
  simulator.AdvanceClock(std::chrono::milliseconds(90'250));
  const std::string after = Post(simulator.port(), "/api/public/get_kasms").body;
  CHECK(after.find("\"current_time\": \"2026-03-01 12:01:30.250000\"") != std::string::npos);
  CHECK(before != after);
}

TEST_CASE("a client's session goes through its life", "[kasm]") {
  Simulator simulator(Frozen());
  const auto call = [&](const std::string& endpoint, const std::string& arguments) {
    const std::string body =
        R"({"api_key": "demo-key", "api_key_secret": "demo-secret", )" + arguments + "}";
    return Read(Ask(simulator.port(), "POST", "/api/public/" + endpoint, body).body);
  };
  const std::string user = simulator.population().people()[3].id;
  const std::string image = simulator.population().images()[0].id;
  const auto requested = call(
      "request_kasm", fmt::format(R"("user_id": "{}", "image_id": "{}")", user, WithDashes(image)));
  CHECK(requested["status"] == "starting");
  const std::string id = fmt::format(R"("kasm_id": "{}")", requested["kasm_id"].GetString());
  CHECK_FALSE(call("get_kasm_status", id).HasMember("kasm"));
  simulator.AdvanceClock(std::chrono::seconds(30));
  CHECK(call("get_kasm_status", id)["kasm"]["operational_status"] == "running");
  CHECK_FALSE(call("keepalive", id)["usage_reached"].GetBool());
  CHECK(call("destroy_kasm", id).ObjectEmpty());
  simulator.AdvanceClock(std::chrono::seconds(30));
  CHECK(call("get_kasm_status", id).HasMember("error_message"));
  CHECK(call("get_user", fmt::format(R"("target_user": {{"user_id": "{}"}})",
                                     user))["user"]["username"] == "dave@example.com");
}

TEST_CASE("document faults spoil what they name and nothing else", "[kasm]") {
  const Simulator simulator(Frozen());
  const auto body = [&](const std::string& fault) {
    return Post(simulator.port(), "/fault/" + fault + "/api/public/get_kasms").body;
  };
  const rapidjson::SizeType size = Read(body("no_date"))["kasms"].Size();
  CHECK_FALSE(Read(body("no_list")).HasMember("kasms"));
  CHECK(Read(body("list=null"))["kasms"].IsNull());
  CHECK(Read(body("list=string"))["kasms"].IsString());
  CHECK(Read(body("list=object"))["kasms"].IsObject());
  CHECK(Read(body("list=number"))["kasms"].IsNumber());
  CHECK_FALSE(Read(body("no_current_time")).HasMember("current_time"));
  CHECK(Read(body("skew=-3600"))["current_time"] == "2026-03-01 11:00:00");
  CHECK(Read(body("duplicates"))["kasms"].Size() == 2 * size);
  CHECK(Read(body("missing"))["kasms"][0].MemberCount() == 1);
  CHECK(Read(body("nulls"))["kasms"][0]["memory"].IsNull());
  CHECK_FALSE(Read(body("no_ids"))["kasms"][0].HasMember("kasm_id"));
  CHECK(Read(body("no_sessions"))["kasms"].Empty());
  CHECK(Read(body("unknown_statuses=3"))["kasms"][4]["operational_status"] == "status-1");
  CHECK(Read(body("error_message=out%20of%20room"))["error_message"] == "out of room");
  CHECK(Read(body("control")).HasMember("kasms"));
  CHECK(Read(body("assigned_only"))["kasms"].Size() < size);
  CHECK(Read(body("items=null"))["kasms"][1].IsNull());
  CHECK(body("two_lists").ends_with("], \"kasms\": []}"));
  CHECK(body("absurd_numbers").find("1e400") != std::string::npos);
  CHECK(body("absurd_dates").find("\"9999-12-31 23:59:59.999999\"") != std::string::npos);
  CHECK(body("invalid_utf8").find("\xff\xfe\"") != std::string::npos);
  CHECK(body("invalid_utf8").find("\xc0\x80\"") != std::string::npos);
  CHECK(body("long_strings=70000").find(std::string(60'000, 'x')) != std::string::npos);
  CHECK(Post(simulator.port(), "/fault/auth_error/api/public/get_kasms").status == 401);
  CHECK(Post(simulator.port(), "/fault/permission/api/public/get_kasms").status == 403);
}

TEST_CASE("wrong types go round the fields and spare the ids", "[kasm]") {
  const Simulator simulator(Frozen());
  const auto right = Read(Post(simulator.port(), "/api/public/get_kasms").body);
  const auto wrong = Read(Post(simulator.port(), "/fault/wrong_types/api/public/get_kasms").body);
  std::set<std::string> spoilt;
  for (rapidjson::SizeType i = 0; i < right["kasms"].Size(); ++i) {
    CHECK(wrong["kasms"][i]["kasm_id"] == right["kasms"][i]["kasm_id"]);
    for (const auto& field : right["kasms"][i].GetObject()) {
      const auto& other = wrong["kasms"][i][field.name.GetString()];
      if (other == field.value) continue;
      spoilt.insert(field.name.GetString());
      CHECK(other.GetType() != field.value.GetType());
    }
  }
  CHECK(spoilt.size() > 20);
}

}  // namespace simulator
