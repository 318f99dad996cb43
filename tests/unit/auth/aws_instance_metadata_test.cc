#include "auth/aws_instance_metadata.h"

#include <chrono>
#include <string>
#include <string_view>

#include "catch.h"
#include "unit/auth/aws_fixture.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;
using test::AnswerOf;
using test::Contains;
using test::EnvironmentOf;
using test::HeaderOf;
using test::StoreFixture;
using test::Variables;

AwsSourcePointer SourceOf(const Variables& variables = {}) {
  const auto source = InstanceMetadata::FromEnvironment(EnvironmentOf(variables), nullptr);
  REQUIRE(source);
  REQUIRE(*source != nullptr);
  return *source;
}

std::string Document(std::string_view expiration) {
  return fmt::format(
      R"({{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"ASIA1","SecretAccessKey":"CANARY",)"
      R"("Token":"t","Expiration":"{}"}})",
      expiration);
}

void AnswerAll(FakeHttpClient& http, std::string_view expiration) {
  http.Answer(AnswerOf(200, "CANARYtoken=="));
  http.Answer(AnswerOf(200, "my role\n"));
  http.Answer(AnswerOf(200, Document(expiration)));
}

TEST_CASE("an instance is asked by version 2 only", "[aws_metadata]") {
  StoreFixture fixture;
  fixture.call.options = std::make_shared<const HttpOptions>();
  AnswerAll(fixture.http, "2023-11-14T23:13:20Z");
  const auto fetched = SourceOf()->Fetch(fixture.store, fixture.call);
  REQUIRE(fetched);
  CHECK(fetched->credentials.access_key_id == "ASIA1");
  CHECK(fetched->valid_for == 1h);
  REQUIRE(fixture.http.sent().size() == 3);
  const SentRequest& token = fixture.http.sent()[0];
  CHECK(token.request.method == HttpMethod::kPut);
  CHECK(token.request.url == "http://169.254.169.254/latest/api/token");
  CHECK(HeaderOf(token, "X-aws-ec2-metadata-token-ttl-seconds") == "21600");
  const SentRequest& list = fixture.http.sent()[1];
  CHECK(list.request.method == HttpMethod::kGet);
  CHECK(list.request.url == "http://169.254.169.254/latest/meta-data/iam/security-credentials/");
  CHECK(HeaderOf(list, "X-aws-ec2-metadata-token") == "CANARYtoken==");
  const SentRequest& role = fixture.http.sent()[2];
  CHECK(role.request.url ==
        "http://169.254.169.254/latest/meta-data/iam/security-credentials/my%20role");
  CHECK(HeaderOf(role, "X-aws-ec2-metadata-token") == "CANARYtoken==");
  for (const SentRequest& sent : fixture.http.sent()) {
    CHECK(sent.operation == "instance_metadata");
    CHECK(sent.options == nullptr);
    CHECK(sent.deadline <= Deadline::After(1s));
  }
}

TEST_CASE("expired credentials of an instance are used on", "[aws_metadata]") {
  StoreFixture fixture;
  AnswerAll(fixture.http, "2023-11-14T20:00:00Z");
  CHECK(SourceOf()->Fetch(fixture.store, fixture.call)->valid_for == 15min);
}

TEST_CASE("where no instance answers nothing is asked for minutes", "[aws_metadata]") {
  StoreFixture fixture;
  FakeAnswer nobody;
  nobody.head_error = Error(GENERATE(ErrorKind::kTimeout, ErrorKind::kConnect), "nobody");
  fixture.http.Answer(nobody);
  for (int i = 0; i < 3; ++i) {
    const auto none = fixture.store.Get(*SourceOf(), fixture.call);
    REQUIRE(!none);
    CHECK(none.error().kind() == ErrorKind::kAuth);
    CHECK(Contains(none.error().message(), "no AWS credentials: "));
    CHECK(fixture.http.sent().size() == 1);
  }
  fixture.clock.Advance(5min);
  CHECK(!fixture.store.Get(*SourceOf(), fixture.call));
  CHECK(fixture.http.sent().size() == 2);
}

TEST_CASE("an instance that answers at all is asked again next time", "[aws_metadata]") {
  StoreFixture fixture;
  const int status = GENERATE(503, 404, 403, 429);
  CAPTURE(status);
  FakeAnswer late;
  late.head_error = Error(ErrorKind::kTimeout, "late");
  fixture.http.Answer(AnswerOf(status, ""));
  fixture.http.Answer(AnswerOf(status, ""));
  fixture.http.Answer(late);
  AnswerAll(fixture.http, "2023-11-14T23:13:20Z");
  for (int i = 0; i < 2; ++i) {
    const auto failed = fixture.store.Get(*SourceOf(), fixture.call);
    REQUIRE(!failed);
    CHECK(Contains(failed.error().message(), fmt::format("(HTTP {})", status)));
  }
  CHECK(fixture.store.Get(*SourceOf(), fixture.call).error().kind() == ErrorKind::kTimeout);
  CHECK(fixture.store.Get(*SourceOf(), fixture.call));
}

TEST_CASE("what does not tell whether an instance is there is told as it is", "[aws_metadata]") {
  StoreFixture fixture;
  FakeAnswer broken;
  broken.head_error =
      Error(GENERATE(ErrorKind::kDns, ErrorKind::kTls, ErrorKind::kProtocol), "broken");
  fixture.http.Answer(broken);
  AnswerAll(fixture.http, "2023-11-14T23:13:20Z");
  const auto failed = fixture.store.Get(*SourceOf(), fixture.call);
  REQUIRE(!failed);
  CHECK(failed.error().kind() == broken.head_error->kind());
  CHECK(fixture.store.Get(*SourceOf(), fixture.call));
}

