// Pages: how many are asked for, in which order, and when their sum is a list.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "catch.h"
#include "unit/backends/intersight_setup.h"

namespace session_exporter {
namespace {

using test::IntersightAnswer;
using test::IntersightSetup;
using test::kNoLimits;
using test::ListOf;
using test::Page;
using test::Row;

constexpr std::string_view kSelect =
    "$select=AccountMoid,ClientIpAddress,CreateTime,DomainGroupMoid,EndTime,Expiration,"
    "FailedLogins,IdleTimeExpiration,LastLoginClient,LastLoginTime,Moid,Permission,Role,"
    "SharedScope,Status,UserIdOrEmail";

std::string SessionsTarget(int skip, int top, std::string_view after = {}) {
  return fmt::format(
      "/api/v1/iam/Sessions?$inlinecount=allpages&$orderby=Moid&{},LoginType&$skip={}&$top={}{}",
      kSelect, skip, top, after);
}

// `skip` of each request.
std::vector<int> Skips(const IntersightSetup& setup) {
  std::vector<int> skips;
  for (const std::string& target : setup.SentTargets()) {
    skips.push_back(std::stoi(target.substr(target.find("$skip=") + 6)));
  }
  return skips;
}

TEST_CASE("one page is one request that never asks for SessionId", "[intersight]") {
  IntersightSetup setup;
  setup.Answer(Page(0, 3, 3));
  const auto snapshot = setup.List();
  REQUIRE(snapshot);
  CHECK(snapshot->sessions.size() == 3);
  CHECK(setup.SentTargets() == std::vector<std::string>{SessionsTarget(0, 1000)});
  CHECK(setup.SentTargets()[0].find("SessionId") == std::string::npos);
  const SentRequest& sent = setup.http.sent()[0];
  CHECK(sent.operation == "list_sessions");
  CHECK(sent.request.method == HttpMethod::kGet);
  CHECK(sent.request.headers.at(0).first == "Accept");
  CHECK(sent.request.headers.at(0).second.Reveal() == "application/json");
}

TEST_CASE("the user's filter is passed through", "[intersight]") {
  IntersightSetup setup;
  setup.config->filter = "Status eq 'Active' and Role ne 'R&D 100%'";
  setup.Answer(Page(0, 1, 1));
  REQUIRE(setup.List());
  CHECK(setup.SentTargets()[0] ==
        SessionsTarget(0, 1000,
                       "&$filter=Status%20eq%20%27Active%27%20and%20Role%20ne%20%27R%26D%20100%25"
                       "%27"));
}

struct PagingCase {
  std::string_view what;
  std::vector<std::string> answers;
  std::vector<int> skips;
  std::size_t sessions;
};

TEST_CASE("all pages are read, however the list tells its length", "[intersight]") {
  const auto& c = GENERATE(values<PagingCase>({
      {"an empty list", {Page(0, 0, 0)}, {0}, 0},
      {"an empty list without a count", {Page(0, 0, -1)}, {0}, 0},
      {"exactly one page", {Page(0, 10, 10)}, {0}, 10},
      {"a page and a row", {Page(0, 10, 11), Page(10, 1, 11)}, {0, 10}, 11},
      {"three pages", {Page(0, 10, 25), Page(10, 10, 25), Page(20, 5, 25)}, {0, 10, 20}, 25},
      {"no count", {Page(0, 10, -1), Page(10, 10, -1), Page(20, 5, -1)}, {0, 10, 20}, 25},
      {"no count, last page empty", {Page(0, 10, -1), Page(10, 0, -1)}, {0, 10}, 10},
      {"a count on the first page only", {Page(0, 10, 15), Page(10, 5, -1)}, {0, 10}, 15},
      {"a server with smaller pages",
       {Page(0, 4, 10), Page(4, 4, 10), Page(8, 2, 10)},
       {0, 4, 8},
       10},
      {"a count below what came", {Page(0, 10, 3)}, {0}, 10},
      {"a row on two pages", {Page(0, 10, 20), Page(9, 10, 20)}, {0, 10}, 19},
  }));
  CAPTURE(c.what);
  IntersightSetup setup;
  setup.config->page_size = 10;
  for (const std::string& answer : c.answers) setup.Answer(answer);
  const auto snapshot = setup.List();
  INFO((snapshot ? "" : snapshot.error().message()));
  REQUIRE(snapshot);
  CHECK(snapshot->sessions.size() == c.sessions);
  CHECK(Skips(setup) == c.skips);
  CHECK_FALSE(snapshot->truncated);
}

struct BrokenCase {
  std::string_view what;
  std::vector<std::string> answers;
  ErrorKind kind;
  std::string_view message;
};

TEST_CASE("a list that is not whole is an error, not half a list", "[intersight]") {
  const auto& c = GENERATE(values<BrokenCase>({
      {"rows counted and not given",
       {Page(0, 0, 5)},
       ErrorKind::kProtocol,
       "counts 5 rows and gave 0"},
      {"a page too short", {Page(0, 10, 20), Page(10, 8, 20)}, ErrorKind::kProtocol, "gave 18"},
      {"an empty page", {Page(0, 10, 20), Page(10, 0, 20)}, ErrorKind::kProtocol, "gave 10"},
      {"a page that is cut",
       {Page(0, 10, 20), Page(10, 10, 20).substr(0, 100)},
       ErrorKind::kProtocol,
       "cut"},
      {"more pages than allowed", {Page(0, 10, 31)}, ErrorKind::kLimit, "max_pages (3)"},
      {"a count beyond all bounds", {Page(0, 10, 2'000'000'000)}, ErrorKind::kLimit, "max_pages"},
      {"no end and no count",
       {Page(0, 10, -1), Page(10, 10, -1), Page(20, 10, -1)},
       ErrorKind::kLimit,
       "max_pages"},
      {"the same page again, without a count",
       {Page(0, 10, -1), Page(0, 10, -1)},
       ErrorKind::kProtocol,
       "did not know $skip"},
      {"the same page again, and a count",
       {Page(0, 10, 25), Page(0, 10, 25), Page(0, 10, 25)},
       ErrorKind::kProtocol,
       "the same 10 rows"},
      {"a page without an answer", {Page(0, 10, 20)}, ErrorKind::kConnect, "list sessions: "},
      {"HTML", {"<html>"}, ErrorKind::kProtocol, ""},
      {"nothing", {""}, ErrorKind::kProtocol, "empty"},
      {"another object", {R"({"Moid":"x"})"}, ErrorKind::kProtocol, "no list \"Results\""},
      {"a list of another type",
       {R"({"ObjectType":"iam.Session.List","Results":"x"})"},
       ErrorKind::kProtocol,
       "another type"},
      {"rows counted and null",
       {R"({"ObjectType":"iam.Session.List","Count":3,"Results":null})"},
       ErrorKind::kProtocol,
       "counts 3"},
  }));
  CAPTURE(c.what);
  IntersightSetup setup;
  setup.config->page_size = 10;
  setup.target.max_pages = 3;
  for (const std::string& answer : c.answers) setup.Answer(answer);
  const auto snapshot = setup.List();
  REQUIRE(!snapshot);
  CHECK(snapshot.error().kind() == c.kind);
  CHECK(snapshot.error().message().find(c.message) != std::string::npos);
}

TEST_CASE("Results that are null or missing are an empty list", "[intersight]") {
  const std::string body =
      GENERATE(as<std::string>{}, R"({"ObjectType":"iam.Session.List","Count":0,"Results":null})",
               R"({"ObjectType":"iam.Session.List","Count":0})",
               R"({"ObjectType":"iam.Session.List"})", R"({"Results":null})");
  CAPTURE(body);
  IntersightSetup setup;
  setup.Answer(body);
  const auto snapshot = setup.List();
  REQUIRE(snapshot);
  CHECK(snapshot->sessions.empty());
}

TEST_CASE("a page that repeats itself is not asked for a third time", "[intersight]") {
  IntersightSetup setup;
  setup.config->page_size = 2;
  for (int i = 0; i < 10; ++i) setup.Answer(Page(0, 2, -1));
  REQUIRE(!setup.List());
  CHECK(setup.http.sent().size() == 2);
}

TEST_CASE("rows without a Moid are not taken for repeated ones", "[intersight]") {
  IntersightSetup setup;
  setup.config->page_size = 2;
  for (int i = 0; i < 2; ++i) setup.Answer(ListOf(Row("") + "," + Row("")));
  setup.Answer(Page(0, 1, -1));
  const auto snapshot = setup.List();
  REQUIRE(snapshot);
  CHECK(snapshot->sessions.size() == 1);
  CHECK(snapshot->invalid_sessions == 4);
}

TEST_CASE("limits that repeat themselves are an error too", "[intersight]") {
  IntersightSetup setup;
  setup.config->session_limits = true;
  std::string rows;
  for (int i = 0; i < 1000; ++i) {
    rows += fmt::format(R"({}{{"Permission":{{"Moid":"p{}"}}}})", i == 0 ? "" : ",", i);
  }
  setup.Answer(Page(0, 1, 1));
  for (int i = 0; i < 3; ++i) setup.Answer(ListOf(rows));
  const auto snapshot = setup.List();
  REQUIRE(!snapshot);
  CHECK(snapshot.error().kind() == ErrorKind::kProtocol);
  CHECK(snapshot.error().message().starts_with("list session limits: "));
  CHECK(setup.http.sent().size() == 3);
}

TEST_CASE("no more permissions are kept than any account has", "[intersight]") {
  const int count = GENERATE(10'000, 10'001);
  IntersightSetup setup;
  setup.config->session_limits = true;
  setup.Answer(Page(0, 1, 1));
  for (int first = 0; first < count; first += 1000) {
    std::string rows;
    for (int i = first; i < std::min(first + 1000, count); ++i) {
      rows += fmt::format(R"({}{{"Permission":{{"Moid":"p{}"}}}})", i == first ? "" : ",", i);
    }
    setup.Answer(ListOf(rows, fmt::format("\"Count\":{},", count)));
  }
  const auto snapshot = setup.List();
  REQUIRE(snapshot.has_value() == (count == 10'000));
  if (snapshot) return;
  CHECK(snapshot.error().kind() == ErrorKind::kLimit);
  CHECK(snapshot.error().message() ==
        "list session limits: there are limits for more than 10000 permissions");
}

struct CutCase {
  std::size_t max_sessions;
  std::vector<int> skips;
  bool truncated;
};

TEST_CASE("no more pages are read than max_sessions needs", "[intersight]") {
  const auto& c = GENERATE(values<CutCase>({
      {5, {0}, true},
      {10, {0}, true},
      {15, {0, 10}, true},
      {24, {0, 10, 20}, true},
      {25, {0, 10, 20}, false},
  }));
  CAPTURE(c.max_sessions);
  const int count = GENERATE(25, -1);
  IntersightSetup setup;
  setup.config->page_size = 10;
  setup.target.max_sessions = c.max_sessions;
  for (const int first : {0, 10}) setup.Answer(Page(first, 10, count));
  setup.Answer(Page(20, 5, count));
  const auto snapshot = setup.List();
  REQUIRE(snapshot);
  CHECK(snapshot->sessions.size() == std::min<std::size_t>(c.max_sessions, 25));
  CHECK(snapshot->truncated == c.truncated);
  CHECK(Skips(setup) == c.skips);
}

TEST_CASE("at most eight pages are under way at once", "[intersight]") {
  IntersightSetup setup;
  setup.config->page_size = 1;
  for (int i = 0; i < 20; ++i) setup.Answer(Page(i, 1, 20));
  FakeAnswer broken = IntersightAnswer("");
  broken.head_error = Error(ErrorKind::kConnect, "reset");
  REQUIRE(setup.List());
  CHECK(setup.http.sent().size() == 20);

  IntersightSetup failing;
  failing.config->page_size = 1;
  failing.Answer(Page(0, 1, 20));
  failing.Answer(broken);
  REQUIRE(!failing.List());
  CHECK(failing.http.sent().size() == 1 + 8);  // as many as were sent before the second was read
}

TEST_CASE("limits are asked for beside the first page", "[intersight]") {
  IntersightSetup setup;
  setup.config->session_limits = true;
  setup.config->page_size = 10;
  setup.Answer(Page(0, 10, 11));
  setup.Answer(std::string(kNoLimits));
  setup.Answer(Page(10, 1, 11));
  REQUIRE(setup.List());
  REQUIRE(setup.SentTargets().size() == 3);
  CHECK(setup.SentTargets()[1] ==
        "/api/v1/iam/SessionLimits?$inlinecount=allpages&$orderby=Moid&$skip=0&$top=1000");
  CHECK(setup.http.sent()[1].operation == "list_session_limits");
}

struct LimitsCase {
  int status;
  bool up;
};

TEST_CASE("only a missing right to read limits leaves the target up", "[intersight]") {
  const auto& c = GENERATE(values<LimitsCase>({
      {200, true},
      {403, true},
      {404, true},
      {401, false},
      {429, false},
      {500, false},
      {302, false},
  }));
  CAPTURE(c.status);
  IntersightSetup setup;
  setup.config->session_limits = true;
  setup.Answer(Page(0, 2, 2));
  setup.Answer(std::string(kNoLimits), c.status);
  const auto snapshot = setup.List();
  CHECK(snapshot.has_value() == c.up);
  if (snapshot) CHECK_FALSE(snapshot->limits.idle_timeout);
  if (!snapshot) CHECK(snapshot.error().message().starts_with("list session limits: HTTP "));
}

}  // namespace
}  // namespace session_exporter
