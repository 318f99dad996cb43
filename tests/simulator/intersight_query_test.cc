#include "simulator/intersight_query.h"

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "catch.h"
#include "simulator/intersight_filter.h"

namespace simulator {
namespace {

const Time kNow = *ParseTime("2026-03-01T12:00:00");

class Rows {
 public:
  Rows() {
    for (const Session& session : sessions_) {
      rows_.push_back(DescribeIntersight(population_, session));
    }
  }

  std::size_t Count(const IntersightPredicate& predicate) const {
    return static_cast<std::size_t>(std::count_if(rows_.begin(), rows_.end(), predicate));
  }
  std::size_t size() const { return rows_.size(); }
  const IntersightSession& operator[](std::size_t i) const { return rows_[i]; }

 private:
  Population population_{{.seed = 7, .sessions = 500}};
  std::vector<Session> sessions_ = population_.Sessions(kNow);
  std::vector<IntersightSession> rows_;
};

IntersightQuery Parsed(std::string_view query) {
  auto parsed = ParseIntersightQuery(query, kNow, true);
  REQUIRE(std::holds_alternative<IntersightQuery>(parsed));
  return std::get<IntersightQuery>(std::move(parsed));
}

}  // namespace

TEST_CASE("a filter lets through what it says", "[intersight]") {
  using S = const IntersightSession&;
  const Rows rows;
  const auto hours = [](int count) { return std::chrono::hours(count); };
  const auto active = [](S s) { return s.status == "Active"; };
  const auto young = [&](S s) { return s.created > kNow - hours(2); };
  const auto is = [](S s, std::string_view name) {
    return s.person != nullptr && s.person->name == name;
  };
  const std::string moid = rows[3].moid;
  const Time created = rows[5].created;
  const std::string user = IntersightMoid(rows[0].person->id);
  struct Row {
    std::string filter;
    IntersightPredicate right;
  };
  const std::vector<Row> table{
      {"Status eq 'Active'", active},
      {"Status eq Active", active},
      {"Status ne 'Active'", std::not_fn(active)},
      {"not Status eq 'Active'", std::not_fn(active)},
      {"Status in ('Ended','Terminated')", std::not_fn(active)},
      {"CreateTime gt now() sub PT2H", young},
      {"CreateTime gt now() sub PT1H30M1800S", young},
      {"CreateTime gt 2026-03-01T10:00:00Z", young},
      {"CreateTime gt 2026-03-01T10:00:00.000Z", young},
      {"CreateTime gt now() sub P1DT12H", [](S) { return true; }},
      {"IdleTimeExpiration lt now()", [](S s) { return s.idle_expires < kNow; }},
      {"Expiration le now() add PT4H", [&](S s) { return s.expires <= kNow + hours(4); }},
      {"CreateTime eq " + IntersightDate(created, rows[5].nanoseconds),
       [&](S s) { return s.created == created; }},
      {"UserIdOrEmail eq 'alice@example.com'", [&](S s) { return is(s, "alice@example.com"); }},
      {"startswith(UserIdOrEmail,'al')", [&](S s) { return is(s, "alice@example.com"); }},
      {"contains(Role, 'Admin') and endswith(Role, 'trator')",
       [](S s) { return s.permission->name != "Read-Only"; }},
      {"Moid eq '" + moid + "'", [&](S s) { return s.moid == moid; }},
      {"User.Moid eq '" + user + "'",
       [&](S s) { return s.person != nullptr && IntersightMoid(s.person->id) == user; }},
      {"User/Moid eq '" + user + "'",
       [&](S s) { return s.person != nullptr && IntersightMoid(s.person->id) == user; }},
      {"User.Moid eq null", [](S s) { return s.person == nullptr; }},
      {"FailedLogins ge 1",
       [](S s) { return s.session->random % 7 == 0 && s.session->random % 5; }},
      {"Status eq 'Ended' or Status eq 'Terminated' and FailedLogins lt 0",
       [](S s) { return s.status == "Ended"; }},
      {"(Status eq 'Ended' or Status eq 'Active') and not (CreateTime le now() sub PT2H)",
       [&](S s) { return s.status != "Terminated" && young(s); }},
      {"Role eq 'it''s'", [](S) { return false; }},
  };
  for (const Row& row : table) {
    INFO(row.filter);
    const auto filter = ParseIntersightFilter(row.filter, kNow);
    CHECK(rows.Count([&](S s) { return filter(s) != row.right(s); }) == 0);
  }
  CHECK(rows.Count(active) > rows.size() / 2);
  CHECK(rows.Count(active) < rows.size());
}

TEST_CASE("a filter that cannot be read says what is wrong", "[intersight]") {
  struct Row {
    std::string filter, message;
  };
  const std::vector<Row> table{
      {"Status", "no operator ''"},
      {"Status eq", "expected a value"},
      {"Status is 'Active'", "no operator 'is'"},
      {"Status eq 'Active", "a string without end"},
      {"(Status eq 'Active'", "expected )"},
      {"Status eq 'Active')", "something follows the filter"},
      {"Status eq 'Active' Status", "something follows the filter"},
      {"Colour eq 'red'", "no property 'Colour'"},
      {"'Status' eq 'Active'", "expected a property"},
      {"CreateTime gt '2026-03-01T10:00:00Z'", "CreateTime is a date"},
      {"CreateTime gt 2026-03-01", "CreateTime is a date"},
      {"CreateTime gt now() sub 2H", "expected a duration"},
      {"CreateTime gt now() sub PT2", "expected a duration"},
      {"FailedLogins gt '1'", "FailedLogins is a number"},
      {"FailedLogins gt 1x", "FailedLogins is a number"},
      {"User eq 'x'", "User cannot be compared"},
      {"contains(CreateTime,'2')", "CreateTime is no text"},
      {std::string(200, '('), "nested too deeply"},
  };
  for (const Row& row : table) {
    INFO(row.filter);
    CHECK_THROWS_WITH(ParseIntersightFilter(row.filter, kNow), row.message);
  }
}

TEST_CASE("parameters are decoded and read", "[intersight]") {
  const IntersightQuery defaults = Parsed("");
  CHECK(defaults.top == 100);
  CHECK(defaults.skip == 0);
  CHECK_FALSE(defaults.count);

  // As the official Python SDK writes them.
  const IntersightQuery sdk =
      Parsed("%24count=True&%24filter=Status+eq+%27Active%27&%24inlinecount=allpages&%24top=7");
  CHECK(sdk.count_alone);
  CHECK(sdk.filter == "Status eq 'Active'");
  CHECK(sdk.count);
  CHECK(sdk.top == 7);

  const IntersightQuery plain = Parsed(
      "$select=Moid,%20Status,User.Moid&$orderby=-ModTime,Role desc&$skip=3&"
      "$expand=User($select=Name,Email),Permission&$inlinecount=none");
  CHECK(plain.projection.select == std::vector<std::string>{"Moid", "Status", "User"});
  CHECK(plain.projection.expand == std::vector<std::string>{"User", "Permission"});
  REQUIRE(plain.keys.size() == 2);
  CHECK(plain.keys[0].property->name == "ModTime");
  CHECK(plain.keys[0].descending);
  CHECK(plain.keys[1].descending);
  CHECK(plain.skip == 3);
  CHECK_FALSE(plain.count);
}

TEST_CASE("parameters that cannot be are refused", "[intersight]") {
  struct Row {
    std::string query;
    int status;
    std::string code, message;
  };
  const std::vector<Row> table{
      {"$top=1001", 400, "InvalidRequest", "$top: at most 1000"},
      {"$top=-1", 400, "InvalidRequest", "'-1' is not a number"},
      {"$skip=x", 400, "InvalidRequest", "'x' is not a number"},
      {"$inlinecount=yes", 400, "InvalidRequest", "$inlinecount"},
      {"$orderby=Colour", 400, "InvalidRequest", "cannot order by 'Colour'"},
      {"$orderby=User", 400, "InvalidRequest", "cannot order by 'User'"},
      {"$orderby=Moid%20up", 400, "InvalidRequest", "'up' is no direction"},
      {"$filter=Status", 400, "InvalidRequest", "no operator"},
      {"$filter=LoginType%20eq%20'weblogin'", 400, "InvalidRequest", "no property 'LoginType'"},
      {"$apply=aggregate(x)", 400, "InvalidRequest", "$apply: only"},
      {"$apply=groupby((User),aggregate($count%20as%20N))", 400, "InvalidRequest",
       "cannot group by 'User'"},
      {"$select=Status,Colour", 403, "InvalidUrl", "'Colour' is unknown"},
      {"$select=Status,LoginType", 403, "InvalidUrl", "'LoginType' is unknown"},
  };
  for (const Row& row : table) {
    INFO(row.query);
    const auto parsed = ParseIntersightQuery(row.query, kNow, false);
    REQUIRE(std::holds_alternative<IntersightError>(parsed));
    const auto& error = std::get<IntersightError>(parsed);
    CHECK(error.status == row.status);
    CHECK(error.code == row.code);
    CHECK(error.message.find(row.message) != std::string::npos);
  }
  CHECK(Parsed("$select=LoginType").projection.select.size() == 1);
}

TEST_CASE("dates are written as Go writes them and read back", "[intersight]") {
  const Time whole = kNow;
  CHECK(IntersightDate(whole) == "2026-03-01T12:00:00Z");
  CHECK(IntersightDate(whole + std::chrono::milliseconds(500)) == "2026-03-01T12:00:00.5Z");
  CHECK(IntersightDate(whole + std::chrono::microseconds(522665), 238) ==
        "2026-03-01T12:00:00.522665238Z");
  CHECK(IntersightDate(kIntersightZeroTime) == "0001-01-01T00:00:00Z");
  CHECK(ParseIntersightDate("0001-01-01T00:00:00Z") == kIntersightZeroTime);
  CHECK(ParseIntersightDate("2026-03-01T12:00:00.522665238Z") ==
        whole + std::chrono::microseconds(522665));
  for (const char* wrong : {"", "2026-03-01T12:00:00", "2026-03-01 12:00:00Z",
                            "2026-03-01T12:00:00.Z", "2026-03-01T12:00:00.1234567890Z"}) {
    INFO(wrong);
    CHECK_FALSE(ParseIntersightDate(wrong));
  }
}

}  // namespace simulator
