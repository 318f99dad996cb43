// The page as a whole: every row of the contract is there, its numbers are those of the backend,
// and it holds still when the backend does.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "catch.h"
#include "integration/running_exporter.h"
#include "integration/still_simulator.h"
#include "simulator/simulator.h"

namespace session_exporter::test {
namespace {

using simulator::Simulator;

constexpr std::string_view kAllDimensions = "group_by: [user, image, host, deployment_zone]";

struct Row {
  std::string_view metric;
  std::set<std::string> labels;  // beyond target
};

const std::vector<Row>& RowsOfTarget() {
  static const std::vector<Row> kRows = {
      {"session_up", {"backend"}},
      {"session_target_info", {"backend", "endpoint", "aws_account_id", "aws_region"}},
      {"session_collection_duration_seconds", {}},
      {"session_collection_timeout_seconds", {}},
      {"session_collection_error", {"reason"}},
      {"session_collection_requests", {}},
      {"session_data_timestamp_seconds", {}},
      {"session_clock_skew_seconds", {}},
      {"session_list_truncated", {}},
      {"session_series_dropped", {"reason"}},
      {"session_sessions", {"backend", "state", "status"}},
      {"session_users", {"backend"}},
      {"session_stale_sessions", {"backend"}},
      {"session_stale_threshold_seconds", {}},
      {"session_expired_sessions", {"backend"}},
      {"session_oldest_keepalive_timestamp_seconds", {}},
      {"session_oldest_start_timestamp_seconds", {}},
      {"session_allocated_cpu_cores", {"backend"}},
      {"session_allocated_memory_bytes", {"backend"}},
      {"session_user_sessions", {"user"}},
      {"session_image_sessions", {"image"}},
      {"session_host_sessions", {"host"}},
      {"session_deployment_zone_sessions", {"deployment_zone"}},
  };
  return kRows;
}

const std::vector<Row>& RowsOfSession() {
  static const std::vector<Row> kRows = {
      {"session_info",
       {"session", "backend", "user", "image", "host", "deployment_zone", "document", "role",
        "access_type", "login_type", "client_ip", "shared"}},
      {"session_status", {"session", "state", "status"}},
      {"session_start_timestamp_seconds", {"session"}},
      {"session_keepalive_timestamp_seconds", {"session"}},
      {"session_keepalive_age_seconds", {"session"}},
      {"session_expiration_timestamp_seconds", {"session"}},
      {"session_cpu_cores", {"session"}},
      {"session_memory_bytes", {"session"}},
      {"session_stale", {"session"}},
  };
  return kRows;
}

void CheckRows(const Exposition& page, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    INFO(row.metric);
    const auto series = page.Series(row.metric);
    CHECK_FALSE(series.empty());
    std::set<std::string> expected = row.labels;
    expected.insert("target");
    for (const ParsedSample& sample : series) {
      std::set<std::string> labels;
      for (const auto& [name, value] : sample.labels) labels.insert(name);
      REQUIRE(labels == expected);
    }
    CHECK(page.Family(row.metric)->type == "gauge");
    CHECK_FALSE(page.Family(row.metric)->help.empty());
  }
}

TEST_CASE("every row of the contract that Kasm has is on the page", "[integration]") {
  Simulator simulator;
  RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url(), kAllDimensions)}));
  const Exposition page = exporter.Scrape();
  CheckRows(page, RowsOfTarget());
  CheckRows(page, RowsOfSession());
  CHECK(page.Value("session_target_info", {{"endpoint", simulator.url()}}) == 1);

  std::set<std::string_view> known;
  for (const auto* rows : {&RowsOfTarget(), &RowsOfSession()}) {
    for (const Row& row : *rows) known.insert(row.metric);
  }
  for (const ParsedFamily& family : page.Families()) {
    if (family.name.starts_with("process_") || family.name.starts_with("session_exporter_"))
      continue;
    INFO(family.name << " is not in the contract for Kasm");
    CHECK(known.count(family.name) == 1);
  }
}

TEST_CASE("known states, reasons and losses are there at 0", "[integration]") {
  Simulator simulator;
  simulator.SetFault("get_kasms", "no_sessions");
  RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url())}));
  const Exposition page = exporter.Scrape();
  CHECK(page.Value("session_up") == 1);
  const std::vector<std::pair<std::string_view, std::vector<std::string_view>>> pairs = {
      {"starting", {"requested", "provisioning", "assigned", "starting"}},
      {"active", {"running"}},
      {"idle", {"running"}},
      {"paused", {"paused", "stopped"}},
      {"stopping", {"stopping", "deleting", "user_delete_pending", "admin_delete_pending"}},
      {"ended", {"deleted"}},
      {"failed", {"error", "failed"}},
  };
  for (const auto& [state, statuses] : pairs) {
    for (const std::string_view status : statuses) {
      INFO(state << " " << status);
      CHECK(page.Value("session_sessions", {{"state", state}, {"status", status}}) == 0);
    }
  }
  for (const std::string_view reason :
       {"auth", "backend", "config", "connect", "dns", "http", "limit", "permission", "protocol",
        "rate_limited", "timeout", "tls"}) {
    INFO(reason);
    CHECK(page.Value("session_collection_error", {{"reason", reason}}) == 0);
  }
  CHECK(page.Series("session_collection_error").size() == 12);
  for (const std::string_view reason : {"limit", "duplicate", "invalid"}) {
    CHECK(page.Value("session_series_dropped", {{"reason", reason}}) == 0);
  }
  CHECK(page.Value("session_users") == 0);
  CHECK(page.Value("session_allocated_cpu_cores") == 0);
  CHECK(page.Value("session_allocated_memory_bytes") == 0);
  // Nothing to tell is no series.
  CHECK(page.Series("session_oldest_start_timestamp_seconds").empty());
  CHECK(page.Series("session_oldest_keepalive_timestamp_seconds").empty());
  CHECK(page.Series("session_info").empty());
}

