#include "collector/summary.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "catch.h"
#include "support/snapshot_builder.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;
using test::kNow;
using test::SnapshotBuilder;

using Counts = std::map<std::string, std::uint64_t>;

constexpr std::array<StatusPair, 3> kStatuses = {{{SessionState::kActive, "running"},
                                                  {SessionState::kIdle, "running"},
                                                  {SessionState::kEnded, "deleted"}}};

Summary SummaryOf(SnapshotBuilder& builder, std::vector<std::string> group_by = {},
                  std::size_t group_limit = 50, const LabelPolicies& policies = {}) {
  LabelTexts texts(builder->symbols, policies);
  return Summarize(*builder, {kStatuses, 1h, std::move(group_by), group_limit}, texts, policies);
}

// The sessions by state and status, without those at 0.
std::map<std::string, std::uint64_t> Found(const Summary& summary) {
  std::map<std::string, std::uint64_t> found;
  for (const auto& [pair, count] : summary.by_state_and_status) {
    if (count > 0) found[std::string(pair.first) + "/" + std::string(pair.second)] = count;
  }
  return found;
}

TEST_CASE("an empty list shows every known pair at 0", "[summary]") {
  SnapshotBuilder builder;
  const Summary summary = SummaryOf(builder, {"image"});
  const decltype(summary.by_state_and_status) expected = {
      {{"active", "running"}, 0}, {{"ended", "deleted"}, 0}, {{"idle", "running"}, 0}};
  CHECK(summary.by_state_and_status == expected);
  CHECK(summary.users == 0);
  CHECK(summary.stale == 0);
  CHECK(summary.expired == 0);
  CHECK(!summary.oldest_keepalive);
  CHECK(!summary.oldest_start);
  CHECK(summary.cpu_cores == 0);
  CHECK(summary.memory_bytes == 0);
  REQUIRE(summary.groups.size() == 1);
  CHECK(summary.groups[0].live_sessions.empty());
}

TEST_CASE("sessions are counted by state and status, unknown pairs too", "[summary]") {
  SnapshotBuilder builder;
  builder.Add("1", SessionState::kActive, "running");
  builder.Add("2", SessionState::kIdle, "running");
  builder.Add("3", SessionState::kIdle, "running");
  builder.Add("4", SessionState::kEnded, "deleted");
  builder.Add("5", SessionState::kUnknown, "brand new");
  CHECK(Found(SummaryOf(builder)) == Counts{{"active/running", 1},
                                            {"idle/running", 2},
                                            {"ended/deleted", 1},
                                            {"unknown/brand new", 1}});
}

TEST_CASE("users are the distinct ones of live sessions, before any policy", "[summary]") {
  SnapshotBuilder builder;
  const auto add = [&builder](const char* id, const char* user, SessionState state) {
    builder.Add(id, state, "x").Label(SessionLabel::kUser) = builder.Text(user);
  };
  add("1", "mary", SessionState::kActive);
  add("2", "mary", SessionState::kIdle);
  add("3", "john", SessionState::kFailed);
  add("4", "", SessionState::kActive);
  add("5", "gone", SessionState::kEnded);
  CHECK(SummaryOf(builder).users == 2);
  const LabelPolicies drop({{"user", LabelPolicy::kDrop}}, nullptr);
  CHECK(SummaryOf(builder, {}, 50, drop).users == 2);
}

TEST_CASE("stale sessions are live and without a sign for longer than the threshold", "[summary]") {
  SnapshotBuilder builder;
  builder.Add("fresh").sign_of_life = kNow - 59min;
  builder.Add("just").sign_of_life = kNow - 1h;
  builder.Add("stale").sign_of_life = kNow - 1h - 1us;
  builder.Add("staler", SessionState::kFailed, "x").sign_of_life = kNow - 100h;
  builder.Add("ended", SessionState::kEnded, "x").sign_of_life = kNow - 100h;
  builder.Add("dateless");
  CHECK(SummaryOf(builder).stale == 2);
  builder->backend_time = kNow - 50h;  // only the oldest is stale on that clock
  CHECK(SummaryOf(builder).stale == 1);
}

TEST_CASE("expired are those listed past either expiration, ended ones too", "[summary]") {
  SnapshotBuilder builder;
  builder.Add("now").expiration = kNow;
  builder.Add("later").expiration = kNow + 1s;
  builder.Add("past").expiration = kNow - 1us;
  builder.Add("idle").idle_expiration = kNow - 1s;
  Session& both = builder.Add("both");
  both.expiration = kNow - 1s;
  both.idle_expiration = kNow - 1s;
  builder.Add("ended", SessionState::kEnded, "x").expiration = kNow - 1s;
  builder.Add("never");
  CHECK(SummaryOf(builder).expired == 4);
  builder->backend_time = kNow + 1min;
  CHECK(SummaryOf(builder).expired == 6);
}

