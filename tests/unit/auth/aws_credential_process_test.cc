#include "auth/aws_credential_process.h"

#include <chrono>
#include <stop_token>
#include <string>

#include "auth/credential_stores.h"
#include "catch.h"
#include "unit/auth/aws_fixture.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;
using test::Contains;
using test::StoreFixture;

Result<FetchedAwsCredentials> Fetch(StoreFixture& fixture, const std::string& command) {
  const auto source = CredentialProcess::Make("/c/config:3", command);
  REQUIRE(source);
  return (*source)->Fetch(fixture.store, fixture.call);
}

TEST_CASE("a program's credentials live as long as it says", "[aws_credential_process]") {
  StoreFixture fixture;  // at 2023-11-14T22:13:20Z
  const auto fetched = Fetch(
      fixture,
      R"(printf '{"Version":1,"AccessKeyId":"ASIA1","SecretAccessKey":"s","SessionToken":"t",)"
      R"("Expiration":"2023-11-14T22:43:20Z"}')");
  REQUIRE(fetched);
  CHECK(fetched->credentials.access_key_id == "ASIA1");
  CHECK(fetched->credentials.session_token.Reveal() == "t");
  CHECK(fetched->valid_for == 30min);
}

TEST_CASE("those without an end are asked for every hour", "[aws_credential_process]") {
  StoreFixture fixture;
  CHECK(Fetch(fixture, R"(printf '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s"}')")
            ->valid_for == 1h);
}

TEST_CASE("a program that fails is named by its place, and not repeated",
          "[aws_credential_process]") {
  StoreFixture fixture;
  const auto failed = Fetch(fixture, "sh -c 'echo CANARY; exit 2'");
  REQUIRE(!failed);
  CHECK(failed.error().kind() == ErrorKind::kAuth);
  CHECK(failed.error().message() == "credential_process of /c/config:3: it failed with status 2");
  const auto nonsense = Fetch(fixture, "echo CANARY");
  REQUIRE(!nonsense);
  CHECK(nonsense.error().kind() == ErrorKind::kProtocol);
  CHECK(!Contains(nonsense.error().message(), "CANARY"));
  fixture.call.deadline = Deadline::After(100ms);
  CHECK(Fetch(fixture, "sleep 600").error().kind() == ErrorKind::kTimeout);
}

TEST_CASE("the exporter's stop ends a program under way", "[aws_credential_process]") {
  FakeHttpClient http;
  const test::ManualClock clock;
  std::stop_source stop;
  CredentialStores stores(http, clock, stop.get_token());
  stop.request_stop();
  const auto source = CredentialProcess::Make("/c/config:3", "sleep 600");
  REQUIRE(source);
  const auto failed = (*source)->Fetch(stores.aws, {Deadline::After(60s), nullptr, nullptr});
  REQUIRE(!failed);
  CHECK(failed.error().kind() == ErrorKind::kConnect);
  CHECK(Contains(failed.error().message(), "it was ended with the exporter"));
}

TEST_CASE("a command that cannot be one is refused at start", "[aws_credential_process]") {
  const auto open = CredentialProcess::Make("/c/config:3", "sh 'CANARY");
  REQUIRE(!open);
  CHECK(open.error().message() == "/c/config:3: credential_process: a quote is not closed");
  CHECK(CredentialProcess::Make("/c/config:3", " ").error().kind() == ErrorKind::kConfig);
}

TEST_CASE("a command's key does not show it", "[aws_credential_process]") {
  const std::string key = (*CredentialProcess::Make("p", "vault --token CANARY"))->Key();
  CHECK(!Contains(key, "CANARY"));
  CHECK(key != (*CredentialProcess::Make("p", "vault --tokenCANARY"))->Key());
}

}  // namespace
}  // namespace session_exporter