TEST_CASE("the numbers are those of the backend", "[integration]") {
  StillSimulator simulator{{.seed = 11, .sessions = 120, .people = 30}};
  RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url(), kAllDimensions)}));
  const Exposition page = exporter.Scrape();
  const auto sessions = simulator.sessions();
  const auto count = static_cast<double>(sessions.size());
  CHECK(page.Sum("session_sessions") == count);
  // A simulated Kasm lists no ended ones, so all of them are live.
  for (const std::string_view metric :
       {"session_user_sessions", "session_image_sessions", "session_host_sessions",
        "session_deployment_zone_sessions"}) {
    INFO(metric);
    CHECK(page.Sum(metric) == count);
  }
  std::set<std::size_t> people;
  std::set<std::string> ids;
  double cores = 0;
  for (const auto& session : sessions) {
    ids.insert(session.id);
    if (session.person) people.insert(*session.person);
    cores += simulator.population().images()[session.image].cores;
  }
  CHECK(page.Value("session_users") == static_cast<double>(people.size()));
  CHECK(page.Value("session_allocated_cpu_cores") == Approx(page.Sum("session_cpu_cores")));
  CHECK(page.Value("session_allocated_cpu_cores") <= cores);
  std::set<std::string> shown;
  for (const ParsedSample& sample : page.Series("session_info")) {
    shown.insert(std::string(sample.Label("session")));
  }
  CHECK(shown == ids);
  CHECK(page.Sum("session_status") == count);
  CHECK(page.Sum("session_stale") == page.Value("session_stale_sessions"));
}

// Every sample as it is written, but for those that may differ.
std::vector<std::string> StillLines(const std::string& page) {
  const std::vector<std::string_view> moving = {
      "process_", "session_exporter_", "session_collection_duration_seconds{",
      "session_clock_skew_seconds{", "session_data_timestamp_seconds{"};
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < page.size();) {
    const std::size_t end = page.find('\n', start);
    std::string line = page.substr(start, end - start);
    start = end + 1;
    const bool moves = std::any_of(moving.begin(), moving.end(), [&](std::string_view prefix) {
      return line.starts_with(prefix);
    });
    if (!moves) lines.push_back(std::move(line));
  }
  return lines;
}

TEST_CASE("two scrapes of an unchanged backend are the same", "[integration]") {
  StillSimulator simulator{{.sessions = 200}};
  RunningExporter exporter(
      Yaml({KasmTarget("b", simulator.url(), kAllDimensions), KasmTarget("a", simulator.url()),
            KasmTarget("broken", simulator.url("status=500"))}));
  const auto first = StillLines(exporter.Get("/metrics").body);
  const auto second = StillLines(exporter.Get("/metrics").body);
  CHECK(first.size() > 3000);
  CHECK(first == second);
}

TEST_CASE("families are ordered by name and series by their labels", "[integration]") {
  StillSimulator simulator;
  RunningExporter exporter(
      Yaml({KasmTarget("b", simulator.url()), KasmTarget("a", simulator.url())}));
  const Exposition page = exporter.Scrape();
  std::string before;
  for (const ParsedFamily& family : page.Families()) {
    CHECK(before < family.name);
    before = family.name;
    if (family.type == "histogram") continue;
    std::vector<std::vector<std::string>> keys;
    for (const ParsedSample& sample : family.samples) {
      std::vector<std::string> key;
      for (const auto& [name, value] : sample.labels) key.push_back(value);
      keys.push_back(std::move(key));
    }
    INFO(family.name);
    CHECK(std::is_sorted(keys.begin(), keys.end()));
  }
}

TEST_CASE("a session that ended leaves no series behind", "[integration]") {
  StillSimulator simulator{{.sessions = 60}};
  RunningExporter exporter(Yaml({KasmTarget("kasm", simulator.url())}));
  const auto ids = [&] {
    std::set<std::string> shown;
    const Exposition page = exporter.Scrape();
    for (const ParsedSample& sample : page.Series("session_stale")) {
      shown.insert(std::string(sample.Label("session")));
    }
    return shown;
  };
  const auto before = ids();
  simulator.AdvanceClock(std::chrono::hours(24 * 30));
  const auto after = ids();
  std::set<std::string> expected;
  for (const auto& session : simulator.sessions()) expected.insert(session.id);
  CHECK(after == expected);
  CHECK(before != after);
}

}  // namespace
}  // namespace session_exporter::test
