#include "collector/target_families.h"

#include <string>
#include <string_view>

#include "catch.h"
#include "unit/collector/collector_fixture.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;
using test::kNow;
using test::SnapshotBuilder;

std::shared_ptr<Target> MakeTarget() {
  auto target = test::MakeTarget("kasm-eu", [](const CollectionContext&) { return Snapshot(); });
  target->config.stale_after = 30min;
  target->config.group_by = {"image", "host"};
  target->description = {"https://kasm.example:8443", "123456789012", "eu-west-1"};
  return target;
}

constexpr CollectionFacts kFacts{1500ms, 9500ms, 3, -250ms};

// The page without its comments.
std::string Lines(const std::shared_ptr<const TargetPage>& page) {
  PageWriter writer({{page}, {}}, ExpositionFormat::kText);
  std::string whole;
  std::string piece;
  while (writer.Next(piece)) whole += piece;
  std::string lines;
  for (std::size_t at = 0; at < whole.size();) {
    const std::size_t end = whole.find('\n', at) + 1;
    if (whole[at] != '#') lines.append(whole, at, end - at);
    at = end;
  }
  return lines;
}

// `text` with {T} for the label that every series has.
std::string Expand(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t hole = std::min(text.find("{T}", at), text.size());
    out += text.substr(at, hole - at);
    if (hole == text.size()) break;
    out += "target=\"kasm-eu\"";
    at = hole + 3;
  }
  return out;
}

std::shared_ptr<Snapshot> SmallSnapshot() {
  SnapshotBuilder builder;
  builder->backend_time = kNow + 2s;
  builder->duplicate_sessions = 4;
  builder->invalid_sessions = 5;
  Session& first = builder.Add("b1");
  first.Label(SessionLabel::kUser) = builder.Text("mary");
  first.Label(SessionLabel::kImage) = builder.Text("Ubuntu \"22\"");
  first.start = kNow - 2h;
  first.keepalive = kNow - 40min;
  first.sign_of_life = first.keepalive;
  first.expiration = kNow - 1s;
  first.cpu_cores = 2;
  first.memory_bytes = 4e9;
  Session& second = builder.Add("a2", SessionState::kEnded, "deleted");
  second.Label(SessionLabel::kUser) = builder.Text("john");
  second.start = kNow - 5h;
  return builder.Build();
}

constexpr std::string_view kUpToFailures = R"(session_collection_duration_seconds{{T}} 1.5
session_collection_error{{T},reason="auth"} 0
session_collection_error{{T},reason="backend"} 0
session_collection_error{{T},reason="config"} 0
session_collection_error{{T},reason="connect"} 0
session_collection_error{{T},reason="dns"} 0
session_collection_error{{T},reason="http"} 0
session_collection_error{{T},reason="limit"} 0
session_collection_error{{T},reason="permission"} 0
session_collection_error{{T},reason="protocol"} 0
session_collection_error{{T},reason="rate_limited"} 0
session_collection_error{{T},reason="timeout"} 0
session_collection_error{{T},reason="tls"} 0
session_collection_requests{{T}} 3
session_collection_timeout_seconds{{T}} 9.5
)";

TEST_CASE("a successful collection shows its facts, counts and sessions", "[families]") {
  const auto page = SuccessFamilies(*MakeTarget(), SmallSnapshot(), kFacts);
  REQUIRE(page);
  const std::string expected =
      R"(session_allocated_cpu_cores{{T},backend="fake"} 2
session_allocated_memory_bytes{{T},backend="fake"} 4000000000
session_clock_skew_seconds{{T}} -0.25
)" + std::string(kUpToFailures) +
      R"(session_cpu_cores{{T},session="b1"} 2
session_data_timestamp_seconds{{T}} 1717747200
session_expiration_timestamp_seconds{{T},session="b1"} 1717747199
session_expired_sessions{{T},backend="fake"} 1
session_host_sessions{{T},host=""} 1
session_image_sessions{{T},image="Ubuntu \"22\""} 1
session_info{{T},session="a2",backend="fake",user="john",image="",host="",deployment_zone="",document="",role="",access_type="",login_type="",client_ip="",shared=""} 1
session_info{{T},session="b1",backend="fake",user="mary",image="Ubuntu \"22\"",host="",deployment_zone="",document="",role="",access_type="",login_type="",client_ip="",shared=""} 1
session_keepalive_age_seconds{{T},session="b1"} 2402
session_keepalive_timestamp_seconds{{T},session="b1"} 1717744800
session_list_truncated{{T}} 0
session_memory_bytes{{T},session="b1"} 4000000000
session_oldest_keepalive_timestamp_seconds{{T}} 1717744800
session_oldest_start_timestamp_seconds{{T}} 1717740000
session_series_dropped{{T},reason="duplicate"} 4
session_series_dropped{{T},reason="invalid"} 5
session_series_dropped{{T},reason="limit"} 0
session_sessions{{T},backend="fake",state="active",status="running"} 1
session_sessions{{T},backend="fake",state="ended",status="deleted"} 1
session_stale{{T},session="a2"} 0
session_stale{{T},session="b1"} 1
session_stale_sessions{{T},backend="fake"} 1
session_stale_threshold_seconds{{T}} 1800
session_start_timestamp_seconds{{T},session="a2"} 1717729200
session_start_timestamp_seconds{{T},session="b1"} 1717740000
session_status{{T},session="a2",state="ended",status="deleted"} 1
session_status{{T},session="b1",state="active",status="running"} 1
session_target_info{{T},backend="fake",endpoint="https://kasm.example:8443",aws_account_id="123456789012",aws_region="eu-west-1"} 1
session_up{{T},backend="fake"} 1
session_users{{T},backend="fake"} 1
)";
  CHECK(Lines(*page) == Expand(expected));
}

