#include "backends/aws_ssm/aws_ssm_config.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "backends/registry.h"
#include "catch.h"
#include "config/loader.h"

namespace session_exporter {
namespace {

using Variables = std::map<std::string, std::string>;

const Variables kKeys = {{"AWS_ACCESS_KEY_ID", "AKIDTEST"},
                         {"AWS_SECRET_ACCESS_KEY", "CANARY-SECRET"}};

tl::expected<Configuration, ConfigErrors> ParseText(const std::string& text, Variables variables) {
  // What the machine of the test has must not count.
  variables.emplace("AWS_CONFIG_FILE", "/nonexistent/config");
  variables.emplace("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials");
  const auto backends = AllBackends();
  const std::vector<const TargetFormat*> formats(backends.begin(), backends.end());
  return ParseConfiguration(text, "c.yaml", formats,
                            [variables](const std::string& name) -> std::optional<std::string> {
                              const auto found = variables.find(name);
                              if (found == variables.end()) return std::nullopt;
                              return found->second;
                            });
}

// A target with these keys, one a line.
tl::expected<Configuration, ConfigErrors> Parse(std::string_view keys,
                                                const Variables& variables = kKeys) {
  std::string text = "targets:\n  - name: aws\n    backend: aws_ssm\n";
  for (std::size_t at = 0; at < keys.size();) {
    const std::size_t end = std::min(keys.find('\n', at), keys.size());
    text += "    " + std::string(keys.substr(at, end - at)) + "\n";
    at = end + 1;
  }
  return ParseText(text, variables);
}

const AwsSsmConfig& ConfigOf(const TargetConfig& target) {
  return dynamic_cast<const AwsSsmConfig&>(*target.backend_config);
}

TEST_CASE("a target of SSM needs only its region", "[aws_ssm_config]") {
  const auto parsed = Parse("regions: [eu-west-1]");
  REQUIRE(parsed);
  REQUIRE(parsed->targets.size() == 1);
  const TargetConfig& target = parsed->targets[0];
  const AwsSsmConfig& config = ConfigOf(target);
  CHECK(target.name == "aws");
  CHECK(target.group_by == std::vector<std::string>{"document", "access_type"});
  CHECK(config.url == "https://ssm.eu-west-1.amazonaws.com");
  CHECK(config.region == "eu-west-1");
  CHECK(config.account_id.empty());
  CHECK(config.page_size == 200);
  CHECK(config.filters.empty());
  CHECK_FALSE(config.history);
}

TEST_CASE("the region may come from the environment", "[aws_ssm_config]") {
  Variables variables = kKeys;
  variables["AWS_REGION"] = "us-gov-west-1";
  const auto parsed = Parse("", variables);
  REQUIRE(parsed);
  CHECK(ConfigOf(parsed->targets.at(0)).url == "https://ssm.us-gov-west-1.amazonaws.com");
}

struct NamesCase {
  std::string_view keys;
  std::vector<std::string> names;
};

TEST_CASE("roles and regions make targets of their own", "[aws_ssm_config]") {
  constexpr std::string_view kOne =
      "assume_roles: [{role_arn: 'arn:aws:iam::111122223333:role/Reader'}]\n";
  constexpr std::string_view kTwo =
      "assume_roles: [{role_arn: 'arn:aws:iam::111122223333:role/Reader'}, "
      "{role_arn: 'arn:aws:iam::444455556666:role/Reader', name: prod}]\n";
  const auto& c = GENERATE_COPY(values<NamesCase>({
      {"regions: [eu-west-1]", {"aws"}},
      {"regions: [eu-west-1, us-east-1]", {"aws/eu-west-1", "aws/us-east-1"}},
      {"ONE regions: [eu-west-1]", {"aws"}},
      {"TWO regions: [eu-west-1]", {"aws/111122223333", "aws/prod"}},
      {"ONE regions: [eu-west-1, us-east-1]", {"aws/eu-west-1", "aws/us-east-1"}},
      {"TWO regions: [eu-west-1, us-east-1]",
       {"aws/111122223333/eu-west-1", "aws/111122223333/us-east-1", "aws/prod/eu-west-1",
        "aws/prod/us-east-1"}},
  }));
  std::string keys(c.keys);
  if (keys.starts_with("ONE ")) keys = std::string(kOne) + keys.substr(4);
  if (keys.starts_with("TWO ")) keys = std::string(kTwo) + keys.substr(4);
  CAPTURE(keys);
  const auto parsed = Parse(keys);
  REQUIRE(parsed);
  std::vector<std::string> names;
  for (const TargetConfig& target : parsed->targets) names.push_back(target.name);
  CHECK(names == c.names);
}

TEST_CASE("targets of one role share its credentials, whatever their region", "[aws_ssm_config]") {
  const auto parsed = Parse(R"(regions: [eu-west-1, us-east-1]
account_id: 999900001111
assume_roles: [{role_arn: 'arn:aws:iam::111122223333:role/Reader', external_id: CANARY-EXTERNAL},
  {role_arn: 'arn:aws:iam::444455556666:role/Reader'}])");
  REQUIRE(parsed);
  REQUIRE(parsed->targets.size() == 4);
  const auto key = [&](std::size_t i) { return ConfigOf(parsed->targets[i]).credentials->Key(); };
  CHECK(key(0) == key(1));
  CHECK(key(2) == key(3));
  CHECK(key(0) != key(2));
  CHECK(key(0).find("CANARY") == std::string::npos);
  // The role's account is the one that is asked.
  CHECK(ConfigOf(parsed->targets[0]).account_id == "111122223333");
}

TEST_CASE("every option of SSM is taken", "[aws_ssm_config]") {
  const auto parsed = Parse(R"(regions: [eu-west-1]
account_id: 012345678901
endpoint_url: https://vpce-1.ssm.eu-west-1.vpce.amazonaws.com/
page_size: 50
filters: [{key: Owner, value: "arn:aws:iam::1:user/x"}, {key: InvokedAfter, value: "2026-08-20T00:00:00Z"}]
history: {enabled: true, window: 7d}
group_by: [user, host, document, role, access_type]
info_labels: [owner, reason])");
  REQUIRE(parsed);
  const AwsSsmConfig& config = ConfigOf(parsed->targets.at(0));
  CHECK(config.url == "https://vpce-1.ssm.eu-west-1.vpce.amazonaws.com");
  CHECK(config.account_id == "012345678901");
  CHECK(config.page_size == 50);
  REQUIRE(config.filters.size() == 2);
  CHECK(config.filters[0].key == "Owner");
  CHECK(config.filters[1].value == "2026-08-20T00:00:00Z");
  CHECK(config.history);
  CHECK(config.history_window == std::chrono::days(7));
}

struct OwnerPolicyCase {
  std::string_view labels;
  std::optional<LabelPolicy> owner;  // none: keep
};

TEST_CASE("the owner's ARN follows the user's policy unless it has its own", "[aws_ssm_config]") {
  const auto& c = GENERATE(values<OwnerPolicyCase>({
      {"{}", std::nullopt},
      {"{user: drop}", LabelPolicy::kDrop},
      {"{user: hash}", LabelPolicy::kHash},
      {"{user: hash, owner: keep}", std::nullopt},
      {"{owner: drop}", LabelPolicy::kDrop},
  }));
  CAPTURE(c.labels);
  const auto parsed = ParseText("labels: " + std::string(c.labels) +
                                    "\ntargets: [{name: a, backend: aws_ssm, regions: [x-y-1]}]",
                                kKeys);
  REQUIRE(parsed);
  std::optional<LabelPolicy> owner;
  for (const auto& [label, policy] : parsed->labels.policies) {
    if (label == "owner") owner = policy;
  }
  CHECK(owner == c.owner);
}

struct EndpointCase {
  Variables variables;
  std::string_view url;
};

TEST_CASE("endpoints follow the SDKs' variables", "[aws_ssm_config]") {
  const auto& c = GENERATE(values<EndpointCase>({
      {{{"AWS_ENDPOINT_URL_SSM", "http://127.0.0.1:1"}}, "http://127.0.0.1:1"},
      {{{"AWS_ENDPOINT_URL", "http://127.0.0.1:2"}}, "http://127.0.0.1:2"},
      {{{"AWS_USE_FIPS_ENDPOINT", "true"}}, "https://ssm-fips.us-east-1.amazonaws.com"},
      {{{"AWS_USE_DUALSTACK_ENDPOINT", "true"}}, "https://ssm.us-east-1.api.aws"},
  }));
  Variables variables = kKeys;
  variables.insert(c.variables.begin(), c.variables.end());
  const auto parsed = Parse("regions: [us-east-1]", variables);
  REQUIRE(parsed);
  CHECK(ConfigOf(parsed->targets.at(0)).url == c.url);
}

struct ErrorCase {
  std::string_view keys;
  std::string_view error;  // a part of one line
};

TEST_CASE("what is wrong of SSM's options is told at its place", "[aws_ssm_config]") {
  const auto& c = GENERATE(values<ErrorCase>({
      {"page_size: 10", "targets[0].regions: missing; expected a list of regions, or AWS_REGION"},
      {"regions: []", "targets[0].regions: is empty; expected a list of regions"},
      {"regions: [eu-west-1, eu west]",
       "c.yaml:4:26: targets[0].regions[1]: expected the name of a region, as in eu-west-1"},
      {"regions: [eu-west-1, us-east-1, eu-west-1]",
       "c.yaml:4:37: targets[0].regions[2]: the region is listed twice"},
      {"regions: [eu-west-1]\npage_size: 201", "targets[0].page_size: "},
      {"regions: [eu-west-1]\nfilters: [{key: owner, value: x}]", "targets[0].filters[0].key"},
      {"regions: [eu-west-1]\nfilters: [{value: x}]", "targets[0].filters[0].key: missing"},
      {"regions: [eu-west-1]\nfilters: [{key: Owner}]", "targets[0].filters[0].value"},
      {"regions: [eu-west-1]\nfilters: [{key: InvokedAfter, value: yesterday}]",
       "targets[0].filters[0].value: expected a date in UTC"},
      {"regions: [eu-west-1]\nhistory: {enabled: true}\nfilters: [{key: Owner, value: a}, "
       "{key: Owner, value: b}, {key: Owner, value: c}, {key: Owner, value: d}, "
       "{key: Owner, value: e}, {key: Owner, value: f}]",
       "targets[0].filters: the API takes at most 6"},
      {"regions: [eu-west-1]\nhistory: {enabled: true, window: 31d}", "history.window: "},
      {"regions: [eu-west-1]\nassume_roles: [{role_arn: admin}]",
       "targets[0].assume_roles[0].role_arn: the role is not an ARN"},
      {"regions: [eu-west-1]\nassume_roles: [{external_id: x}]",
       "targets[0].assume_roles[0].role_arn: missing"},
      {"regions: [eu-west-1]\naccount_id: abc",
       "targets[0].account_id: expected the 12 digits of an account's id"},
      {"regions: [eu-west-1]\naccount_id: 12345678901", "targets[0].account_id: expected"},
      {"regions: [eu-west-1]\nprofile: nowhere", "targets[0].profile: "},
      {"regions: [eu-west-1]\nendpoint_url: x", "targets[0].endpoint_url: "},
      {"regions: [eu-west-1]\nurl: https://x", "targets[0].url"},
      {"regions: [eu-west-1]\ngroup_by: [image]", "targets[0].group_by"},
      {"regions: [eu-west-1]\nassume_roles: [{role_arn: 'arn:aws:iam::111122223333:role/A'}, "
       "{role_arn: 'arn:aws:iam::111122223333:role/B'}]",
       "targets[0].assume_roles[1].name: missing; two roles of one account need a name each, and "
       "targets[0].assume_roles[0] has the account's id for one"},
  }));
  CAPTURE(c.keys);
  const auto parsed = Parse(c.keys);
  REQUIRE(!parsed);
  std::string all;
  for (const std::string& line : parsed.error().Lines()) all += line + "\n";
  CAPTURE(all);
  CHECK(all.find(c.error) != std::string::npos);
  CHECK(all.find("CANARY") == std::string::npos);
}

struct RolesCase {
  std::string roles;
  std::vector<std::string> errors;
};

TEST_CASE("what is wrong of a role is told once, at its key", "[aws_ssm_config]") {
  const std::string arn = "role_arn: 'arn:aws:iam::444455556666:role/A'";
  const std::string name =
      "expected a name of letters, digits and _.:/- that begins with a letter "
      "or digit, at most 128 long";
  const auto& c = GENERATE_COPY(values<RolesCase>({
      {"{" + arn + ", external_id: e}",
       {"5:80: targets[0].assume_roles[0].external_id: the external id of a role has 2 to 1224 "
        "letters, digits and characters of _+=,.@:/-"}},
      {"{role_arn: foo}, {name: x}",
       {"5:31: targets[0].assume_roles[0].role_arn: the role is not an ARN such as "
        "arn:aws:iam::123456789012:role/NAME",
        "5:37: targets[0].assume_roles[1].role_arn: missing; expected text"}},
      {"{" + arn + ", name: a b}", {"5:73: targets[0].assume_roles[0].name: " + name}},
      {"{" + arn + ", name: ''}", {"5:73: targets[0].assume_roles[0].name: " + name}},
      {"{" + arn + ", name: \"a\\nb\"}", {"5:73: targets[0].assume_roles[0].name: " + name}},
      {"{" + arn + ", name: a b}, {" + arn + "}",
       {"5:73: targets[0].assume_roles[0].name: " + name}},
      {"{" + arn + ", name: a}, {" + arn + ", name: a}",
       {"5:130: targets[0].assume_roles[1].name: is already the name of "
        "targets[0].assume_roles[0]; expected another"}},
      {"{role_arn: 'arn:aws:iam::aws:role/A'}",
       {"5:20: targets[0].assume_roles[0].name: missing; the role's ARN names no account to name "
        "the target by"}},
  }));
  CAPTURE(c.roles);
  const auto parsed = Parse("regions: [x-y-1]\nassume_roles: [" + c.roles + "]");
  REQUIRE(!parsed);
  std::vector<std::string> expected;
  for (const std::string& error : c.errors) expected.push_back("c.yaml:" + error);
  CHECK(parsed.error().Lines() == expected);
}

TEST_CASE("a role that is wrong does not hide what is wrong with the keys", "[aws_ssm_config]") {
  const auto parsed = Parse("regions: [eu-west-1]\nassume_roles: [{role_arn: foo}]",
                            {{"AWS_ACCESS_KEY_ID", "AKIDTEST"}});
  REQUIRE(!parsed);
  CHECK(parsed.error().Lines().size() == 2);
}

struct BadEndpointCase {
  Variables variables;
  std::vector<std::string> lines;
};

TEST_CASE("endpoints of the environment must be URLs", "[aws_ssm_config]") {
  const std::string expected = "; expected https://HOST[:PORT][/PATH] or http://...";
  const std::string at = "c.yaml:2:5: targets[0]: ";
  const auto& c = GENERATE_COPY(values<BadEndpointCase>({
      {{{"AWS_ENDPOINT_URL_SSM", "CANARY"}}, {at + "AWS_ENDPOINT_URL_SSM: no URL" + expected}},
      {{{"AWS_ENDPOINT_URL_STS", "https://a b"}},
       {at + "AWS_ENDPOINT_URL_STS: spaces and control characters are not accepted" + expected}},
      {{{"AWS_ENDPOINT_URL", "CANARY"}}, {at + "AWS_ENDPOINT_URL: no URL" + expected}},
      {{{"AWS_ENDPOINT_URL", "CANARY"}, {"AWS_ENDPOINT_URL_SSM", "https://ssm"}},
       {at + "AWS_ENDPOINT_URL: no URL" + expected}},
  }));
  Variables variables = kKeys;
  variables.insert(c.variables.begin(), c.variables.end());
  const auto parsed = Parse("regions: [us-east-1]", variables);
  REQUIRE(!parsed);
  CHECK(parsed.error().Lines() == c.lines);
}

TEST_CASE("an endpoint of the environment without TLS is warned of", "[aws_ssm_config]") {
  const std::string warning =
      "c.yaml:2:5: targets[0]: AWS_ENDPOINT_URL: credentials travel unencrypted over http; use "
      "https";
  const auto& c = GENERATE_COPY(values<BadEndpointCase>({
      {{{"AWS_ENDPOINT_URL", "http://aws.example/"}}, {warning}},
      {{{"AWS_ENDPOINT_URL", "http://127.0.0.1:1"}}, {}},
      {{{"AWS_ENDPOINT_URL", "https://aws.example"}}, {}},
      {{{"AWS_ENDPOINT_URL", "http://aws.example"},
        {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}},
       {}},
  }));
  Variables variables = kKeys;
  variables.insert(c.variables.begin(), c.variables.end());
  const auto parsed = Parse("regions: [us-east-1]", variables);
  REQUIRE(parsed);
  CHECK(parsed->warnings == c.lines);
}

TEST_CASE("the target's own endpoint goes before that of the environment", "[aws_ssm_config]") {
  Variables variables = kKeys;
  variables["AWS_ENDPOINT_URL_SSM"] = "CANARY";
  const auto parsed = Parse("regions: [us-east-1]\nendpoint_url: https://vpce", variables);
  REQUIRE(parsed);
  CHECK(ConfigOf(parsed->targets.at(0)).url == "https://vpce");
}

TEST_CASE("an empty list of regions is an error also beside AWS_REGION", "[aws_ssm_config]") {
  Variables variables = kKeys;
  variables["AWS_REGION"] = "eu-west-1";
  CHECK_FALSE(Parse("regions: []", variables));
}

TEST_CASE("lists that may be empty stand for none", "[aws_ssm_config]") {
  const auto parsed =
      Parse("regions: [eu-west-1]\nassume_roles: []\nfilters: []\ngroup_by: []\ninfo_labels: []");
  REQUIRE(parsed);
  CHECK(parsed->targets.size() == 1);
}

TEST_CASE("half a pair of keys is an error at start", "[aws_ssm_config]") {
  const auto parsed = Parse("regions: [eu-west-1]", {{"AWS_ACCESS_KEY_ID", "AKIDTEST"}});
  REQUIRE(!parsed);
  CHECK(parsed.error().Lines().at(0).find("AWS_SECRET_ACCESS_KEY") != std::string::npos);
}

}  // namespace
}  // namespace session_exporter
