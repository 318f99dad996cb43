#include "auth/aws_settings.h"

#include <filesystem>
#include <string>
#include <string_view>

#include <sys/stat.h>

#include "catch.h"
#include "unit/auth/aws_fixture.h"

namespace session_exporter {
namespace {

using test::Contains;
using test::EnvironmentOf;
using test::TemporaryFolder;
using test::Variables;

// With HOME, and ~/.aws/config of that content.
struct Home {
  explicit Home(std::string_view config) {
    folder.Write(".aws/config", config);
    variables["HOME"] = folder.At("");
    variables["HOME"].pop_back();
  }
  [[nodiscard]] Result<AwsSettings> Load(std::string_view profile = "") const {
    return LoadAwsSettings(EnvironmentOf(variables), profile);
  }
  TemporaryFolder folder;
  Variables variables;
};

TEST_CASE("without files and variables there are defaults", "[aws_settings]") {
  const auto settings = LoadAwsSettings(EnvironmentOf({}), "");
  REQUIRE(settings);
  CHECK(settings->profile == "default");
  CHECK(!settings->profile_is_ours);
  CHECK(settings->Profile() == nullptr);
  CHECK(settings->region.empty());
  CHECK(!settings->endpoints.fips);
  CHECK(settings->ssm_endpoint_url.empty());
}

TEST_CASE("the region comes from the environment, else from the profile", "[aws_settings]") {
  Home home("[default]\nregion = eu-west-3\n[profile p]\nregion = eu-west-4\n");
  CHECK(home.Load()->region == "eu-west-3");
  CHECK(home.Load("p")->region == "eu-west-4");
  home.variables["AWS_DEFAULT_REGION"] = "eu-west-2";
  CHECK(home.Load()->region == "eu-west-2");
  home.variables["AWS_REGION"] = "eu-west-1";
  CHECK(home.Load()->region == "eu-west-1");
  home.variables["AWS_REGION"] = "";
  CHECK(home.Load()->region == "eu-west-2");
}

TEST_CASE("our configuration chooses the profile before the environment", "[aws_settings]") {
  Home home("[profile a]\n[profile b]\n");
  home.variables["AWS_PROFILE"] = "a";
  CHECK(home.Load()->profile == "a");
  CHECK(!home.Load()->profile_is_ours);
  CHECK(home.Load("b")->profile == "b");
  CHECK(home.Load("b")->profile_is_ours);
}

TEST_CASE("files are where the environment says", "[aws_settings]") {
  Home home("[default]\nregion=us-east-1\n");
  home.folder.Write("other", "[default]\nregion = eu-north-1\n");
  home.folder.Write("keys", "[default]\naws_access_key_id = AKID\n");
  home.variables["AWS_CONFIG_FILE"] = "~/other";
  home.variables["AWS_SHARED_CREDENTIALS_FILE"] = home.folder.At("keys");
  const auto settings = home.Load();
  REQUIRE(settings);
  CHECK(settings->region == "eu-north-1");
  CHECK(settings->Profile()->Get("aws_access_key_id") == "AKID");
}

TEST_CASE("a file that is missing, empty or a null device has no settings", "[aws_settings]") {
  Home home("[default]\nregion=us-east-1\n");
  home.variables["AWS_CONFIG_FILE"] =
      GENERATE(as<std::string>(), "/nonexistent/config", "/dev/null", "/dev/null/config");
  const auto settings = home.Load();
  REQUIRE(settings);
  CHECK(settings->region.empty());
}

struct EndpointCase {
  Variables variables;
  std::string ssm;
  std::string sts;
};

TEST_CASE("endpoints come from the most special setting", "[aws_settings]") {
  Home home(
      "[default]\nendpoint_url = http://profile\nservices = s\n[services s]\nssm =\n"
      "  endpoint_url = http://section\n");
  const auto& c = GENERATE(values<EndpointCase>({
      {{}, "http://section", "http://profile"},
      {{{"AWS_ENDPOINT_URL", "http://env"}}, "http://env", "http://env"},
      {{{"AWS_ENDPOINT_URL", "http://env"}, {"AWS_ENDPOINT_URL_SSM", "http://ssm"}},
       "http://ssm",
       "http://env"},
      {{{"AWS_ENDPOINT_URL_STS", "http://sts"}}, "http://section", "http://sts"},
      {{{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE"}, {"AWS_ENDPOINT_URL", "http://env"}},
       "",
       ""},
  }));
  for (const auto& [name, value] : c.variables) home.variables[name] = value;
  const auto settings = home.Load();
  REQUIRE(settings);
  CHECK(settings->ssm_endpoint_url == c.ssm);
  CHECK(settings->sts_endpoint_url == c.sts);
}

TEST_CASE("FIPS and dual stack are asked for by variable or profile", "[aws_settings]") {
  Home home("[default]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = True\n");
  CHECK(home.Load()->endpoints.fips);
  CHECK(home.Load()->endpoints.dual_stack);
  home.variables["AWS_USE_FIPS_ENDPOINT"] = "false";
  CHECK(!home.Load()->endpoints.fips);
  CHECK(*AwsEndpointUrl(*home.Load(), "ssm", "eu-west-1", "") == "https://ssm.eu-west-1.api.aws");
}

struct BrokenCase {
  std::string_view config;
  Variables variables;
  std::string_view message;
};

TEST_CASE("settings that cannot be followed are errors at start", "[aws_settings]") {
  const auto& c = GENERATE(values<BrokenCase>({
      {"", {{"AWS_PROFILE", "gone"}}, "there is no profile \"gone\" in "},
      {"[default]\nregion = EU West\n", {}, "config:2: region is not the name of a region"},
      {"", {{"AWS_REGION", "x/y"}}, "AWS_REGION is not the name of a region"},
      {"", {{"AWS_USE_FIPS_ENDPOINT", "yes"}}, "AWS_USE_FIPS_ENDPOINT is neither true nor false"},
      {"[default]\nuse_dualstack_endpoint=1", {}, "use_dualstack_endpoint is neither"},
      {"[default]\nservices = gone", {}, "config:2: there is no such section [services ...]"},
      {"[default]\nCANARY", {}, "config:2: expected KEY = VALUE"},
      {"", {{"AWS_CONFIG_FILE", "/"}}, "/: is not a file"},
      {"", {{"AWS_CONFIG_FILE", "/dev/zero"}}, "is larger than"},
  }));
  CAPTURE(c.message);
  Home home(c.config);
  for (const auto& [name, value] : c.variables) home.variables[name] = value;
  const auto settings = home.Load();
  REQUIRE(!settings);
  CHECK(settings.error().kind() == ErrorKind::kConfig);
  CAPTURE(settings.error().message());
  CHECK(Contains(settings.error().message(), c.message));
  CHECK(!Contains(settings.error().message(), "CANARY"));
}

TEST_CASE("a profile that is asked for needs a file", "[aws_settings]") {
  const auto settings = LoadAwsSettings(EnvironmentOf({}), "p");
  REQUIRE(!settings);
  CHECK(Contains(settings.error().message(), "HOME is not set"));
}

TEST_CASE("a FIFO is not waited for", "[aws_settings]") {
  Home home("");
  home.variables["AWS_CONFIG_FILE"] = home.folder.At("fifo");
  REQUIRE(mkfifo(home.folder.At("fifo").c_str(), 0600) == 0);
  CHECK(Contains(home.Load().error().message(), "is not a file"));
}

TEST_CASE("an endpoint's URL needs a region, and a custom one takes no variant", "[aws_settings]") {
  AwsSettings settings;
  CHECK(*AwsEndpointUrl(settings, "sts", "cn-north-1", "") ==
        "https://sts.cn-north-1.amazonaws.com.cn");
  CHECK(*AwsEndpointUrl(settings, "ssm", "eu-west-1", "http://x:1") == "http://x:1");
  CHECK(Contains(AwsEndpointUrl(settings, "ssm", "", "http://x").error().message(), "AWS_REGION"));
  CHECK(AwsEndpointUrl(settings, "ssm", "a.b", "").error().kind() == ErrorKind::kConfig);
  settings.endpoints.fips = true;
  CHECK(Contains(AwsEndpointUrl(settings, "ssm", "eu-west-1", "http://x").error().message(),
                 "FIPS endpoint cannot be asked for together"));
}

}  // namespace
}  // namespace session_exporter
