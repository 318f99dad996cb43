#include "auth/aws_sts.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "catch.h"
#include "unit/auth/aws_fixture.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;
using test::AnswerOf;
using test::Contains;
using test::HeaderOf;
using test::StoreFixture;
using test::TemporaryFolder;

const std::string kRoleArn = "arn:aws:iam::123456789012:role/exporter";
const AwsStsEndpoint kEndpoint{"https://sts.eu-west-1.amazonaws.com", "eu-west-1"};

// Ends an hour after the fixture's clock, 2023-11-14T22:13:20Z.
std::string Success(std::string_view action) {
  return fmt::format(
      "<{0}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{0}Result><Credentials>"
      "<AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>CANARYkey</SecretAccessKey>"
      "<SessionToken>CANARYtoken</SessionToken><Expiration>2023-11-14T23:13:20Z</Expiration>"
      "</Credentials><AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId>"
      "<Arn>arn:aws:sts::123456789012:assumed-role/exporter/x</Arn></AssumedRoleUser>"
      "</{0}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{0}Response>",
      action);
}

FakeAnswer Refusal(int status, std::string_view code) {
  return AnswerOf(status, fmt::format("<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code>"
                                      "<Message>CANARY</Message></Error></ErrorResponse>",
                                      code));
}

AwsSourcePointer BaseKeys() {
  return *StaticAwsCredentials::Make(
      "environment", {"AKIDEXAMPLE", Secret("CANARYbase"), Secret("CANARYbasetoken"), ""});
}

AwsSourcePointer Assumed(AwsRole role = {}, AwsSourcePointer base = BaseKeys()) {
  if (role.arn.empty()) role.arn = kRoleArn;
  const auto source = AssumedRole::Make(std::move(base), std::move(role), kEndpoint);
  REQUIRE(source);
  return *source;
}

TEST_CASE("a role is assumed by a signed form", "[aws_sts]") {
  StoreFixture fixture;
  fixture.call.options = std::make_shared<const HttpOptions>();
  fixture.http.Answer(AnswerOf(200, Success("AssumeRole")));
  AwsRole role;
  role.session_name = "me@host";
  role.external_id = "a:b/c";
  role.duration = 900s;
  const auto fetched = Assumed(role)->Fetch(fixture.store, fixture.call);
  REQUIRE(fetched);
  CHECK(fetched->credentials.access_key_id == "ASIA1");
  CHECK(fetched->credentials.secret_access_key.Reveal() == "CANARYkey");
  CHECK(fetched->credentials.session_token.Reveal() == "CANARYtoken");
  CHECK(fetched->credentials.account_id == "123456789012");
  CHECK(fetched->valid_for == 1h);
  REQUIRE(fixture.http.sent().size() == 1);
  const SentRequest& sent = fixture.http.sent().front();
  CHECK(sent.operation == "assume_role");
  CHECK(sent.options == fixture.call.options);
  CHECK(sent.request.url == kEndpoint.url);
  CHECK(sent.request.body.Reveal() ==
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2F"
        "exporter&RoleSessionName=me%40host&ExternalId=a%3Ab%2Fc&DurationSeconds=900");
  CHECK(Contains(HeaderOf(sent, "Authorization"),
                 "AKIDEXAMPLE/20231114/eu-west-1/sts/aws4_request, "
                 "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, "));
}

TEST_CASE("the end is told by the service's clock", "[aws_sts]") {
  StoreFixture fixture;
  FakeAnswer answer = AnswerOf(200, Success("AssumeRole"));
  answer.head.date = fixture.clock.Now() + 15min;
  fixture.http.Answer(answer);
  CHECK(Assumed()->Fetch(fixture.store, fixture.call)->valid_for == 45min);
}

