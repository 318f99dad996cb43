// What the configuration does to a page, and how a change of it arrives.
#include <set>
#include <string>
#include <string_view>

#include "catch.h"
#include "integration/running_exporter.h"
#include "integration/still_simulator.h"

namespace session_exporter::test {
namespace {

TEST_CASE("a secret that is rotated takes effect with the next scrape", "[integration]") {
  StillSimulator simulator;
  const TemporaryFolder folder;
  const std::string file = folder.Write("secret", "wrong\n");
  RunningExporter exporter(
      Yaml({KasmTarget("kasm", simulator.url(), "api_key_secret_file: " + file)}));
  CHECK(exporter.Scrape().Value("session_collection_error", {{"reason", "auth"}}) == 1);

  // One newline at the end is not part of it.
  static_cast<void>(folder.Write("secret", "demo-secret\n"));
  CHECK(exporter.Scrape().Value("session_up") == 1);

  // As many bytes as before: only its times tell the file from the former.
  static_cast<void>(folder.Write("secret", "demo-terces\n"));
  CHECK(exporter.Scrape().Value("session_collection_error", {{"reason", "auth"}}) == 1);

  // As Kubernetes and most tools do it: another file takes the name.
  const std::string fresh = folder.Write("fresh", "demo-secret");
  std::filesystem::rename(fresh, file);
  CHECK(exporter.Scrape().Value("session_up") == 1);

  std::filesystem::remove(file);
  CHECK(exporter.Scrape().Value("session_collection_error", {{"reason", "config"}}) == 1);
  static_cast<void>(folder.Write("secret", "demo-secret"));
  CHECK(exporter.Scrape().Value("session_up") == 1);
}

std::set<std::string> LabelValues(const Exposition& page, std::string_view sample,
                                  std::string_view label) {
  std::set<std::string> values;
  for (const ParsedSample& series : page.Series(sample)) {
    values.insert(std::string(series.Label(label)));
  }
  return values;
}

TEST_CASE("hashed users are the keyed digest that anybody can compute", "[integration]") {
  StillSimulator simulator{{.seed = 7}};
  const TemporaryFolder folder;
  const std::string key = folder.Write("hash.key", "integration-hash-key\n");
  RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url(), "group_by: [user]")},
                                "labels: {user: hash, hash_key_file: '" + key + "'}"));
  const Reply reply = exporter.Get("/metrics");
  const Exposition page = ParsePage(reply);
  for (const std::string_view metric : {"session_info", "session_user_sessions"}) {
    INFO(metric);
    const auto users = LabelValues(page, metric, "user");
    // printf %s NAME | openssl dgst -sha256 -hmac integration-hash-key | cut -c -16
    CHECK(users.count("5a645e20a933b48a") == 1);
    CHECK(users.count("7d032cbbec88dd48") == 1);
    CHECK(users.count("b732a7c8159f08db") == 1);
  }
  CHECK(reply.body.find("@example.com") == std::string::npos);
  // Counted before the policy.
  CHECK(page.Value("session_users").value_or(0) > 3);
}

TEST_CASE("dropped labels are empty, and counts stay what they are", "[integration]") {
  StillSimulator simulator{{.seed = 7}};
  RunningExporter kept(Yaml({KasmTarget("kasm", simulator.url(), "group_by: [user, host]")}));
  RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url(), "group_by: [user, host]")},
                                "labels: {user: drop, host: drop}"));
  const Reply reply = exporter.Get("/metrics");
  const Exposition page = ParsePage(reply);
  const Exposition before = kept.Scrape();
  CHECK(LabelValues(before, "session_info", "user").size() > 5);
  CHECK(LabelValues(page, "session_info", "user") == std::set<std::string>{""});
  CHECK(LabelValues(page, "session_info", "host") == std::set<std::string>{""});
  CHECK(reply.body.find("@example.com") == std::string::npos);
  CHECK(page.Value("session_users") == before.Value("session_users"));
  CHECK(page.Sum("session_user_sessions") == before.Sum("session_user_sessions"));
  CHECK(page.Series("session_user_sessions").size() == 1);
}

