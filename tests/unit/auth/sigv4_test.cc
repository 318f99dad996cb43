#include "auth/sigv4.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/timestamp.h"
#include "catch.h"

namespace session_exporter {
namespace {

const AwsScope kScope{"us-east-1", "ssm"};

AwsCredentials Credentials(std::string token = "") {
  return {"AKIDEXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
          Secret(std::move(token)), ""};
}

HttpRequest DescribeSessions() {
  HttpRequest request;
  request.method = HttpMethod::kPost;
  request.url = "https://ssm.us-east-1.amazonaws.com/";
  request.headers.emplace_back("Content-Type", Secret("application/x-amz-json-1.1"));
  request.headers.emplace_back("X-Amz-Target", Secret("AmazonSSM.DescribeSessions"));
  request.body = Secret(R"({"State":"Active","MaxResults":50})");
  return request;
}

Timestamp At(std::string_view text) { return *ParseTimestamp(text); }

// The only header of that name.
std::string Header(const HttpRequest& request, std::string_view name) {
  std::string found;
  int count = 0;
  for (const auto& [header, value] : request.headers) {
    if (header != name) continue;
    found = value.Reveal();
    ++count;
  }
  CAPTURE(name);
  CHECK(count == 1);
  return found;
}

TEST_CASE("DescribeSessions is signed as by botocore", "[sigv4]") {
  // botocore 1.29.27, SigV4Auth with its clock at this time.
  HttpRequest request = DescribeSessions();
  REQUIRE(SignAwsRequest(request, Credentials(), kScope, At("2015-08-30T12:36:00Z")));
  CHECK(Header(request, "Authorization") ==
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/ssm/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
        "Signature=cd3fcc3608828f132ac751ead3fe81c9b1b588d7fd745cf75a162459403016f5");
  CHECK(Header(request, "X-Amz-Date") == "20150830T123600Z");
  CHECK(Header(request, "Host") == "ssm.us-east-1.amazonaws.com");
}

TEST_CASE("a request that is signed again is as if signed once", "[sigv4]") {
  HttpRequest again = DescribeSessions();
  REQUIRE(SignAwsRequest(again, Credentials("token"), {"eu-west-1", "sts"},
                         At("2026-01-01T00:00:00Z")));
  CHECK(Header(again, "X-Amz-Security-Token") == "token");
  REQUIRE(SignAwsRequest(again, Credentials(), kScope, At("2015-08-30T12:36:00Z")));
  HttpRequest once = DescribeSessions();
  REQUIRE(SignAwsRequest(once, Credentials(), kScope, At("2015-08-30T12:36:00Z")));
  CHECK(again.headers.size() == once.headers.size());
  CHECK(Header(again, "Authorization") == Header(once, "Authorization"));
}

TEST_CASE("the time is UTC, fractions cut", "[sigv4]") {
  HttpRequest request = DescribeSessions();
  REQUIRE(SignAwsRequest(request, Credentials(), kScope, At("2024-02-29T23:59:59.999999Z")));
  CHECK(Header(request, "X-Amz-Date") == "20240229T235959Z");
  CHECK(Header(request, "Authorization").find("/20240229/us-east-1/") != std::string::npos);
}

struct HostCase {
  std::string url;
  std::string host;
};

TEST_CASE("the signed host is the one that is sent", "[sigv4]") {
  const auto& c = GENERATE(values<HostCase>({
      {"http://127.0.0.1:8902/", "127.0.0.1:8902"},
      {"http://[::1]:8902", "[::1]:8902"},
      {"https://vpce-1.ssm.eu-west-1.vpce.amazonaws.com",
       "vpce-1.ssm.eu-west-1.vpce.amazonaws.com"},
  }));
  HttpRequest request = DescribeSessions();
  request.url = c.url;
  REQUIRE(SignAwsRequest(request, Credentials(), kScope, At("2015-08-30T12:36:00Z")));
  CHECK(Header(request, "Host") == c.host);
  CHECK(AwsCanonicalRequest(request)->find("\nhost:" + c.host + "\n") != std::string::npos);
}

TEST_CASE("headers that may change on the way are not signed", "[sigv4]") {
  HttpRequest request = DescribeSessions();
  for (const std::string name : {"User-Agent", "Expect", "Connection", "Accept-Encoding",
                                 "amz-sdk-request", "X-Amzn-Trace-Id"}) {
    request.headers.emplace_back(name, Secret("x"));
  }
  REQUIRE(SignAwsRequest(request, Credentials(), kScope, At("2015-08-30T12:36:00Z")));
  CHECK(Header(request, "User-Agent") == "x");
  CHECK(Header(request, "Authorization")
            .find("SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=cd3fcc") !=
        std::string::npos);
}

struct QueryCase {
  std::string query;
  std::string canonical;
};

TEST_CASE("a query is signed in one form, however it is written", "[sigv4]") {
  const auto& c = GENERATE(values<QueryCase>({
      {"", ""},
      {"?", ""},
      {"?a", "a="},
      {"?a=", "a="},
      {"?b=2&a=1&a=0", "a=0&a=1&b=2"},
      {"?a=%7e%2f%20+", "a=~%2F%20%2B"},
      {"?a=%zz%4", "a=%25zz%254"},
      {"?a=b=c#d", "a=b%3Dc"},
      {"?&a=1&&", "a=1"},
  }));
  CAPTURE(c.query);
  HttpRequest request;
  request.url = "https://example.com/" + c.query;
  CHECK(AwsCanonicalRequest(request)->starts_with("GET\n/\n" + c.canonical + "\n\n"));
}

TEST_CASE("what cannot be sent is not signed", "[sigv4]") {
  HttpRequest request = DescribeSessions();
  request.url = GENERATE(as<std::string>(), "", "example.com", "ftp://example.com/",
                         "https://CANARY@example.com/a b/");
  const auto signed_request =
      SignAwsRequest(request, Credentials(), kScope, At("2015-08-30T12:36:00Z"));
  REQUIRE(!signed_request);
  CHECK(signed_request.error().kind() == ErrorKind::kConfig);
  CHECK(signed_request.error().message().find("CANARY") == std::string::npos);
  CHECK(request.headers.size() == 2);
}

}  // namespace
}  // namespace session_exporter