TEST_CASE("the oldest dates and the sums are of live sessions", "[summary]") {
  SnapshotBuilder builder;
  Session& first = builder.Add("1");
  first.start = kNow - 2h;
  first.keepalive = kNow - 1min;
  first.cpu_cores = 2.5;
  first.memory_bytes = 1e9;
  Session& second = builder.Add("2", SessionState::kPaused, "paused");
  second.start = kNow - 1h;
  second.keepalive = kNow - 5min;
  second.cpu_cores = 1;
  Session& ended = builder.Add("3", SessionState::kEnded, "deleted");
  ended.start = kNow - 9h;
  ended.keepalive = kNow - 9h;
  ended.cpu_cores = 100;
  ended.memory_bytes = 1e12;
  builder.Add("4");
  const Summary summary = SummaryOf(builder);
  REQUIRE(summary.oldest_start);
  CHECK(*summary.oldest_start == kNow - 2h);
  REQUIRE(summary.oldest_keepalive);
  CHECK(*summary.oldest_keepalive == kNow - 5min);
  CHECK(summary.cpu_cores == 3.5);
  CHECK(summary.memory_bytes == 1e9);
}

struct GroupRow {
  std::string what;
  std::vector<std::pair<std::string, int>> images;  // and their live sessions
  std::size_t limit;
  LabelPolicy policy;
  Counts shown;
};

TEST_CASE("live sessions are grouped by a label, the rest as other", "[groups]") {
  constexpr auto kKeep = LabelPolicy::kKeep;
  const GroupRow row = GENERATE_COPY(values<GroupRow>({
      {"within the limit", {{"a", 2}, {"b", 1}}, 2, kKeep, {{"a", 2}, {"b", 1}}},
      {"beyond it",
       {{"a", 1}, {"b", 3}, {"c", 2}, {"d", 1}},
       2,
       kKeep,
       {{"b", 3}, {"c", 2}, {"other", 2}}},
      {"of equals the first", {{"c", 1}, {"b", 1}, {"a", 1}}, 1, kKeep, {{"a", 1}, {"other", 2}}},
      {"one value too many", {{"a", 1}, {"b", 1}}, 1, kKeep, {{"a", 1}, {"other", 1}}},
      {"a value named other among the rest",
       {{"a", 5}, {"b", 4}, {"other", 1}, {"c", 1}},
       2,
       kKeep,
       {{"a", 5}, {"b", 4}, {"other", 2}}},
      {"a value named other among the largest",
       {{"a", 5}, {"other", 9}, {"b", 1}},
       2,
       kKeep,
       {{"a", 5}, {"other", 10}}},
      {"a value named other within the limit",
       {{"other", 2}, {"a", 1}},
       2,
       kKeep,
       {{"a", 1}, {"other", 2}}},
      {"no value is a value",
       {{"", 3}, {"a", 2}, {"b", 1}},
       2,
       kKeep,
       {{"", 3}, {"a", 2}, {"other", 1}}},
      {"dropped", {{"a", 2}, {"b", 1}, {"", 1}}, 1, LabelPolicy::kDrop, {{"", 4}}},
      {"hashed",
       {{"a", 2}, {"b", 1}, {"", 3}},
       3,
       LabelPolicy::kHash,
       {{"#a", 2}, {"#b", 1}, {"", 3}}},
      {"hashed beyond the limit",
       {{"a", 2}, {"b", 1}, {"c", 1}},
       1,
       LabelPolicy::kHash,
       {{"#a", 2}, {"other", 2}}},
      {"hashed alike",
       {{"x1", 2}, {"x2", 1}, {"b", 2}},
       1,
       LabelPolicy::kHash,
       {{"#x", 3}, {"other", 2}}},
  }));
  CAPTURE(row.what);
  SnapshotBuilder builder;
  int id = 0;
  for (const auto& [image, count] : row.images) {
    for (int i = 0; i < count; ++i) {
      builder.Add("s" + std::to_string(id++)).Label(SessionLabel::kImage) = builder.Text(image);
    }
    builder.Add("e" + std::to_string(id++), SessionState::kEnded, "deleted")
        .Label(SessionLabel::kImage) = builder.Text(image);
  }
  const LabelPolicies policies({{"image", row.policy}}, [](std::string_view text) {
    return "#" + std::string(text.substr(0, 1));
  });
  const Summary summary = SummaryOf(builder, {"image"}, row.limit, policies);
  REQUIRE(summary.groups.size() == 1);
  CHECK(summary.groups[0].label == "image");
  CHECK(summary.groups[0].live_sessions == row.shown);
}

TEST_CASE("each label that is asked for is its own group, in their order", "[groups]") {
  SnapshotBuilder builder;
  Session& session = builder.Add("1");
  for (std::size_t i = 0; i < kSessionLabelCount; ++i) {
    session.labels[i] = builder.Text("v" + std::to_string(i));
  }
  const std::vector<std::string> labels = {
      "role", "user", "image", "host", "document", "access_type", "login_type", "deployment_zone"};
  const Summary summary = SummaryOf(builder, labels);
  REQUIRE(summary.groups.size() == labels.size());
  std::vector<std::string> found;
  for (const Summary::Group& group : summary.groups) {
    REQUIRE(group.live_sessions.size() == 1);
    found.push_back(group.label + "=" + group.live_sessions.begin()->first);
  }
  CHECK(found == std::vector<std::string>{"role=v5", "user=v0", "image=v1", "host=v2",
                                          "document=v4", "access_type=v6", "login_type=v7",
                                          "deployment_zone=v3"});
}

}  // namespace
}  // namespace session_exporter