TEST_CASE("all targets carry the union of the info labels in use", "[integration]") {
  StillSimulator simulator;
  RunningExporter exporter(
      Yaml({KasmTarget("first", simulator.url(), "info_labels: [image_name, server_id]"),
            KasmTarget("second", simulator.url(), "info_labels: [user_id]"),
            KasmTarget("third", simulator.url())}));
  const Exposition page = exporter.Scrape();
  std::set<std::string> names;
  const auto all = page.Series("session_info");
  for (const auto& [name, value] : all.front().labels) names.insert(name);
  for (const ParsedSample& series : all) {
    std::set<std::string> own;
    for (const auto& [name, value] : series.labels) own.insert(name);
    REQUIRE(own == names);
    // Each only where it was asked for; a session that has not started has no server either.
    if (series.Label("target") != "first") REQUIRE(series.Label("server_id").empty());
    if (series.Label("target") != "second") REQUIRE(series.Label("user_id").empty());
  }
  CHECK(names == std::set<std::string>{"target", "session", "backend", "user", "image", "host",
                                       "deployment_zone", "document", "role", "access_type",
                                       "login_type", "client_ip", "shared", "image_name",
                                       "server_id", "user_id"});
  CHECK(LabelValues(page, "session_info", "user_id").size() > 3);
  CHECK(LabelValues(page, "session_info", "server_id").size() > 3);
}

TEST_CASE("a good reload takes effect and a bad one leaves all as it was", "[integration]") {
  StillSimulator simulator;
  RunningExporter exporter(Yaml({KasmTarget("first", simulator.url())}), {},
                           {{"SECOND_URL", simulator.url()}});
  const Exposition before = exporter.Scrape();
  CHECK(before.Value("session_exporter_config_last_reload_successful") == 1);
  CHECK(before.Value("session_exporter_targets") == 1);

  exporter.Reload(
      Yaml({KasmTarget("second", "${SECOND_URL}"), KasmTarget("third", simulator.url())}));
  const Exposition after = exporter.Scrape();
  CHECK(LabelValues(after, "session_up", "target") == std::set<std::string>{"second", "third"});
  CHECK(after.Sum("session_up") == 2);
  CHECK(after.Value("session_exporter_targets") == 2);
  CHECK(after.Series("session_info", {{"target", "first"}}).empty());
  CHECK(exporter.LogText().find("configuration reloaded") != std::string::npos);

  // Three mistakes, all of which are to be told.
  exporter.Reload(
      "scrape: {timeout: soon}\n"
      "targets:\n"
      "  - {name: x, backend: kasm, url: '${UNSET_NAME}', api_key: k, api_key_secret: CANARY-9c1}\n"
      "surprise: 1\n");
  const Exposition kept = exporter.Scrape();
  CHECK(LabelValues(kept, "session_up", "target") == std::set<std::string>{"second", "third"});
  CHECK(kept.Sum("session_up") == 2);
  CHECK(kept.Value("session_exporter_config_last_reload_successful") == 0);
  CHECK(kept.Value("session_exporter_config_last_reload_success_timestamp_seconds") ==
        after.Value("session_exporter_config_last_reload_success_timestamp_seconds"));
  CHECK(kept.Value("session_exporter_log_messages_total", {{"level", "error"}}) >= 3);
  const std::string log = exporter.LogText();
  for (const std::string_view part : {"session_exporter.yaml:1:19: scrape.timeout: ", "UNSET_NAME",
                                      "session_exporter.yaml:4:1: surprise: "}) {
    INFO(part << " in\n" << log);
    CHECK(log.find(part) != std::string::npos);
  }
  CHECK(log.find("CANARY") == std::string::npos);
  CHECK(exporter.Get("/-/ready").status == 200);

  exporter.Reload(Yaml({KasmTarget("fourth", simulator.url())}));
  const Exposition mended = exporter.Scrape();
  CHECK(mended.Value("session_up", {{"target", "fourth"}}) == 1);
  CHECK(mended.Value("session_exporter_config_last_reload_successful") == 1);
}

TEST_CASE("a reload does not cut a scrape that is under way", "[integration]") {
  StillSimulator simulator;
  RunningExporter exporter(Yaml({KasmTarget("old", simulator.url("delay=0.5"))}));
  RawClient client(exporter.address());
  client.Send(RequestText("GET", "/metrics"));
  REQUIRE(Eventually([&] { return simulator.stats().requests_in_flight == 1; }));
  exporter.Reload(Yaml({KasmTarget("new", simulator.url())}));
  CHECK(exporter.Scrape().Value("session_up", {{"target", "new"}}) == 1);
  CHECK(ParsePage(client.ReadReply()).Value("session_up", {{"target", "old"}}) == 1);
}

}  // namespace
}  // namespace session_exporter::test