TEST_CASE("a role that stands on a role is assumed step by step, each once", "[aws_sts]") {
  StoreFixture fixture;
  for (int i = 0; i < 3; ++i) fixture.http.Answer(AnswerOf(200, Success("AssumeRole")));
  const AwsSourcePointer hub = Assumed();
  AwsRole first;
  first.arn = "arn:aws:iam::111111111111:role/a";
  AwsRole second;
  second.arn = "arn:aws:iam::222222222222:role/b";
  REQUIRE(fixture.store.Get(*Assumed(first, hub), fixture.call));
  REQUIRE(fixture.store.Get(*Assumed(second, hub), fixture.call));
  REQUIRE(fixture.http.sent().size() == 3);
  CHECK(Contains(HeaderOf(fixture.http.sent()[0], "Authorization"), "AKIDEXAMPLE/"));
  CHECK(Contains(HeaderOf(fixture.http.sent()[1], "Authorization"), "ASIA1/"));
  CHECK(Contains(HeaderOf(fixture.http.sent()[2], "Authorization"), "ASIA1/"));
}

struct RefusalCase {
  int status;
  std::string_view code;
  ErrorKind kind;
};

TEST_CASE("a refusal is an error of its kind, and asked once", "[aws_sts]") {
  const auto& c = GENERATE(values<RefusalCase>({
      {403, "AccessDenied", ErrorKind::kPermission},
      {403, "InvalidClientTokenId", ErrorKind::kAuth},
      {403, "SignatureDoesNotMatch", ErrorKind::kAuth},
      {403, "RegionDisabledException", ErrorKind::kPermission},
      {400, "MalformedPolicyDocument", ErrorKind::kHttp},
  }));
  StoreFixture fixture;
  fixture.http.Answer(Refusal(c.status, c.code));
  const auto refused = Assumed()->Fetch(fixture.store, fixture.call);
  REQUIRE(!refused);
  CHECK(refused.error().kind() == c.kind);
  CHECK(refused.error().message() ==
        fmt::format("assume {}: HTTP {} {}", kRoleArn, c.status, c.code));
  CHECK(fixture.http.sent().size() == 1);
}

TEST_CASE("throttling and breakdowns are retried with pauses", "[aws_sts]") {
  StoreFixture fixture;
  fixture.http.Answer(Refusal(400, "Throttling"));
  fixture.http.Answer(AnswerOf(503, "<html>"));
  fixture.http.Answer(AnswerOf(200, Success("AssumeRole")));
  REQUIRE(Assumed()->Fetch(fixture.store, fixture.call));
  CHECK(fixture.pauses == std::vector<std::chrono::milliseconds>{500ms, 50ms});
}

TEST_CASE("the third failure is the last", "[aws_sts]") {
  StoreFixture fixture;
  for (int i = 0; i < 4; ++i) fixture.http.Answer(AnswerOf(500, ""));
  const auto failed = Assumed()->Fetch(fixture.store, fixture.call);
  REQUIRE(!failed);
  CHECK(failed.error().kind() == ErrorKind::kHttp);
  CHECK(fixture.http.sent().size() == 3);
}

TEST_CASE("a pause that the deadline does not leave is not begun", "[aws_sts]") {
  StoreFixture fixture;
  fixture.call.deadline = Deadline::After(400ms);
  fixture.http.Answer(Refusal(400, "Throttling"));
  CHECK(Assumed()->Fetch(fixture.store, fixture.call).error().kind() == ErrorKind::kRateLimited);
  CHECK(fixture.pauses.empty());
}