TEST_CASE("a failed collection shows its facts and nothing of sessions", "[families]") {
  const auto page = FailureFamilies(*MakeTarget(), ErrorKind::kRateLimited, kFacts);
  std::string facts(kUpToFailures);
  const std::string_view reason = "reason=\"rate_limited\"} ";
  facts.replace(facts.find(reason) + reason.size(), 1, "1");
  const std::string expected = "session_clock_skew_seconds{{T}} -0.25\n" + facts +
                               R"(session_list_truncated{{T}} 0
session_series_dropped{{T},reason="duplicate"} 0
session_series_dropped{{T},reason="invalid"} 0
session_series_dropped{{T},reason="limit"} 0
session_target_info{{T},backend="fake",endpoint="https://kasm.example:8443",aws_account_id="123456789012",aws_region="eu-west-1"} 1
session_up{{T},backend="fake"} 0
)";
  CHECK(Lines(page) == Expand(expected));
  CHECK(page->sessions() == nullptr);
}

TEST_CASE("each reason is shown as itself and alone", "[families]") {
  for (const ErrorKind kind : kAllErrorKinds) {
    CHECK(test::OutcomeOf(FailureFamilies(*MakeTarget(), kind, {})) == ReasonOf(kind));
  }
}

TEST_CASE("a successful list without sessions still shows its counts", "[families]") {
  SnapshotBuilder builder;
  const auto page = SuccessFamilies(*MakeTarget(), builder.Build(), {1s, 2s, 1, std::nullopt});
  REQUIRE(page);
  const test::Exposition shown = test::Shown(*page);
  CHECK(shown.Value("session_up") == 1);
  CHECK(shown.Value("session_sessions", {{"status", "running"}}) == 0);
  CHECK(shown.Value("session_sessions", {{"status", "deleted"}}) == 0);
  CHECK(shown.Value("session_users") == 0);
  CHECK(shown.Value("session_allocated_cpu_cores") == 0);
  CHECK(shown.Value("session_allocated_memory_bytes") == 0);
  for (const char* absent :
       {"session_history_sessions", "session_limit_sessions", "session_idle_timeout_seconds",
        "session_lifetime_seconds", "session_clock_skew_seconds",
        "session_oldest_keepalive_timestamp_seconds", "session_oldest_start_timestamp_seconds",
        "session_image_sessions", "session_info", "session_status", "session_stale"}) {
    CAPTURE(absent);
    CHECK(shown.Family(absent) == nullptr);
  }
}

TEST_CASE("the account's limits are shown as far as they are known", "[families]") {
  SnapshotBuilder builder;
  builder->limits.sessions_per_user = 32;
  builder->limits.idle_timeout = 30min;
  const auto some = SuccessFamilies(*MakeTarget(), builder.Build(), kFacts);
  REQUIRE(some);
  const test::Exposition partly = test::Shown(*some);
  CHECK(partly.Value("session_limit_sessions", {{"scope", "user"}}) == 32);
  CHECK(partly.Series("session_limit_sessions").size() == 1);
  CHECK(partly.Value("session_idle_timeout_seconds") == 1800);
  CHECK(partly.Family("session_lifetime_seconds") == nullptr);

  SnapshotBuilder complete;
  complete->limits = {128, 32, 30min, 16h};
  const auto all = SuccessFamilies(*MakeTarget(), complete.Build(), kFacts);
  REQUIRE(all);
  const test::Exposition shown = test::Shown(*all);
  CHECK(shown.Value("session_limit_sessions", {{"scope", "account"}}) == 128);
  CHECK(shown.Value("session_lifetime_seconds") == 57600);
}

