#include "auth/aws_container_credentials.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

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
using test::TemporaryFolder;
using test::Variables;

constexpr std::string_view kDocument =
    R"({"AccessKeyId":"ASIA1","SecretAccessKey":"s","Token":"t",)"
    R"("Expiration":"2023-11-14T23:13:20Z"})";

AwsSourcePointer SourceOf(const Variables& variables) {
  const auto source = ContainerCredentials::FromEnvironment(EnvironmentOf(variables));
  REQUIRE(source);
  REQUIRE(*source != nullptr);
  return *source;
}

TEST_CASE("outside a container there is no such source", "[aws_container]") {
  const auto source = ContainerCredentials::FromEnvironment(
      EnvironmentOf({{"AWS_CONTAINER_AUTHORIZATION_TOKEN", "t"}}));
  REQUIRE(source);
  CHECK(*source == nullptr);
}

TEST_CASE("the agent of ECS is asked by its address", "[aws_container]") {
  StoreFixture fixture;
  fixture.call.options = std::make_shared<const HttpOptions>();
  fixture.http.Answer(AnswerOf(200, std::string(kDocument)));
  const auto source = SourceOf({{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/x"},
                                {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost/other"}});
  const auto fetched = source->Fetch(fixture.store, fixture.call);
  REQUIRE(fetched);
  CHECK(fetched->credentials.session_token.Reveal() == "t");
  CHECK(fetched->valid_for == 1h);
  const SentRequest& sent = fixture.http.sent().front();
  CHECK(sent.request.url == "http://169.254.170.2/v2/credentials/x");
  CHECK(sent.request.method == HttpMethod::kGet);
  CHECK(sent.request.headers.size() == 1);
  CHECK(HeaderOf(sent, "Accept") == "application/json");
  CHECK(sent.operation == "container_credentials");
  CHECK(sent.options == nullptr);
  CHECK(sent.deadline <= Deadline::After(2s));
}

TEST_CASE("the agent of EKS is shown the token, read anew each time", "[aws_container]") {
  StoreFixture fixture;
  const TemporaryFolder folder;
  const Variables variables{
      {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"},
      {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", folder.Write("token", "first\n")},
      {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "unused"}};
  for (int i = 0; i < 2; ++i) fixture.http.Answer(AnswerOf(200, std::string(kDocument)));
  const auto source = SourceOf(variables);
  REQUIRE(source->Fetch(fixture.store, fixture.call));
  CHECK(HeaderOf(fixture.http.sent()[0], "Authorization") == "first");
  folder.Write("token", "second");
  REQUIRE(source->Fetch(fixture.store, fixture.call));
  CHECK(HeaderOf(fixture.http.sent()[1], "Authorization") == "second");
  folder.Write("token", "CANARY\r\nX: y");
  const auto broken = source->Fetch(fixture.store, fixture.call);
  REQUIRE(!broken);
  CHECK(broken.error().kind() == ErrorKind::kConfig);
  CHECK(!Contains(broken.error().message(), "CANARY"));
  CHECK(fixture.http.sent().size() == 2);
}

TEST_CASE("the token may be in the environment", "[aws_container]") {
  StoreFixture fixture;
  fixture.http.Answer(AnswerOf(200, std::string(kDocument)));
  const auto source = SourceOf({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "https://example.com/c"},
                                {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic CANARY"}});
  REQUIRE(source->Fetch(fixture.store, fixture.call));
  CHECK(HeaderOf(fixture.http.sent().front(), "Authorization") == "Basic CANARY");
  CHECK(!Contains(source->Key(), "CANARY"));
}

// Reports each request at once, as if it had ended.
class ReportingClient final : public HttpClient {
 public:
  std::unique_ptr<HttpExchange> Send(HttpRequest request, const RequestContext& context) override {
    RequestRecord record;
    record.operation = context.operation;
    record.url = request.url;
    context.observer->OnRequest(record);
    return answers.Send(std::move(request), context);
  }
  FakeHttpClient answers;
};

class UrlObserver final : public RequestObserver {
 public:
  void OnRequest(const RequestRecord& record) override { url = record.url; }
  std::string url;
};

TEST_CASE("a container's path, which is enough to get its credentials, is not reported",
          "[aws_container]") {
  ReportingClient http;
  const test::ManualClock clock;
  AwsCredentialStore store({http, clock, [] { return 0.0; }, [](std::chrono::milliseconds) {}});
  UrlObserver observer;
  const auto source = SourceOf({{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/CANARY"}});
  CHECK(!source->Fetch(store, {Deadline::After(1s), nullptr, &observer}));
  CHECK(observer.url == "http://169.254.170.2");
  CHECK(!source->Fetch(store, {Deadline::After(1s), nullptr, nullptr}));
}

TEST_CASE("plain http goes to this machine and its agents only", "[aws_container]") {
  for (const std::string host : {"127.0.0.1", "127.8.9.10", "localhost", "[::1]", "169.254.170.2",
                                 "169.254.170.23", "[fd00:ec2::23]"}) {
    CAPTURE(host);
    CHECK(IsCredentialHost(host));
  }
  for (const std::string host : {"", "example.com", "169.254.169.254", "127.0.0.1.example.com",
                                 "10.0.0.1", "[::2]", "127.1", "localhost.example.com"}) {
    CAPTURE(host);
    CHECK(!IsCredentialHost(host));
  }
}

struct BrokenCase {
  Variables variables;
  std::string_view message;
};

TEST_CASE("what would send a token astray is refused at start", "[aws_container]") {
  const auto& c = GENERATE(values<BrokenCase>({
      {{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/CANARY"}},
       "plain http is only for"},
      {{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost@example.com/CANARY"}},
       "plain http is only for"},
      {{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "CANARY"}}, "AWS_CONTAINER_CREDENTIALS_FULL_URI"},
      {{{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "@example.com/CANARY"}},
       "does not begin with a slash"},
      {{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost/"},
        {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "CANARY\nX: y"}},
       "holds a line break"},
  }));
  CAPTURE(c.message);
  const auto source = ContainerCredentials::FromEnvironment(EnvironmentOf(c.variables));
  REQUIRE(!source);
  CHECK(source.error().kind() == ErrorKind::kConfig);
  CHECK(Contains(source.error().message(), c.message));
  CHECK(!Contains(source.error().message(), "CANARY"));
}

struct AnswerCase {
  int status;
  std::string body;
  ErrorKind kind;
};

TEST_CASE("an agent that gives none is an error of its kind", "[aws_container]") {
  const auto& c = GENERATE(values<AnswerCase>({
      {400, R"({"code":"InvalidIdInRequest","message":"CANARY"})", ErrorKind::kAuth},
      {401, "", ErrorKind::kAuth},
      {403, R"({"code":"AccessDenied"})", ErrorKind::kAuth},
      {404, "CANARY", ErrorKind::kAuth},
      {429, "", ErrorKind::kRateLimited},
      {500, "CANARY", ErrorKind::kHttp},
      {200, "CANARY", ErrorKind::kProtocol},
      {200, "{}", ErrorKind::kProtocol},
  }));
  CAPTURE(c.status, c.body);
  StoreFixture fixture;
  fixture.http.Answer(AnswerOf(c.status, c.body));
  const auto failed =
      SourceOf({{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/CANARY"}})
          ->Fetch(fixture.store, fixture.call);
  REQUIRE(!failed);
  CHECK(failed.error().kind() == c.kind);
  CHECK(failed.error().message().starts_with("container credentials: "));
  CHECK(!Contains(failed.error().message(), "CANARY"));
}

TEST_CASE("a container's key tells its URLs apart without showing them", "[aws_container]") {
  const auto key = [](std::string path) {
    return SourceOf({{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", std::move(path)}})->Key();
  };
  CHECK(key("/CANARY") == key("/CANARY"));
  CHECK(key("/CANARY") != key("/other"));
  CHECK(!Contains(key("/CANARY"), "CANARY"));
}

}  // namespace
}  // namespace session_exporter
