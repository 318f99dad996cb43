#include "collector/target.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "backends/registry.h"
#include "base/clock.h"
#include "catch.h"
#include "config/loader.h"

namespace session_exporter {
namespace {

using Columns = std::vector<std::pair<std::string, int>>;

// Making targets asks nobody anything.
class NoHttp final : public HttpClient {
 public:
  std::unique_ptr<HttpExchange> Send(HttpRequest /*request*/,
                                     const RequestContext& /*context*/) override {
    throw std::logic_error("a request while targets were made");
  }
};

// Of the target `name`, with `more` lines of its own.
std::string KasmTarget(const std::string& name, const std::string& more = {}) {
  return "  - name: " + name + "\n    backend: kasm\n    url: https://" + name +
         ".example\n    api_key: k\n    api_key_secret: s\n" + more;
}

class MadeTargets {
 public:
  explicit MadeTargets(const std::string& text, const MadeTargets* former = nullptr) {
    const auto backends = AllBackends();
    const std::vector<const TargetFormat*> formats(backends.begin(), backends.end());
    const auto parsed = ParseConfiguration(text, "c.yaml", formats,
                                           [](const std::string&) { return std::nullopt; });
    REQUIRE(parsed);
    targets_ = MakeTargets(*parsed, {http_, clock_, credentials_},
                           former == nullptr ? Targets() : former->targets_);
  }

  [[nodiscard]] std::size_t size() const { return targets_.size(); }
  [[nodiscard]] const Target& At(std::size_t index) const { return *targets_.at(index); }

 private:
  NoHttp http_;
  SystemClock clock_;
  CredentialStores credentials_{http_, clock_};
  Targets targets_;
};

Columns ColumnsOf(const Target& target) {
  Columns columns;
  for (const auto& label : target.info_labels) columns.emplace_back(label.name, label.index);
  return columns;
}

TEST_CASE("targets are made in the order of their names", "[target]") {
  const MadeTargets targets("targets:\n" + KasmTarget("b") + KasmTarget("c") + KasmTarget("a"));
  REQUIRE(targets.size() == 3);
  CHECK(targets.At(0).config.name == "a");
  CHECK(targets.At(0).description.endpoint == "https://a.example");
  CHECK(targets.At(1).config.name == "b");
  CHECK(targets.At(2).config.name == "c");
  CHECK(targets.At(2).traits == &FindBackend("kasm")->traits());
}

TEST_CASE("every target has the info labels of all, with its own columns", "[target]") {
  const MadeTargets targets("targets:\n" + KasmTarget("a", "    info_labels: [user_id, port]\n") +
                            KasmTarget("b", "    info_labels: [port, image_id]\n") +
                            KasmTarget("c"));
  REQUIRE(targets.size() == 3);
  const auto known = targets.At(0).traits->info_labels;
  const auto index = [known](std::string_view label) {
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (known[i] == label) return static_cast<int>(i);
    }
    return -2;
  };
  CHECK(ColumnsOf(targets.At(0)) ==
        Columns{{"image_id", -1}, {"port", index("port")}, {"user_id", index("user_id")}});
  CHECK(ColumnsOf(targets.At(1)) ==
        Columns{{"image_id", index("image_id")}, {"port", index("port")}, {"user_id", -1}});
  CHECK(ColumnsOf(targets.At(2)) == Columns{{"image_id", -1}, {"port", -1}, {"user_id", -1}});
}

TEST_CASE("label policies come with the hash under the configured key", "[target]") {
  struct Row {
    std::string labels;
    LabelPolicy user;
    std::string digest;  // of mary
  };
  // printf mary | openssl dgst -sha256 -hmac sesame; without a key, sha256sum.
  const Row row = GENERATE(values<Row>({
      {"user: hash, hash_key: sesame", LabelPolicy::kHash, "3f1c58abb7b05633"},
      {"user: drop, hash_key: sesame", LabelPolicy::kDrop, "3f1c58abb7b05633"},
      {"user: hash", LabelPolicy::kHash, "6915771be1c5aa0c"},
      {"user: drop", LabelPolicy::kDrop, "6915771be1c5aa0c"},
  }));
  CAPTURE(row.labels);
  const MadeTargets targets("labels: {" + row.labels + "}\ntargets:\n" + KasmTarget("a"));
  const auto policies = targets.At(0).policies();
  REQUIRE(policies);
  CHECK(policies->Of("user") == row.user);
  CHECK(policies->Of("client_ip") == LabelPolicy::kDrop);
  CHECK(policies->Of("image") == LabelPolicy::kKeep);
  CHECK(policies->HashOf("mary") == row.digest);
}

TEST_CASE("a hash key that is gone fails only where something is hashed", "[target]") {
  struct Row {
    std::string user;
    bool fails;
  };
  // Ids of sessions that name their user are hashed where users are dropped.
  const Row row = GENERATE(values<Row>({{"hash", true}, {"drop", true}, {"keep", false}}));
  Configuration configuration;
  configuration.labels.policies = {{"user", row.user == "hash"   ? LabelPolicy::kHash
                                            : row.user == "drop" ? LabelPolicy::kDrop
                                                                 : LabelPolicy::kKeep}};
  configuration.labels.hash_key = SecretSource::FromFile("/nowhere/hash.key");
  TargetConfig config;
  {
    const MadeTargets made("targets:\n" + KasmTarget("a"));
    config = made.At(0).config;
  }
  configuration.targets = {config};
  NoHttp http;
  const SystemClock clock;
  CredentialStores credentials(http, clock);
  const auto targets = MakeTargets(configuration, {http, clock, credentials});
  REQUIRE(targets.size() == 1);
  const auto policies = targets[0]->policies();
  CAPTURE(row.user);
  CHECK(policies.has_value() == !row.fails);
  if (!policies) {
    CHECK(policies.error().kind() == ErrorKind::kConfig);
    CHECK(policies.error().message().starts_with("labels.hash_key: "));
    CHECK(policies.error().message().find("/nowhere/hash.key") != std::string::npos);
  }
}

TEST_CASE("a target that would come out the same is taken over", "[target][reload]") {
  const MadeTargets before("targets:\n" + KasmTarget("a") + KasmTarget("b"));
  // Others come and go around it.
  const MadeTargets after(
      "targets:\n" + KasmTarget("c") + KasmTarget("b", "    stale_after: 2h\n") + KasmTarget("a"),
      &before);
  REQUIRE(after.size() == 3);
  CHECK(&after.At(0) == &before.At(0));
  CHECK(&after.At(1) != &before.At(1));
  CHECK(after.At(1).config.stale_after == std::chrono::hours(2));
  CHECK(after.At(2).config.name == "c");
}

TEST_CASE("what changes a target's labels makes it anew", "[target][reload]") {
  struct Row {
    std::string before;
    std::string after;
  };
  const std::string a = "targets:\n" + KasmTarget("a");
  const Row row = GENERATE_COPY(values<Row>({
      {a, "labels: {user: hash}\n" + a},
      {"labels: {user: hash, hash_key: x}\n" + a, "labels: {user: hash, hash_key: y}\n" + a},
      // A metric has one set of labels, so another target's info_labels are this one's too.
      {a, a + KasmTarget("b", "    info_labels: [port]\n")},
  }));
  CAPTURE(row.after);
  const MadeTargets before(row.before);
  const MadeTargets after(row.after, &before);
  CHECK(&after.At(0) != &before.At(0));
  const MadeTargets again(row.after, &after);
  CHECK(&again.At(0) == &after.At(0));
}

}  // namespace
}  // namespace session_exporter