TEST_CASE("a clock that is off is corrected by the service's, once", "[aws_sts]") {
  StoreFixture fixture;
  FakeAnswer refusal = Refusal(403, "SignatureDoesNotMatch");
  refusal.head.received_at = fixture.clock.Now();
  refusal.head.date = fixture.clock.Now() + 1h;
  fixture.http.Answer(refusal);
  SECTION("and then it works") {
    fixture.http.Answer(AnswerOf(200, Success("AssumeRole")));
    REQUIRE(Assumed()->Fetch(fixture.store, fixture.call));
    CHECK(HeaderOf(fixture.http.sent()[0], "X-Amz-Date") == "20231114T221320Z");
    CHECK(HeaderOf(fixture.http.sent()[1], "X-Amz-Date") == "20231114T231320Z");
    CHECK(fixture.pauses.empty());
  }
  SECTION("and then it was not the clock") {
    fixture.http.Answer(refusal);
    CHECK(Assumed()->Fetch(fixture.store, fixture.call).error().kind() == ErrorKind::kAuth);
    CHECK(fixture.http.sent().size() == 2);
  }
}

TEST_CASE("a base that has expired is fetched again, once", "[aws_sts]") {
  StoreFixture fixture;
  fixture.http.Answer(AnswerOf(200, Success("AssumeRole")));
  fixture.http.Answer(Refusal(403, "ExpiredToken"));
  fixture.http.Answer(AnswerOf(200, Success("AssumeRole")));
  SECTION("and then it works") {
    fixture.http.Answer(AnswerOf(200, Success("AssumeRole")));
    REQUIRE(Assumed({}, Assumed())->Fetch(fixture.store, fixture.call));
    CHECK(fixture.http.sent().size() == 4);
  }
  SECTION("and then it is still refused") {
    fixture.http.Answer(Refusal(403, "ExpiredToken"));
    CHECK(Assumed({}, Assumed())->Fetch(fixture.store, fixture.call).error().kind() ==
          ErrorKind::kAuth);
    CHECK(fixture.http.sent().size() == 4);
  }
}

TEST_CASE("without its base a role tells why", "[aws_sts]") {
  StoreFixture fixture;
  const auto failed =
      Assumed({}, std::make_shared<const NoAwsCredentials>())->Fetch(fixture.store, fixture.call);
  REQUIRE(!failed);
  CHECK(failed.error().kind() == ErrorKind::kAuth);
  CHECK(failed.error().message().starts_with("credentials to assume " + kRoleArn +
                                             " with: no AWS credentials"));
}

TEST_CASE("a web identity's token is sent unsigned, and read anew each time", "[aws_sts]") {
  StoreFixture fixture;
  const TemporaryFolder folder;
  const std::string file = folder.Write("token", "CANARY.eyJ=\n");
  for (int i = 0; i < 2; ++i)
    fixture.http.Answer(AnswerOf(200, Success("AssumeRoleWithWebIdentity")));
  AwsRole role;
  role.arn = kRoleArn;
  const auto source = WebIdentityRole::Make(SecretSource::FromFile(file), role, kEndpoint);
  REQUIRE(source);
  const auto fetched = (*source)->Fetch(fixture.store, fixture.call);
  REQUIRE(fetched);
  CHECK(fetched->credentials.account_id == "123456789012");
  const SentRequest sent = fixture.http.sent().front();
  CHECK(sent.operation == "assume_role_with_token");
  CHECK(sent.request.body.Reveal() ==
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A"
        "123456789012%3Arole%2Fexporter&RoleSessionName=session-exporter&"
        "WebIdentityToken=CANARY.eyJ%3D");
  CHECK(sent.request.headers.size() == 1);
  folder.Write("token", "second");
  REQUIRE((*source)->Fetch(fixture.store, fixture.call));
  CHECK(fixture.http.sent().back().request.body.Reveal().ends_with("WebIdentityToken=second"));
  std::filesystem::remove(file);
  CHECK((*source)->Fetch(fixture.store, fixture.call).error().kind() == ErrorKind::kConfig);
}

