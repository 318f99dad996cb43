#include "auth/aws_credential_chain.h"

#include <string>
#include <string_view>

#include "catch.h"
#include "unit/auth/aws_fixture.h"

namespace session_exporter {
namespace {

using test::AnswerOf;
using test::Contains;
using test::EnvironmentOf;
using test::StoreFixture;
using test::TemporaryFolder;
using test::Variables;

// A machine with these variables and files.
struct Machine {
  explicit Machine(std::string_view config = "", std::string_view credentials = "") {
    folder.Write(".aws/config", config);
    folder.Write(".aws/credentials", credentials);
    folder.Write("token", "CANARYtoken");
    variables["HOME"] = folder.At("home").substr(0, folder.At("").size() - 1);
  }
  [[nodiscard]] Result<AwsSourcePointer> Resolve(std::string_view profile = "") const {
    const Environment environment = EnvironmentOf(variables);
    const auto settings = LoadAwsSettings(environment, profile);
    if (!settings) return tl::unexpected(settings.error());
    return ResolveAwsCredentials(*settings, environment, "eu-central-1");
  }
  // Without digests, and with ~ for the folder.
  [[nodiscard]] std::string Key(std::string_view profile = "") const {
    const auto source = Resolve(profile);
    if (!source) return "error: " + source.error().message();
    std::string key = (*source)->Key();
    CHECK(!Contains(key, "CANARY"));
    const std::string home = variables.at("HOME");
    for (auto at = key.find(home); at != std::string::npos; at = key.find(home)) {
      key.replace(at, home.size(), "~");
    }
    return key;
  }
  TemporaryFolder folder;
  Variables variables;
};

constexpr std::string_view kKeys =
    "aws_access_key_id = AKIA1\naws_secret_access_key = CANARYsecret\n";
const std::string kRole = "role_arn = arn:aws:iam::123456789012:role/r\n";

TEST_CASE("the first source that is configured counts", "[aws_chain]") {
  Machine machine("[default]\nregion = eu-west-1\n" + kRole + "source_profile = keys\n",
                  "[keys]\n" + std::string(kKeys));
  machine.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/c";
  CHECK(machine.Key().starts_with(
      "role arn:aws:iam::123456789012:role/r as session-exporter with none for 0 s by "
      "https://sts.eu-west-1.amazonaws.com in eu-west-1 < ~/.aws/credentials:2: keys AKIA1 "));
  machine.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = machine.folder.At("token");
  machine.variables["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/web";
  machine.variables["AWS_ROLE_SESSION_NAME"] = "pod";
  CHECK(machine.Key() ==
        "role arn:aws:iam::123456789012:role/web as pod with none for 0 s by "
        "https://sts.eu-west-1.amazonaws.com in eu-west-1 < token of ~/token");
  machine.variables["AWS_ACCESS_KEY_ID"] = "AKIA2";
  machine.variables["AWS_SECRET_ACCESS_KEY"] = "CANARYsecret";
  CHECK(machine.Key().starts_with("environment: keys AKIA2 "));
  // One that our configuration names counts before the environment's credentials; one that the
  // environment names does not.
  CHECK(machine.Key("keys").starts_with("~/.aws/credentials:2: keys AKIA1 "));
  machine.variables["AWS_PROFILE"] = "keys";
  CHECK(machine.Key().starts_with("environment: keys AKIA2 "));
}

TEST_CASE("without files the machine is asked", "[aws_chain]") {
  Machine machine("[default]\nregion = eu-west-1\n");
  CHECK(machine.Key() == "instance metadata of http://169.254.169.254/");
  machine.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/c";
  CHECK(machine.Key().starts_with("container 169.254.170.2:80 "));
  machine.variables.erase("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  machine.variables["AWS_EC2_METADATA_DISABLED"] = "true";
  CHECK(machine.Key() == "none");
  StoreFixture fixture;
  const auto source = machine.Resolve();
  const auto none = fixture.store.Get(**source, fixture.call);
  REQUIRE(!none);
  CHECK(none.error().kind() == ErrorKind::kAuth);
}

TEST_CASE("keys of the environment are used as they are", "[aws_chain]") {
  Machine machine;
  machine.variables["AWS_ACCESS_KEY_ID"] = "AKIA2";
  machine.variables["AWS_SECRET_ACCESS_KEY"] = "CANARYsecret";
  const std::string variable =
      GENERATE(as<std::string>(), "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN");
  machine.variables[variable] = "CANARYtoken";
  machine.variables["AWS_ACCOUNT_ID"] = "123456789012";
  StoreFixture fixture;
  const auto source = machine.Resolve();
  const auto credentials = fixture.store.Get(**source, fixture.call);
  REQUIRE(credentials);
  CHECK((*credentials)->access_key_id == "AKIA2");
  CHECK((*credentials)->secret_access_key.Reveal() == "CANARYsecret");
  CHECK((*credentials)->session_token.Reveal() == "CANARYtoken");
  CHECK((*credentials)->account_id == "123456789012");
}

struct ProfileCase {
  std::string config;
  std::string key;  // its beginning
};

TEST_CASE("a profile's source is found", "[aws_chain]") {
  const std::string keys(kKeys);
  const std::string role = "role arn:aws:iam::123456789012:role/r as ";
  const std::string sts = " by https://sts.eu-central-1.amazonaws.com in eu-central-1 < ";
  const auto& c = GENERATE_REF(values<ProfileCase>({
      {"[default]\n" + keys, "~/.aws/config:2: keys AKIA1 "},
      {"[default]\ncredential_process = vault --token CANARY\n",
       "~/.aws/config:2: credential_process "},
      {"[default]\ncredential_process = vault CANARY\n" + keys, "~/.aws/config:3: keys "},
      {"[default]\nsso_session = s\n" + keys, "~/.aws/config:3: keys "},
      {"[default]\n" + kRole + "source_profile = default\n" + keys,
       role + "session-exporter with none for 0 s" + sts + "~/.aws/config:4: keys AKIA1 "},
      {"[default]\n" + kRole +
           "source_profile=b\nexternal_id=CANARYid\nrole_session_name=me\nduration_seconds=900\n"
           "[profile b]\n" +
           keys,
       role + "me with "},
      {"[default]\n" + kRole + "source_profile=b\n[profile b]\nrole_arn=arn:aws:iam::1:role/b\n" +
           "source_profile=c\n[profile c]\n" + keys,
       role + "session-exporter with none for 0 s" + sts +
           "role arn:aws:iam::1:role/b as session-exporter with none for 0 s" + sts +
           "~/.aws/config:8: keys AKIA1 "},
      {"[default]\n" + kRole + "source_profile=b\n[profile b]\ncredential_process=x\n",
       role + "session-exporter with none for 0 s" + sts + "~/.aws/config:5: credential_process "},
      {"[default]\n" + kRole + "credential_source = Ec2InstanceMetadata\n",
       role + "session-exporter with none for 0 s" + sts +
           "instance metadata of http://169.254.169.254/"},
  }));
  CAPTURE(c.config);
  Machine machine(c.config);
  const std::string key = machine.Key();
  CAPTURE(key);
  CHECK(key.starts_with(c.key));
}

TEST_CASE("a role may stand on the environment or the container", "[aws_chain]") {
  Machine machine("[profile p]\n" + kRole + "credential_source = Environment\n[profile q]\n" +
                  kRole + "credential_source = EcsContainer\n");
  machine.variables["AWS_ACCESS_KEY_ID"] = "AKIA2";
  machine.variables["AWS_SECRET_ACCESS_KEY"] = "CANARYsecret";
  machine.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://localhost:9/c";
  CHECK(Contains(machine.Key("p"), " < environment: keys AKIA2 "));
  CHECK(Contains(machine.Key("q"), " < container localhost:9 "));
}

TEST_CASE("a profile's web identity needs its file", "[aws_chain]") {
  Machine machine;
  machine.folder.Write(".aws/config", "[default]\n" + kRole + "web_identity_token_file = " +
                                          machine.folder.At("token") + "\n");
  CHECK(Contains(machine.Key(), " < token of ~/token"));
  machine.folder.Write(".aws/config",
                       "[default]\n" + kRole + "web_identity_token_file = /nonexistent/token\n");
  CHECK(Contains(machine.Key(), ".aws/config:3: secret file /nonexistent/token: cannot be opened"));
}

TEST_CASE("STS is where the settings say", "[aws_chain]") {
  Machine machine("[default]\n" + kRole + "source_profile=default\n" + std::string(kKeys));
  machine.variables["AWS_REGION"] = "us-east-1";
  CHECK(Contains(machine.Key(), "by https://sts.us-east-1.amazonaws.com in us-east-1"));
  machine.variables["AWS_USE_FIPS_ENDPOINT"] = "true";
  CHECK(Contains(machine.Key(), "by https://sts-fips.us-east-1.amazonaws.com in us-east-1"));
  machine.variables["AWS_USE_FIPS_ENDPOINT"] = "false";
  machine.variables["AWS_ENDPOINT_URL_STS"] = "http://127.0.0.1:1";
  CHECK(Contains(machine.Key(), "by http://127.0.0.1:1 in us-east-1"));
}

struct BrokenCase {
  std::string config;
  Variables variables;
  std::string_view message;
};

TEST_CASE("what is broken or needs a person is an error at start", "[aws_chain]") {
  const std::string keys(kKeys);
  const auto& c = GENERATE_REF(values<BrokenCase>({
      {"", {{"AWS_ACCESS_KEY_ID", "A"}}, "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY"},
      {"",
       {{"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "CANARY\n"}},
       "environment: the secret access key has a blank"},
      {"", {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}}, "and AWS_ROLE_ARN is not"},
      {"",
       {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/nonexistent/t"}, {"AWS_ROLE_ARN", "arn"}},
       "AWS_WEB_IDENTITY_TOKEN_FILE: secret file /nonexistent/t: cannot be opened"},
      {"", {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com"}}, "plain http is only"},
      {"[default]\naws_access_key_id = A\n", {}, "config:2: the profile has an aws_access_key_id"},
      {"[default]\n" + kRole, {}, "config:2: role_arn needs one of source_profile"},
      {"[default]\n" + kRole + "source_profile=a\ncredential_source=Environment",
       {},
       "config:2: role_arn needs one of"},
      {"[default]\n" + kRole + "source_profile=gone", {}, "config:3: source_profile names a"},
      {"[default]\n" + kRole + "source_profile=default", {}, "config:3: source_profile leads back"},
      {"[default]\n" + kRole + "source_profile=b\n[profile b]\n" + kRole +
           "source_profile=default\n",
       {},
       "config:6: source_profile leads back"},
      {"[default]\n" + kRole + "source_profile=b\n[profile b]\nregion=x\n",
       {},
       "config:3: source_profile names a profile without credentials"},
      {"[default]\n" + kRole + "credential_source=Moon", {}, "config:3: credential_source is "},
      {"[default]\n" + kRole + "credential_source=EcsContainer",
       {},
       "config:3: credential_source names EcsContainer, which has no credentials here"},
      {"[default]\n" + kRole + "source_profile=default\nmfa_serial=arn:aws:iam::1:mfa/x\n" + keys,
       {},
       "config:4: mfa_serial needs a person"},
      {"[default]\n" + kRole + "source_profile=default\nduration_seconds=1h\n" + keys,
       {},
       "config:4: duration_seconds is no number"},
      {"[default]\n" + kRole + "source_profile=default\nduration_seconds=1\n" + keys,
       {},
       "config:2: a role is assumed for 900"},
      {"[default]\nrole_arn=CANARY\nsource_profile=default\n" + keys,
       {},
       "config:2: the role is not an ARN"},
      {"[default]\nsso_session=s\nsso_role_name=r\n", {}, "config:2: sso_session needs a person"},
      {"[default]\nsso_start_url=https://x\n", {}, "config:2: sso_start_url needs a person"},
      {"[default]\nlogin_session=x\n", {}, "config:2: login_session needs a person"},
      {"[default]\ncredential_process=x 'CANARY\n", {}, "config:2: credential_process: a quote"},
      {"[default]\n" + kRole + "source_profile=default\n" + keys,
       {{"AWS_USE_FIPS_ENDPOINT", "true"}, {"AWS_ENDPOINT_URL", "http://x"}},
       "STS for "},
  }));
  CAPTURE(c.config, c.message);
  Machine machine(c.config);
  for (const auto& [name, value] : c.variables) machine.variables[name] = value;
  const auto source = machine.Resolve();
  REQUIRE(!source);
  CHECK(source.error().kind() == ErrorKind::kConfig);
  CAPTURE(source.error().message());
  CHECK(Contains(source.error().message(), c.message));
  CHECK(!Contains(source.error().message(), "CANARY"));
}

}  // namespace
}  // namespace session_exporter
