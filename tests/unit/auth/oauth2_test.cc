#include "auth/oauth2.h"

#include <chrono>
#include <string>
#include <string_view>

#include "catch.h"
#include "fakes/fake_http_client.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;

const OAuth2Client kClient{"https://intersight.com/iam/token", "client id&more",
                           Secret("CANARY+secret/=")};

Result<AccessTokens::Fetched> Fetch(FakeHttpClient& http) {
  return FetchAccessToken(http, kClient,
                          {"fetch_token", Deadline::After(1s), nullptr, 100'000, nullptr});
}

Result<AccessTokens::Fetched> FetchAnswered(int status, std::string body) {
  FakeHttpClient http;
  FakeAnswer answer;
  answer.head.status = status;
  answer.body = std::move(body);
  http.Answer(std::move(answer));
  return Fetch(http);
}

TEST_CASE("a token is asked for with id and secret in a form", "[oauth2]") {
  FakeHttpClient http;
  FakeAnswer answer;
  answer.head.status = 200;
  answer.body = R"({"access_token":"eyJ.x.y","expires_in":600,"token_type":"Bearer"})";
  http.Answer(answer);
  const auto token = Fetch(http);
  REQUIRE(token);
  CHECK(token->credentials.Reveal() == "eyJ.x.y");
  CHECK(token->valid_for == 600s);
  REQUIRE(http.sent().size() == 1);
  const SentRequest& sent = http.sent().front();
  CHECK(sent.operation == "fetch_token");
  CHECK(sent.request.method == HttpMethod::kPost);
  CHECK(sent.request.url == "https://intersight.com/iam/token");
  CHECK(sent.request.body.Reveal() ==
        "grant_type=client_credentials&client_id=client%20id%26more&"
        "client_secret=CANARY%2Bsecret%2F%3D");
  CHECK(sent.request.headers.front().first == "Content-Type");
  CHECK(sent.request.headers.front().second.Reveal() == "application/x-www-form-urlencoded");
}

struct LifetimeCase {
  std::string_view expires_in;
  std::chrono::milliseconds lifetime;
};

TEST_CASE("a token lives as long as the service says, within reason", "[oauth2]") {
  const auto& c = GENERATE(values<LifetimeCase>({
      {",\"expires_in\":600", 10min},
      {",\"expires_in\":0.5", 500ms},
      {",\"expires_in\":31536000", 24h},
      {",\"expires_in\":1e300", 24h},
      {",\"expires_in\":-5", 0ms},
      {",\"expires_in\":\"600\"", 1min},
      {",\"expires_in\":null", 1min},
      {"", 1min},
  }));
  CAPTURE(c.expires_in);
  const auto token =
      FetchAnswered(200, "{\"access_token\":\"t\"" + std::string(c.expires_in) + "}");
  REQUIRE(token);
  CHECK(token->valid_for == c.lifetime);
}

struct ErrorCase {
  int status;
  std::string_view body;
  ErrorKind kind;
  std::string_view message;
};

TEST_CASE("an answer without a token is an error of its kind", "[oauth2]") {
  const auto& c = GENERATE(values<ErrorCase>({
      {400, R"({"error":"invalid_client"})", ErrorKind::kAuth, "invalid_client"},
      {400, R"({"error":"unauthorized_client"})", ErrorKind::kAuth, "oauth2.client_id"},
      {400, R"({"error":"invalid_request"})", ErrorKind::kHttp, "HTTP 400 invalid_request"},
      {401, "", ErrorKind::kAuth, "HTTP 401"},
      {401, "<html>", ErrorKind::kAuth, "HTTP 401"},
      {403, "{}", ErrorKind::kPermission, "HTTP 403"},
      {404, "{}", ErrorKind::kHttp, "HTTP 404"},
      {429, "{}", ErrorKind::kRateLimited, "HTTP 429"},
      {302, "", ErrorKind::kHttp, "HTTP 302"},
      {500, R"({"error":7})", ErrorKind::kHttp, "HTTP 500"},
      {500, R"({"error":"CANARY+secret/="})", ErrorKind::kHttp, "HTTP 500"},
      {500, R"({"error":"secret"})", ErrorKind::kHttp, "HTTP 500"},
      {200, "", ErrorKind::kProtocol, ""},
      {200, "<html>", ErrorKind::kProtocol, ""},
      {200, "{}", ErrorKind::kProtocol, "access_token"},
      {200, R"({"access_token":null})", ErrorKind::kProtocol, "access_token"},
      {200, R"({"access_token":""})", ErrorKind::kProtocol, "access_token"},
      {200, R"({"access_token":"a\r\nX: y"})", ErrorKind::kProtocol, "access_token"},
      {200, R"({"access_token":"a)", ErrorKind::kProtocol, ""},
  }));
  CAPTURE(c.status, c.body);
  const auto token = FetchAnswered(c.status, std::string(c.body));
  REQUIRE(!token);
  CHECK(token.error().kind() == c.kind);
  CHECK(token.error().message().find(c.message) != std::string::npos);
  CHECK(token.error().message().find("CANARY") == std::string::npos);
  CHECK(token.error().message().find("500 secret") == std::string::npos);
}

TEST_CASE("a transport's error is passed on", "[oauth2]") {
  FakeHttpClient http;
  FakeAnswer answer;
  answer.head_error = Error(ErrorKind::kTls, "certificate");
  http.Answer(answer);
  CHECK(Fetch(http).error().kind() == ErrorKind::kTls);
}

TEST_CASE("tokens are kept apart by everything that they depend on", "[oauth2]") {
  const std::string key = CacheKeyOf(kClient);
  CHECK(key.find("CANARY") == std::string::npos);
  CHECK(CacheKeyOf(kClient) == key);
  CHECK(CacheKeyOf({"https://other/iam/token", kClient.client_id, kClient.client_secret}) != key);
  CHECK(CacheKeyOf({kClient.token_url, "other", kClient.client_secret}) != key);
  CHECK(CacheKeyOf({kClient.token_url, kClient.client_id, Secret("rotated")}) != key);
}

}  // namespace
}  // namespace session_exporter