TEST_CASE("a token that is refused says whose it was", "[aws_sts]") {
  StoreFixture fixture;
  const TemporaryFolder folder;
  const std::string file = folder.Write("token", "CANARY");
  fixture.http.Answer(Refusal(400, "IDPCommunicationError"));
  fixture.http.Answer(Refusal(400, "ExpiredTokenException"));
  AwsRole role;
  role.arn = kRoleArn;
  const auto source = *WebIdentityRole::Make(SecretSource::FromFile(file), role, kEndpoint);
  const auto refused = source->Fetch(fixture.store, fixture.call);
  REQUIRE(!refused);
  CHECK(refused.error().kind() == ErrorKind::kAuth);
  CHECK(refused.error().message() ==
        "assume " + kRoleArn + " by the token of " + file + ": HTTP 400 ExpiredTokenException");
  CHECK(fixture.http.sent().size() == 2);
}

TEST_CASE("roles are kept apart by everything that they depend on", "[aws_sts]") {
  const auto key = [](AwsRole role) { return Assumed(std::move(role))->Key(); };
  AwsRole role;
  const std::string plain = key(role);
  CHECK(plain == key(role));
  CHECK(!Contains(plain, "CANARY"));
  role.external_id = "CANARYid";
  CHECK(key(role) != plain);
  CHECK(!Contains(key(role), "CANARY"));
  role = {};
  role.session_name = "other";
  CHECK(key(role) != plain);
  role = {};
  role.duration = 900s;
  CHECK(key(role) != plain);
  CHECK(Assumed({}, std::make_shared<const NoAwsCredentials>())->Key() != plain);
}

struct RoleCase {
  AwsRole role;
  std::string_view message;
};

TEST_CASE("a role that STS would refuse is refused at start", "[aws_sts]") {
  const auto& c = GENERATE(values<RoleCase>({
      {{"", "ab", "", {}}, "is not an ARN"},
      {{"exporter", "ab", "", {}}, "is not an ARN"},
      {{"arn:aws:iam::123456789012:user/x", "ab", "", {}}, "is not an ARN"},
      {{"arn:aws:sts::123456789012:role/x", "ab", "", {}}, "is not an ARN"},
      {{"arn:aws:iam::123456789012:role/x\n", "ab", "", {}}, "is not an ARN"},
      {{kRoleArn, "a", "", {}}, "session name"},
      {{kRoleArn, "a b", "", {}}, "session name"},
      {{kRoleArn, std::string(65, 'a'), "", {}}, "session name"},
      {{kRoleArn, "ab", "CANARY id", {}}, "external id"},
      {{kRoleArn, "ab", "", 899s}, "900 to 43200"},
      {{kRoleArn, "ab", "", 43201s}, "900 to 43200"},
  }));
  const auto checked = CheckAwsRole(c.role);
  REQUIRE(!checked);
  CHECK(checked.error().kind() == ErrorKind::kConfig);
  CHECK(Contains(checked.error().message(), c.message));
  CHECK(!Contains(checked.error().message(), "CANARY"));
  CHECK(CheckAwsRole({"arn:aws-us-gov:iam::1:role/a/b/c", "ab", "a:b/c", 900s}));
}

TEST_CASE("an answer that lacks something is refused", "[aws_sts]") {
  const std::string whole = Success("AssumeRole");
  REQUIRE(ReadStsAnswer(whole, "AssumeRole"));
  CHECK(!ReadStsAnswer(whole, "AssumeRoleWithWebIdentity"));
  CHECK(!ReadStsAnswer("{}", "AssumeRole"));
  for (const std::string name : {"AccessKeyId", "SecretAccessKey", "Expiration"}) {
    CAPTURE(name);
    std::string without = whole;
    without.replace(without.find("<" + name), name.size() + 1, "<x><" + name);
    without.replace(without.find("</" + name + ">"), name.size() + 3, "</" + name + "></x>");
    const auto read = ReadStsAnswer(without, "AssumeRole");
    REQUIRE(!read);
    CHECK(read.error().kind() == ErrorKind::kProtocol);
    CHECK(!Contains(read.error().message(), "CANARY"));
  }
}

}  // namespace
}  // namespace session_exporter
