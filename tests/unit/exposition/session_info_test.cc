#include <string>

#include "catch.h"
#include "exposition/session_table.h"
#include "unit/exposition/session_fixture.h"

namespace session_exporter {
namespace {

using test::AllLines;
using test::Ids;
using test::Options;
using test::Policies;
using test::SnapshotBuilder;

TEST_CASE("session_info shows every label in its order, empty where there is none", "[info]") {
  SnapshotBuilder builder;
  Session& session = builder.Add("id\"1");
  for (std::size_t i = 0; i < kSessionLabelCount; ++i) {
    session.labels[i] = builder.Text("v" + std::to_string(i));
  }
  session.Label(SessionLabel::kImage) = builder.Text("Ubuntu \\ \"22\"\n");
  builder.Add("z");
  SessionTableOptions options = Options();
  options.target = "tar\\get";
  options.backend = "back\"end";
  const SessionTable table(builder.Build(), options);
  CHECK(AllLines(table, Metric::kInfo) ==
        "session_info{target=\"tar\\\\get\",session=\"id\\\"1\",backend=\"back\\\"end\","
        "user=\"v0\",image=\"Ubuntu \\\\ \\\"22\\\"\\n\",host=\"v2\",deployment_zone=\"v3\","
        "document=\"v4\",role=\"v5\",access_type=\"v6\",login_type=\"v7\",client_ip=\"v8\","
        "shared=\"v9\"} 1\n"
        "session_info{target=\"tar\\\\get\",session=\"z\",backend=\"back\\\"end\","
        "user=\"\",image=\"\",host=\"\",deployment_zone=\"\",document=\"\",role=\"\","
        "access_type=\"\",login_type=\"\",client_ip=\"\",shared=\"\"} 1\n");
}

TEST_CASE("further labels follow the others, those of another target are empty", "[info]") {
  SnapshotBuilder builder;
  Session& session = builder.Add("a");
  session.info[0] = builder.Text("first");
  session.info[2] = builder.Text("th\"ird");
  SessionTableOptions options = Options();
  options.info_labels = {{"account", -1}, {"port", 2}, {"server_id", 1}, {"user_id", 0}};
  const SessionTable table(builder.Build(), options);
  const std::string line = AllLines(table, Metric::kInfo);
  CAPTURE(line);
  CHECK(line.ends_with(
      ",shared=\"\",account=\"\",port=\"th\\\"ird\",server_id=\"\",user_id=\"first\"} 1\n"));
}

TEST_CASE("label policies apply to session_info, to further labels too", "[info]") {
  SnapshotBuilder builder;
  Session& session = builder.Add("a");
  session.Label(SessionLabel::kUser) = builder.Text("mary");
  session.Label(SessionLabel::kHost) = builder.Text("host1");
  session.Label(SessionLabel::kClientIp) = builder.Text("192.0.2.1");
  session.info[0] = builder.Text("account7");
  session.info[1] = builder.Text("owner");
  SessionTableOptions options = Options();
  options.policies = Policies({{"user", LabelPolicy::kHash},
                               {"client_ip", LabelPolicy::kDrop},
                               {"role", LabelPolicy::kHash},
                               {"account", LabelPolicy::kHash},
                               {"owner", LabelPolicy::kDrop}});
  options.info_labels = {{"account", 0}, {"owner", 1}};
  const SessionTable table(builder.Build(), options);
  CHECK(AllLines(table, Metric::kInfo) ==
        "session_info{target=\"t\",session=\"a\",backend=\"fake\",user=\"#4m\",image=\"\","
        "host=\"host1\",deployment_zone=\"\",document=\"\",role=\"\",access_type=\"\","
        "login_type=\"\",client_ip=\"\",shared=\"\",account=\"#8a\",owner=\"\"} 1\n");
}

TEST_CASE("the id of a session that names its user follows the policy of users", "[info]") {
  struct Row {
    bool names_user;
    LabelPolicy user;
    std::vector<std::string> shown;
  };
  // Dropped ids are hashed all the same: sessions must stay apart.
  const Row row = GENERATE(values<Row>({
      {true, LabelPolicy::kKeep, {"ab", "z"}},
      {true, LabelPolicy::kHash, {"#1z", "#2a"}},
      {true, LabelPolicy::kDrop, {"#1z", "#2a"}},
      {false, LabelPolicy::kHash, {"ab", "z"}},
      {false, LabelPolicy::kDrop, {"ab", "z"}},
  }));
  CAPTURE(row.names_user, static_cast<int>(row.user));
  SnapshotBuilder builder;
  builder.Add("z");
  builder.Add("ab");
  SessionTableOptions options = Options();
  options.session_id_names_user = row.names_user;
  options.policies = Policies({{"user", row.user}});
  const SessionTable table(builder.Build(), options);
  CHECK(Ids(table, Metric::kInfo) == row.shown);
  CHECK(Ids(table, Metric::kStatus) == row.shown);
  CHECK(Ids(table, Metric::kStale) == row.shown);
}

TEST_CASE("a hashed label of an info column of another target costs nothing and is empty",
          "[info]") {
  SnapshotBuilder builder;
  builder.Add("a");
  SessionTableOptions options = Options();
  options.info_labels = {{"port", -1}};
  options.policies = LabelPolicies({{"port", LabelPolicy::kHash}}, nullptr);  // would throw
  const SessionTable table(builder.Build(), options);
  CHECK(AllLines(table, Metric::kInfo).ends_with(",port=\"\"} 1\n"));
}

}  // namespace
}  // namespace session_exporter
