#include "auth/aws_credential_source.h"

#include <atomic>
#include <chrono>
#include <optional>
#include <string>

#include "catch.h"
#include "unit/auth/aws_fixture.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;
using test::Contains;
using test::StoreFixture;

class CountedSource final : public AwsCredentialSource {
 public:
  [[nodiscard]] std::string Key() const override { return "counted"; }
  Result<FetchedAwsCredentials> Fetch(AwsCredentialStore& /*store*/,
                                      const AwsCall& call) const override {
    ++fetches;
    given = call.deadline;
    AwsCredentials credentials;
    credentials.access_key_id = "AKIA" + std::to_string(fetches);
    return FetchedAwsCredentials{credentials, 1h};
  }
  mutable std::atomic<int> fetches{0};
  mutable std::optional<Deadline> given;
};

TEST_CASE("sources with one key share what was fetched", "[aws_credential_source]") {
  StoreFixture fixture;
  const CountedSource first;
  const CountedSource second;
  CHECK((*fixture.store.Get(first, fixture.call))->access_key_id == "AKIA1");
  CHECK((*fixture.store.Get(second, fixture.call))->access_key_id == "AKIA1");
  CHECK(second.fetches == 0);
}

TEST_CASE("credentials are fetched again shortly before they end", "[aws_credential_source]") {
  StoreFixture fixture;
  const CountedSource source;
  REQUIRE(fixture.store.Get(source, fixture.call));
  fixture.clock.Advance(54min);
  CHECK((*fixture.store.Get(source, fixture.call))->access_key_id == "AKIA1");
  fixture.clock.Advance(1min);
  CHECK((*fixture.store.Get(source, fixture.call))->access_key_id == "AKIA2");
}

TEST_CASE("a renewal that hangs leaves time for the collection", "[aws_credential_source]") {
  StoreFixture fixture;
  const CountedSource source;
  REQUIRE(fixture.store.Get(source, fixture.call));
  CHECK(source.given == fixture.call.deadline);
  fixture.clock.Advance(56min);
  REQUIRE(fixture.store.Get(source, fixture.call));
  CHECK(source.given <= Deadline::After(2s));
}

TEST_CASE("refused credentials of a source are fetched again", "[aws_credential_source]") {
  StoreFixture fixture;
  const CountedSource source;
  const auto refused = *fixture.store.Get(source, fixture.call);
  fixture.store.Forget(source, refused);
  CHECK((*fixture.store.Get(source, fixture.call))->access_key_id == "AKIA2");
  // Somebody else noticed late.
  fixture.store.Forget(source, refused);
  CHECK((*fixture.store.Get(source, fixture.call))->access_key_id == "AKIA2");
}

TEST_CASE("what is missing is remembered for minutes, unless it was there",
          "[aws_credential_source]") {
  StoreFixture fixture;
  AwsCredentialStore& store = fixture.store;
  CHECK(!store.IsMissing("x"));
  store.RememberMissing("x");
  CHECK(store.IsMissing("x"));
  CHECK(!store.IsMissing("y"));
  fixture.clock.Advance(5min);
  CHECK(!store.IsMissing("x"));
  store.RememberPresent("x");
  store.RememberMissing("x");
  CHECK(!store.IsMissing("x"));
  CHECK(store.WasPresent("x"));
  CHECK(!store.WasPresent("y"));
}

AwsCredentials Keys(std::string id, std::string secret, std::string token = "") {
  return {std::move(id), Secret(std::move(secret)), Secret(std::move(token)), "123456789012"};
}

TEST_CASE("static keys are what they are", "[aws_credential_source]") {
  StoreFixture fixture;
  const auto source = StaticAwsCredentials::Make("environment", Keys("AKIA1", "CANARY", "token"));
  REQUIRE(source);
  const auto credentials = fixture.store.Get(**source, fixture.call);
  REQUIRE(credentials);
  CHECK((*credentials)->secret_access_key.Reveal() == "CANARY");
  CHECK((*credentials)->session_token.Reveal() == "token");
  CHECK((*credentials)->account_id == "123456789012");
  CHECK(fixture.http.sent().empty());
}

TEST_CASE("the key of static keys changes with them and does not show them",
          "[aws_credential_source]") {
  const auto key = [](AwsCredentials credentials) {
    return (*StaticAwsCredentials::Make("environment", std::move(credentials)))->Key();
  };
  const std::string first = key(Keys("AKIA1", "CANARY", "CANARY"));
  CHECK(!Contains(first, "CANARY"));
  CHECK(first == key(Keys("AKIA1", "CANARY", "CANARY")));
  CHECK(first != key(Keys("AKIA2", "CANARY", "CANARY")));
  CHECK(first != key(Keys("AKIA1", "other", "CANARY")));
  CHECK(first != key(Keys("AKIA1", "CANARY", "other")));
}

TEST_CASE("a key with the newline of its file is refused at start", "[aws_credential_source]") {
  const auto source = StaticAwsCredentials::Make("environment", Keys("AKIA1", "CANARY\n"));
  REQUIRE(!source);
  CHECK(source.error().kind() == ErrorKind::kConfig);
  CHECK(source.error().message() ==
        "environment: the secret access key has a blank, a line break or another character that "
        "none has");
}

TEST_CASE("no credentials are an error of authentication, at once", "[aws_credential_source]") {
  StoreFixture fixture;
  const auto none = fixture.store.Get(NoAwsCredentials(), fixture.call);
  REQUIRE(!none);
  CHECK(none.error().kind() == ErrorKind::kAuth);
  CHECK(Contains(none.error().message(), "AWS_EC2_METADATA_DISABLED"));
  CHECK(fixture.http.sent().empty());
}

}  // namespace
}  // namespace session_exporter
