#include "auth/aws_profile.h"

#include <string>
#include <string_view>

#include "catch.h"
#include "unit/auth/aws_fixture.h"

namespace session_exporter {
namespace {

using test::Contains;

Result<AwsProfiles> Parse(std::string_view config, std::string_view credentials = "") {
  return ParseAwsProfiles({"/c/config", Secret(std::string(config))},
                          {"/c/credentials", Secret(std::string(credentials))});
}

std::string_view ValueIn(const AwsProfiles& profiles, std::string_view profile,
                         std::string_view key) {
  const AwsProfile* const found = profiles.Find(profile);
  return found == nullptr ? "(no profile)" : found->Get(key);
}

struct ValueCase {
  std::string_view config;
  std::string_view profile;
  std::string_view key;
  std::string_view value;
};

TEST_CASE("settings of the config file are read as by the SDKs", "[aws_profile]") {
  const auto& c = GENERATE(values<ValueCase>({
      {"[default]\nregion = eu-west-1\n", "default", "region", "eu-west-1"},
      {"[profile default]\nregion=eu-west-1", "default", "region", "eu-west-1"},
      {"[profile a]\nregion=x", "a", "region", "x"},
      {"[ profile\ta ]\nregion=x", "a", "region", "x"},
      {"[profile \"a b\"]\nregion=x", "a b", "region", "x"},
      {"[profile a] # mine\nregion=x", "a", "region", "x"},
      {"[a]\nregion=x", "a", "region", "(no profile)"},
      {"[profile A]\nregion=x", "a", "region", "(no profile)"},
      {"[profile a]\nREGION = X", "a", "region", "X"},
      {"[profile a]\nrole_arn=a=b==", "a", "role_arn", "a=b=="},
      {"[profile a]\nregion=", "a", "region", ""},
      {"[profile a]\nregion=x\nregion=y", "a", "region", "y"},
      {"[profile a]\nregion=x\n[profile b]\n[profile a]\nrole_arn=r", "a", "region", "x"},
      {"\xEF\xBB\xBF[default]\r\nregion=x\r\n", "default", "region", "x"},
      {"# c\n; c\n\n  # c\n[default]\n#region=y\nregion=x", "default", "region", "x"},
      {"[default]\nregion=x # c", "default", "region", "x"},
      {"[default]\nregion=x\t; c", "default", "region", "x"},
      {"[default]\nregion=x#c", "default", "region", "x#c"},
      {"[default]\nregion= # c", "default", "region", ""},
      {"[default]\n  region = x\n  role_arn = r", "default", "role_arn", "r"},
      {"[default]\ns3 =\n  addressing_style = path\n\n  # c\n  Other=1\nregion=x", "default",
       "s3.addressing_style", "path"},
      {"[default]\ns3 =\n  addressing_style = path\n  Other=1\nregion=x", "default", "s3.other",
       "1"},
      {"[default]\ns3 =\n  addressing_style = path\nregion=x", "default", "region", "x"},
      {"[default]\ncredential_process = a\n  b", "default", "credential_process", "a\nb"},
      {"[sso-session s]\nsso_region=x\n  deep = y\n[default]\nregion=x", "default", "region", "x"},
      {"[plugins]\nx=y\n[default]\nregion=x", "default", "x", ""},
  }));
  CAPTURE(c.config);
  const auto profiles = Parse(c.config);
  REQUIRE(profiles);
  CHECK(ValueIn(*profiles, c.profile, c.key) == c.value);
}

TEST_CASE("the credentials file names its profiles without a word, and wins", "[aws_profile]") {
  const auto profiles = Parse(
      "[profile a]\nregion=eu-west-1\naws_access_key_id=OLD\n[default]\nregion=us-east-1\n",
      "[a]\naws_access_key_id = NEW\naws_secret_access_key = wJalr/+=\n[profile b]\nregion=x\n");
  REQUIRE(profiles);
  CHECK(ValueIn(*profiles, "a", "aws_access_key_id") == "NEW");
  CHECK(ValueIn(*profiles, "a", "aws_secret_access_key") == "wJalr/+=");
  CHECK(ValueIn(*profiles, "a", "region") == "eu-west-1");
  CHECK(ValueIn(*profiles, "default", "region") == "us-east-1");
  CHECK(ValueIn(*profiles, "b", "region") == "(no profile)");
  CHECK(profiles->Find("a")->place == "/c/config:1");
  CHECK(profiles->Find("a")->Find("aws_access_key_id")->place == "/c/credentials:2");
  CHECK(profiles->Find("a")->Find("nothing") == nullptr);
}

TEST_CASE("sections of services hold the endpoints of each", "[aws_profile]") {
  const auto profiles = Parse(
      "[services local]\nssm =\n  endpoint_url = http://localhost:1\nsts = \n  endpoint_url = "
      "http://localhost:2\n");
  REQUIRE(profiles);
  const AwsProfile& local = profiles->services.at("local");
  CHECK(local.Get("ssm.endpoint_url") == "http://localhost:1");
  CHECK(local.Get("sts.endpoint_url") == "http://localhost:2");
  CHECK(profiles->profiles.empty());
}

struct BrokenCase {
  std::string_view config;
  std::string_view message;
};

TEST_CASE("what is broken is named by file and line, and not repeated", "[aws_profile]") {
  const auto& c = GENERATE(values<BrokenCase>({
      {"[default\nregion=x", "/c/config:1: a section's name needs a closing ]"},
      {"\n[default] CANARY", "/c/config:2: nothing may follow"},
      {"[]", "/c/config:1: a section needs a name"},
      {"[profile ]", "/c/config:1: a section needs a name"},
      {"[profile \"\"]", "/c/config:1: a section needs a name"},
      {"# c\n\naws_secret_access_key=CANARY", "/c/config:3: a setting before any [section]"},
      {"[default]\nregion=x\nCANARY", "/c/config:3: expected KEY = VALUE"},
      {"[default]\n=CANARY", "/c/config:2: expected KEY = VALUE"},
      {"[default]\ns3 =\n  CANARY", "/c/config:3: expected KEY = VALUE in what is indented"},
  }));
  CAPTURE(c.config);
  const auto profiles = Parse(c.config);
  REQUIRE(!profiles);
  CHECK(profiles.error().kind() == ErrorKind::kConfig);
  CHECK(profiles.error().message().starts_with(c.message));
  CHECK(!Contains(profiles.error().message(), "CANARY"));
}

TEST_CASE("the broken file is the one that is named", "[aws_profile]") {
  CHECK(Parse("[default]", "[a]\nx").error().message().starts_with("/c/credentials:2: "));
}

}  // namespace
}  // namespace session_exporter
