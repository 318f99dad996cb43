// The sections scrape and labels.
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "unit/config/config_fixture.h"

namespace session_exporter::testing {
namespace {

using Lines = std::vector<std::string>;
using Policies = std::vector<std::pair<std::string, LabelPolicy>>;

TEST_CASE("policies that differ from keep are told, client_ip is dropped by default", "[config]") {
  CHECK(Accept(TargetWith("")).labels.policies == Policies{{"client_ip", LabelPolicy::kDrop}});
  CHECK(Accept("labels:\n" + TargetWith("")).labels.policies ==
        Policies{{"client_ip", LabelPolicy::kDrop}});
  CHECK(Accept("labels: {client_ip: keep, user: keep}\n" + TargetWith("")).labels.policies.empty());
  // image_id is one of the labels that the backend adds.
  CHECK(Accept("labels: {image_id: hash, user: drop, hash_key: k}\n" + TargetWith(""))
            .labels.policies == Policies{{"user", LabelPolicy::kDrop},
                                         {"client_ip", LabelPolicy::kDrop},
                                         {"image_id", LabelPolicy::kHash}});
}

TEST_CASE("every label of session_info takes a policy", "[config]") {
  for (const std::string label : {"user", "image", "host", "deployment_zone", "document", "role",
                                  "access_type", "login_type", "shared", "image_id", "port"}) {
    CAPTURE(label);
    const Policies policies =
        Accept("labels: {client_ip: keep, " + label + ": drop}\n" + TargetWith("")).labels.policies;
    CHECK(policies == Policies{{label, LabelPolicy::kDrop}});
  }
}

TEST_CASE("a policy is one of three words", "[config]") {
  CHECK(ErrorsOf("labels:\n  user: dorp\n  image: true\n  port: [drop]\n" + TargetWith("")) ==
        Lines{"c.yaml:2:9: labels.user: expected one of keep, drop, hash, not \"dorp\" (did you "
              "mean \"drop\"?)",
              "c.yaml:3:10: labels.image: expected one of keep, drop, hash, not \"true\"",
              "c.yaml:4:9: labels.port: expected one of keep, drop, hash, not a list"});
  CHECK(ErrorsOf("labels: [user]\n" + TargetWith("")) ==
        Lines{"c.yaml:1:9: labels: expected a mapping, not a list"});
}

TEST_CASE("the hash key is a secret by value or file", "[config]") {
  const TemporaryFolder folder;
  folder.Write("hash.key", "from file\n");
  CHECK(Accept(TargetWith("")).labels.hash_key.empty());
  CHECK(Accept("labels: {hash_key: v}\n" + TargetWith("")).labels.hash_key.Read()->Reveal() == "v");
  const Configuration configuration =
      Accept("labels: {user: hash, hash_key_file: hash.key}\n" + TargetWith(""), {}, folder.path());
  CHECK(configuration.labels.hash_key.path() == folder.At("hash.key"));
  CHECK(configuration.labels.hash_key.Read()->Reveal() == "from file");
  CHECK(configuration.warnings.empty());
}

TEST_CASE("hashing without a key is allowed with a warning", "[config]") {
  const Configuration configuration =
      Accept("labels:\n  user: hash\n  image: hash\n" + TargetWith(""));
  CHECK(configuration.labels.policies.at(0) == std::pair{std::string("user"), LabelPolicy::kHash});
  CHECK(configuration.warnings ==
        Lines{"c.yaml:2:9: labels.user: hash without hash_key or hash_key_file: whoever guesses a "
              "value can see that it is the one"});
}

TEST_CASE("scrape has its defaults and limits", "[config]") {
  const ScrapeConfig defaults = Accept(TargetWith("")).scrape;
  CHECK(defaults.timeout == std::chrono::seconds(10));
  CHECK(defaults.min_interval == std::chrono::seconds(0));
  CHECK(defaults.max_concurrency == 64);
  const ScrapeConfig given =
      Accept("scrape: {timeout: 1m30s, min_interval: 500ms, max_concurrency: 1024}\n" +
             TargetWith(""))
          .scrape;
  CHECK(given.timeout == std::chrono::seconds(90));
  CHECK(given.min_interval == std::chrono::milliseconds(500));
  CHECK(given.max_concurrency == 1024);
  CHECK(ErrorsOf("scrape: {timeout: 0s, min_interval: 25h, max_concurrency: 1025}\n" +
                 TargetWith("")) ==
        Lines{"c.yaml:1:19: scrape.timeout: expected a duration from 1ms to 1h, not \"0s\"",
              "c.yaml:1:37: scrape.min_interval: expected a duration from 0s to 1d, not \"25h\"",
              "c.yaml:1:59: scrape.max_concurrency: expected an integer from 1 to 1024, not "
              "\"1025\""});
  CHECK(ErrorsOf("scrape: 10s\n" + TargetWith("")) ==
        Lines{"c.yaml:1:9: scrape: expected a mapping, not text"});
}

}  // namespace
}  // namespace session_exporter::testing