TEST_CASE("a caller in a hurry learns nothing of the instance", "[aws_metadata]") {
  StoreFixture fixture;
  FakeAnswer late;
  late.head_error = Error(ErrorKind::kTimeout, "late");
  fixture.http.Answer(late);
  AnswerAll(fixture.http, "2023-11-14T23:13:20Z");
  AwsCall hurried = fixture.call;
  hurried.deadline = Deadline::After(200ms);
  CHECK(SourceOf()->Fetch(fixture.store, hurried).error().kind() == ErrorKind::kTimeout);
  CHECK(SourceOf()->Fetch(fixture.store, fixture.call));
}

TEST_CASE("an instance that was there and is not tells what it is", "[aws_metadata]") {
  StoreFixture fixture;
  AnswerAll(fixture.http, "2023-11-14T23:13:20Z");
  REQUIRE(SourceOf()->Fetch(fixture.store, fixture.call));
  CHECK(SourceOf()->Fetch(fixture.store, fixture.call).error().kind() == ErrorKind::kConnect);
  CHECK(fixture.http.sent().size() == 4);
  CHECK(SourceOf()->Fetch(fixture.store, fixture.call).error().kind() == ErrorKind::kConnect);
  CHECK(fixture.http.sent().size() == 5);
}

struct AnswerCase {
  std::vector<FakeAnswer> answers;
  ErrorKind kind;
  std::string_view message;
};

TEST_CASE("an instance that gives none is an error of its kind", "[aws_metadata]") {
  const FakeAnswer token = AnswerOf(200, "CANARYtoken");
  const FakeAnswer list = AnswerOf(200, "role");
  const auto& c = GENERATE_REF(values<AnswerCase>({
      {{AnswerOf(403, "CANARY")}, ErrorKind::kAuth, "no token is given (HTTP 403)"},
      {{AnswerOf(404, "")}, ErrorKind::kAuth, "no token is given (HTTP 404)"},
      {{AnswerOf(503, "CANARY")}, ErrorKind::kHttp, "no token is given (HTTP 503)"},
      {{AnswerOf(429, "")}, ErrorKind::kRateLimited, "no token is given (HTTP 429)"},
      {{AnswerOf(200, "")}, ErrorKind::kAuth, "the token is none"},
      {{AnswerOf(200, "CANARY\r\nX: y")}, ErrorKind::kAuth, "the token is none"},
      {{token, AnswerOf(404, "CANARY")}, ErrorKind::kAuth, "the instance has no IAM role"},
      {{token, AnswerOf(200, "")}, ErrorKind::kAuth, "the instance has no IAM role"},
      {{token, AnswerOf(500, "")}, ErrorKind::kHttp, "HTTP 500"},
      {{token, list, AnswerOf(200, R"({"Code":"Failed","Message":"CANARY"})")},
       ErrorKind::kAuth,
       "there are none: Failed"},
      {{token, list, AnswerOf(200, "CANARY")}, ErrorKind::kProtocol, "JSON"},
      {{token, list, AnswerOf(401, "CANARY")}, ErrorKind::kAuth, "HTTP 401"},
  }));
  CAPTURE(c.message);
  StoreFixture fixture;
  for (const FakeAnswer& answer : c.answers) fixture.http.Answer(answer);
  const auto failed = SourceOf()->Fetch(fixture.store, fixture.call);
  REQUIRE(!failed);
  CHECK(failed.error().kind() == c.kind);
  CHECK(failed.error().message().starts_with("instance metadata: "));
  CHECK(Contains(failed.error().message(), c.message));
  CHECK(!Contains(failed.error().message(), "CANARY"));
}

struct EndpointCase {
  Variables variables;
  std::string_view key;
};

TEST_CASE("where the metadata is can be configured", "[aws_metadata]") {
  const auto& c = GENERATE(values<EndpointCase>({
      {{}, "instance metadata of http://169.254.169.254/"},
      {{{"AWS_EC2_METADATA_DISABLED", "false"}}, "instance metadata of http://169.254.169.254/"},
      {{{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6"}},
       "instance metadata of http://[fd00:ec2::254]/"},
      {{{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1338/"},
        {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6"}},
       "instance metadata of http://127.0.0.1:1338/"},
  }));
  CHECK(SourceOf(c.variables)->Key() == c.key);
}

TEST_CASE("the profile says where the metadata is when the environment does not",
          "[aws_metadata]") {
  AwsProfile profile;
  profile.settings["ec2_metadata_service_endpoint"] = {Secret("http://[::1]:1"), "/c:1"};
  CHECK((*InstanceMetadata::FromEnvironment(EnvironmentOf({}), &profile))->Key() ==
        "instance metadata of http://[::1]:1/");
}

TEST_CASE("the metadata can be turned off", "[aws_metadata]") {
  const auto source = InstanceMetadata::FromEnvironment(
      EnvironmentOf({{"AWS_EC2_METADATA_DISABLED", "True"}}), nullptr);
  REQUIRE(source);
  CHECK(*source == nullptr);
}

TEST_CASE("a place that is none is refused at start", "[aws_metadata]") {
  const auto refused = [](const Variables& variables) {
    return InstanceMetadata::FromEnvironment(EnvironmentOf(variables), nullptr).error();
  };
  CHECK(refused({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "nowhere"}}).kind() == ErrorKind::kConfig);
  CHECK(Contains(refused({{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "5"}}).message(),
                 "neither IPv4 nor IPv6"));
}

}  // namespace
}  // namespace session_exporter