TEST_CASE("a history is shown as counts and durations", "[families]") {
  SnapshotBuilder builder;
  builder->history = SessionHistory{{{"Failed", 0}, {"Terminated", 7}}, 90s, 2h};
  const auto page = SuccessFamilies(*MakeTarget(), builder.Build(), kFacts);
  REQUIRE(page);
  const test::Exposition shown = test::Shown(*page);
  CHECK(shown.Value("session_history_sessions", {{"status", "Failed"}}) == 0);
  CHECK(shown.Value("session_history_sessions", {{"status", "Terminated"}}) == 7);
  CHECK(shown.Value("session_history_mean_duration_seconds") == 90);
  CHECK(shown.Value("session_history_max_duration_seconds") == 7200);

  SnapshotBuilder nothing;
  nothing->history = SessionHistory{{{"Terminated", 0}}, {}, {}};
  const auto empty = SuccessFamilies(*MakeTarget(), nothing.Build(), kFacts);
  REQUIRE(empty);
  CHECK(test::Shown(*empty).Value("session_history_sessions") == 0);
  CHECK(test::Shown(*empty).Family("session_history_mean_duration_seconds") == nullptr);
}

TEST_CASE("what a target is configured to show is what it shows", "[families]") {
  const auto target = MakeTarget();
  const auto show = [&target] {
    const auto page = SuccessFamilies(*target, SmallSnapshot(), kFacts);
    REQUIRE(page);
    return test::Shown(*page);
  };
  SECTION("sessions beyond the limit are counted as dropped") {
    target->config.per_session.limit = 1;
    const test::Exposition shown = show();
    REQUIRE(shown.Series("session_info").size() == 1);
    CHECK(shown.Series("session_info")[0].Label("session") == "a2");  // its start is the oldest
    CHECK(shown.Value("session_series_dropped", {{"reason", "limit"}}) == 1);
    CHECK(shown.Sum("session_sessions") == 2);
  }
  SECTION("no sessions at all when they are not wanted") {
    target->config.per_session.enabled = false;
    const test::Exposition shown = show();
    CHECK(shown.Series("session_info").empty());
    CHECK(shown.Series("session_stale").empty());
    CHECK(shown.Sum("session_sessions") == 2);
    CHECK(shown.Value("session_stale_sessions") == 1);
  }
  SECTION("a backend that tells no cores and memory has no sums of them") {
    BackendTraits traits = test::FakeTraits();
    traits.reports_allocation = false;
    target->traits = &traits;
    const test::Exposition shown = show();
    CHECK(shown.Family("session_allocated_cpu_cores") == nullptr);
    CHECK(shown.Family("session_allocated_memory_bytes") == nullptr);
  }
  SECTION("groups are those that are asked for") {
    target->config.group_by = {"user"};
    const test::Exposition shown = show();
    CHECK(shown.Family("session_image_sessions") == nullptr);
    CHECK(shown.Value("session_user_sessions", {{"user", "mary"}}) == 1);
    CHECK(shown.Series("session_user_sessions").size() == 1);
  }
  SECTION("label policies apply to sessions and groups") {
    target->config.group_by = {"user"};
    target->policies = [] {
      return LabelPolicies({{"user", LabelPolicy::kDrop}, {"image", LabelPolicy::kHash}},
                           [](std::string_view) { return std::string("d1gest"); });
    };
    const test::Exposition shown = show();
    CHECK(shown.Value("session_user_sessions", {{"user", ""}}) == 1);
    CHECK(shown.Value("session_info", {{"session", "b1"}, {"user", ""}, {"image", "d1gest"}}) == 1);
    CHECK(shown.Value("session_users") == 1);
  }
  SECTION("a list that was cut says so") {
    const auto snapshot = SmallSnapshot();
    snapshot->truncated = true;
    const auto page = SuccessFamilies(*target, snapshot, kFacts);
    REQUIRE(page);
    CHECK(test::Shown(*page).Value("session_list_truncated") == 1);
    CHECK(test::Shown(*page).Value("session_up") == 1);
  }
}

TEST_CASE("every label that can be grouped by has its family", "[families]") {
  const auto target = MakeTarget();
  target->config.group_by = {"user",     "image", "host",        "deployment_zone",
                             "document", "role",  "access_type", "login_type"};
  const auto page = SuccessFamilies(*target, SmallSnapshot(), kFacts);
  REQUIRE(page);
  const test::Exposition shown = test::Shown(*page);
  for (const std::string& label : target->config.group_by) {
    const test::ParsedFamily* family = shown.Family("session_" + label + "_sessions");
    CAPTURE(label);
    REQUIRE(family != nullptr);
    REQUIRE(family->samples.size() == 1);
    CHECK(family->samples[0].labels.at(1).first == label);
  }
}

TEST_CASE("a hash key that is gone is an error of the configuration", "[families]") {
  const auto target = MakeTarget();
  target->policies = []() -> Result<LabelPolicies> {
    return Fail(ErrorKind::kConfig, "labels.hash_key: no such file");
  };
  const auto page = SuccessFamilies(*target, SmallSnapshot(), kFacts);
  REQUIRE(!page);
  CHECK(page.error().kind() == ErrorKind::kConfig);
  CHECK(page.error().message() == "labels.hash_key: no such file");
}

}  // namespace
}  // namespace session_exporter
