// Lists of sessions as Intersight serves them, and what faults make of them.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <rapidjson/document.h>

#include "catch.h"
#include "simulator/intersight_signer.h"
#include "simulator/simulator.h"

namespace simulator {
namespace {

const std::string kSessions = "/api/v1/iam/Sessions";

SimulatorOptions Frozen() {
  SimulatorOptions options;
  options.start_time = ParseTime("2026-03-01T12:00:00");
  options.speed = 0;
  return options;
}

rapidjson::Document Get(const Simulator& simulator, const std::string& target) {
  const Answer answer = AskSigned(simulator.port(), "GET", target);
  INFO(target << ": " << answer.body);
  REQUIRE(answer.status == 200);
  rapidjson::Document document;
  document.Parse(answer.body.data(), answer.body.size());
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

std::string Text(const Simulator& simulator, const std::string& fault) {
  return AskSigned(simulator.port(), "GET", "/fault/" + fault + kSessions).body;
}

std::string WithoutSpaces(std::string text) {
  std::replace(text.begin(), text.end(), ' ', '+');
  return text;
}

// The Moids of all pages, in the order they come.
std::vector<std::string> Collect(const Simulator& simulator, const std::string& base,
                                 std::size_t top) {
  std::vector<std::string> moids;
  for (std::size_t skip = 0;; skip += top) {
    const auto page = Get(simulator, fmt::format("{}&$top={}&$skip={}", base, top, skip));
    if (page["Results"].Empty()) return moids;
    CHECK(page["Results"].Size() <= top);
    for (const auto& row : page["Results"].GetArray()) moids.push_back(row["Moid"].GetString());
  }
}

}  // namespace

TEST_CASE("every session of the population is one iam.Session", "[intersight]") {
  const Simulator simulator(Frozen());
  const auto list = Get(simulator, kSessions + "?$inlinecount=allpages");
  CHECK(list["ObjectType"] == "iam.Session.List");
  const std::vector<Session> sessions = simulator.sessions();
  CHECK(list["Count"].GetUint64() == sessions.size());
  REQUIRE(list["Results"].Size() == sessions.size());
  std::set<std::string> moids;
  for (rapidjson::SizeType i = 0; i < list["Results"].Size(); ++i) {
    const auto& row = list["Results"][i];
    CHECK(row["Moid"].GetString() == sessions[i].id.substr(0, 24));
    CHECK(row["ClassId"] == "iam.Session");
    CHECK(row["FailedLogins"].IsInt64());
    moids.insert(row["Moid"].GetString());
  }
  CHECK(moids.size() == sessions.size());
  CHECK_FALSE(Get(simulator, kSessions).HasMember("Count"));
  CHECK_FALSE(Get(simulator, kSessions + "?$inlinecount=none").HasMember("Count"));
  const auto count = Get(simulator, kSessions + "?$count=true");
  CHECK(count["ObjectType"] == "mo.DocumentCount");
  CHECK(count["Count"].GetUint64() == sessions.size());
}

TEST_CASE("all the forms that a client may meet occur in one list", "[intersight]") {
  const Simulator simulator(Frozen());
  const auto list = Get(simulator, kSessions);
  std::set<std::string> seen;
  for (const auto& row : list["Results"].GetArray()) {
    const std::string created = row["CreateTime"].GetString();
    seen.insert(row["Status"].GetString());
    seen.insert(row["LoginType"].GetString());
    seen.insert(row["Role"].GetString());
    seen.insert(created.size() == 20 ? "seconds" : created.size() > 24 ? "nanoseconds" : "millis");
    if (row["User"].IsNull()) seen.insert("no user");
    if (row["Owners"].IsNull()) seen.insert("no owners");
    const bool ended = row.HasMember("EndTime");
    const std::string end = ended ? row["EndTime"].GetString() : "";
    seen.insert(!ended                                               ? "end missing"
                : end == "0001-01-01T00:00:00Z"                      ? "end zero"
                : std::string(row["Status"].GetString()) != "Active" ? "end"
                                                                     : "end of an active session");
    if (std::string(row["LastLoginTime"].GetString()) == "0001-01-01T00:00:00Z") {
      seen.insert("first login");
    }
    const bool past = std::string(row["IdleTimeExpiration"].GetString()) < "2026-03-01T12:00:00";
    seen.insert(past ? "past" : "to come");
    CHECK(std::string(row["SessionId"].GetString()).starts_with("CANARY-INTERSIGHT-SESSION-ID"));
  }
  CHECK(seen == std::set<std::string>{"Active",
                                      "Ended",
                                      "Terminated",
                                      "weblogin",
                                      "tokenexchange",
                                      "Account Administrator",
                                      "Read-Only",
                                      "Server Administrator",
                                      "User Access Administrator",
                                      "seconds",
                                      "millis",
                                      "nanoseconds",
                                      "no user",
                                      "no owners",
                                      "end missing",
                                      "end zero",
                                      "end",
                                      "first login",
                                      "past",
                                      "to come"});
}

TEST_CASE("pages of any size and order make up the list", "[intersight]") {
  SimulatorOptions options = Frozen();
  options.population.sessions = 300;
  const Simulator simulator(options);
  const std::size_t size = simulator.sessions().size();
  CHECK(Get(simulator, kSessions)["Results"].Size() == 100);
  CHECK(Get(simulator, kSessions + "?$top=0")["Results"].Empty());
  for (const char* order : {"Moid", "CreateTime", "-ModTime", "Status desc,Moid", "Role,-Moid"}) {
    INFO(order);
    const std::string base = kSessions + "?$orderby=" + WithoutSpaces(order);
    const auto once = Collect(simulator, base, 1000);
    CHECK(once.size() == size);
    CHECK(Collect(simulator, base, 37) == once);
    CHECK(std::set<std::string>(once.begin(), once.end()).size() == size);
  }
  const auto up = Collect(simulator, kSessions + "?$orderby=Moid", 1000);
  CHECK(std::is_sorted(up.begin(), up.end()));
  const auto down = Collect(simulator, kSessions + "?$orderby=Moid%20desc", 1000);
  CHECK(std::vector<std::string>(down.rbegin(), down.rend()) == up);
}

TEST_CASE("a selection has what it names, and always the type and Moid", "[intersight]") {
  const Simulator simulator(Frozen());
  const auto list =
      Get(simulator, kSessions + "?$select=Status,UserIdOrEmail,User&$expand=User($select=Name)");
  for (const auto& row : list["Results"].GetArray()) {
    CHECK(row.MemberCount() == 6);
    for (const char* name : {"Moid", "ClassId", "ObjectType", "Status", "UserIdOrEmail", "User"}) {
      CHECK(row.HasMember(name));
    }
    if (!row["User"].IsNull()) CHECK(row["User"]["Email"] == row["UserIdOrEmail"]);
  }
  const auto full = Get(simulator, kSessions);
  CHECK(full["Results"][0].MemberCount() == 31);
  const std::string moid = full["Results"][0]["Moid"].GetString();
  const auto one = Get(simulator, kSessions + "/" + moid + "?$select=Role");
  CHECK(one.MemberCount() == 4);
  CHECK(one["Role"] == full["Results"][0]["Role"]);
}

TEST_CASE("groups are counted", "[intersight]") {
  const Simulator simulator(Frozen());
  const auto groups =
      Get(simulator, kSessions + "?$apply=groupby((Status,%20Role),aggregate($count+as+Total))");
  CHECK(groups["ObjectType"] == "mo.AggregateTransform");
  std::map<std::pair<std::string, std::string>, std::uint64_t> counted;
  const auto full = Get(simulator, kSessions);
  for (const auto& row : full["Results"].GetArray()) {
    ++counted[{row["Status"].GetString(), row["Role"].GetString()}];
  }
  REQUIRE(groups["Results"].Size() == counted.size());
  for (const auto& group : groups["Results"].GetArray()) {
    const std::pair<std::string, std::string> key(group["Status"].GetString(),
                                                  group["Role"].GetString());
    CHECK(group["Total"].GetUint64() == counted[key]);
  }
}

TEST_CASE("document faults spoil what they name in Intersight's answers", "[intersight]") {
  const Simulator simulator(Frozen());
  const std::size_t size = simulator.sessions().size();
  const auto list = [&](const std::string& fault, const std::string& query = "") {
    return Get(simulator, "/fault/" + fault + kSessions + "?$inlinecount=allpages" + query);
  };
  CHECK_FALSE(list("no_list").HasMember("Results"));
  CHECK(list("list=null")["Results"].IsNull());
  CHECK(list("list=string")["Results"].IsString());
  CHECK(list("items=null")["Results"][1].IsNull());
  CHECK(list("items=array")["Results"][3].IsArray());
  CHECK(list("missing")["Results"][0].MemberCount() == 1);
  CHECK(list("nulls")["Results"][0]["Status"].IsNull());
  CHECK_FALSE(list("no_ids")["Results"][0].HasMember("Moid"));
  CHECK(list("no_sessions")["Results"].Empty());
  CHECK(list("no_sessions")["Count"].GetUint64() == 0);
  CHECK(list("unknown_statuses=3")["Results"][4]["Status"] == "status-1");
  CHECK(list("control")["Results"].Size() == size);
  CHECK(list("assigned_only")["Results"].Size() < size);
  CHECK_FALSE(list("count_missing").HasMember("Count"));
  CHECK(list("count_wrong")["Count"].GetUint64() == size + 1);
  CHECK(list("count_wrong=5")["Count"].GetUint64() == 5);
  CHECK(list("error_message,no_current_time")["Results"].Size() == size);
  CHECK_FALSE(list("no_login_type")["Results"][0].HasMember("LoginType"));
  CHECK(Text(simulator, "two_lists").ends_with("], \"Results\": []}"));
  CHECK(Text(simulator, "absurd_numbers").find("\"FailedLogins\": 1e400") != std::string::npos);
  CHECK(Text(simulator, "absurd_dates").find("9999-12-31T23:59:59.999999999Z") !=
        std::string::npos);
  CHECK(Text(simulator, "invalid_utf8").find("\xff\xfe\"") != std::string::npos);
  CHECK(Text(simulator, "surrogates").find("\\ud800\"") != std::string::npos);
  CHECK(Text(simulator, "long_strings=70000").find(std::string(60'000, 'x')) != std::string::npos);
  CHECK(Text(simulator, "bom").starts_with("\xef\xbb\xbf{"));
  std::set<std::string> users;
  const auto distinct = list("distinct_labels");
  for (const auto& row : distinct["Results"].GetArray()) {
    users.insert(row["UserIdOrEmail"].GetString());
  }
  CHECK(users.size() == size);
}

TEST_CASE("duplicates are seen by counting and by paging", "[intersight]") {
  const Simulator simulator(Frozen());
  const std::size_t size = simulator.sessions().size();
  const std::string path = "/fault/duplicates" + kSessions;
  CHECK(Get(simulator, path + "?$count=true")["Count"].GetUint64() == 2 * size);
  const auto list = Get(simulator, path + "?$inlinecount=allpages");
  CHECK(list["Count"].GetUint64() == 2 * size);
  CHECK(list["Results"][0] == list["Results"][1]);
  const auto moids = Collect(simulator, path + "?$orderby=Moid", 7);
  CHECK(moids.size() == 2 * size);
  CHECK(std::set<std::string>(moids.begin(), moids.end()).size() == size);
}

TEST_CASE("a server may give shorter pages than asked for, or change their order", "[intersight]") {
  const Simulator simulator(Frozen());
  const auto first = [&](const std::string& target) {
    return std::string(Get(simulator, target)["Results"][0]["Moid"].GetString());
  };
  const auto clamped = Get(simulator, "/fault/clamp_top=6" + kSessions + "?$inlinecount=allpages");
  CHECK(clamped["Results"].Size() == 6);
  CHECK(clamped["Count"].GetUint64() == simulator.sessions().size());
  const std::string shuffled = "/fault/shuffle" + kSessions;
  CHECK(first(shuffled) != first(shuffled));
  CHECK(first(shuffled + "?$orderby=Moid") == first(shuffled + "?$orderby=Moid"));
}

TEST_CASE("wrong types go round the selected fields and spare the Moids", "[intersight]") {
  const Simulator simulator(Frozen());
  const std::string query = kSessions + "?$select=Status,Role,CreateTime,FailedLogins,User";
  const auto right = Get(simulator, query);
  const auto wrong = Get(simulator, "/fault/wrong_types" + query);
  std::set<std::string> spoilt;
  for (rapidjson::SizeType i = 0; i < right["Results"].Size(); ++i) {
    CHECK(wrong["Results"][i]["Moid"] == right["Results"][i]["Moid"]);
    for (const auto& field : right["Results"][i].GetObject()) {
      const auto& other = wrong["Results"][i][field.name.GetString()];
      if (other == field.value) continue;
      spoilt.insert(field.name.GetString());
      CHECK(other.GetType() != field.value.GetType());
    }
  }
  CHECK(spoilt == std::set<std::string>{"ClassId", "ObjectType", "Status", "Role", "CreateTime",
                                        "FailedLogins", "User"});
}

TEST_CASE("a list of Intersight's without end goes on and on", "[intersight]") {
  const Simulator simulator(Frozen());
  const Request request = SignedRequest("GET", "/fault/endless" + kSessions + "?$select=Status");
  std::string lines;
  for (const auto& [name, value] : request.headers) lines += name + ": " + value + "\r\n";
  const Answer answer = Ask(simulator.port(), "GET", request.target, "", lines, 3'000'000);
  CHECK(answer.body.size() > 2'900'000);
  CHECK(answer.body.find("{\"ObjectType\": \"iam.Session.List\"") != std::string::npos);
  CHECK(answer.body.find("SessionId") == std::string::npos);
  // What is no list of sessions stays as it is, or a client would not get as far as the list.
  CHECK(Get(simulator, "/fault/endless/api/v1/iam/SessionLimits")["Results"].Size() == 3);
}

}  // namespace simulator
