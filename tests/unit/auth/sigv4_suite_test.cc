// AWS's public test suite for Signature Version 4, as its SDKs carry it (aws-signing-test-suite/v4
// in awslabs/aws-c-auth and in the crate aws-sigv4; botocore's tests/unit/auth/aws4_testsuite):
// requests, and the signatures of their header form.
//
// Left out: the cases that sign a path as it stands, which is how S3 does it; a folded header and a
// blank in a URL, which cannot be sent.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/sigv4.h"
#include "base/timestamp.h"
#include "catch.h"

namespace session_exporter {
namespace {

constexpr std::string_view kUnreserved =
    "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kStsToken =
    "AQoDYXdzEPT//////////"
    "wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIe"
    "oIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/"
    "kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNV"
    "XA"
    "kiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+"
    "scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";

struct SuiteCase {
  std::string_view name;
  HttpMethod method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string signed_headers;
  std::string signature;
  std::string_view token = "";
};

std::vector<SuiteCase> GetCases() {
  constexpr HttpMethod kGet = HttpMethod::kGet;
  const std::string names = "host;x-amz-date";
  const std::string all(kUnreserved);
  return {
      {"get-header-key-duplicate",
       kGet,
       "/",
       {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}},
       "",
       "host;my-header1;x-amz-date",
       "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
      {"get-header-value-order",
       kGet,
       "/",
       {{"My-Header1", "value4"},
        {"My-Header1", "value1"},
        {"My-Header1", "value3"},
        {"My-Header1", "value2"}},
       "",
       "host;my-header1;x-amz-date",
       "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
      {"get-header-value-trim",
       kGet,
       "/",
       {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
       "",
       "host;my-header1;my-header2;x-amz-date",
       "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
      {"get-relative-normalized",
       kGet,
       "/example/..",
       {},
       "",
       names,
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-relative-relative-normalized",
       kGet,
       "/example1/example2/../..",
       {},
       "",
       names,
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-slash-dot-slash-normalized",
       kGet,
       "/./",
       {},
       "",
       names,
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-slash-normalized",
       kGet,
       "//",
       {},
       "",
       names,
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-slash-pointless-dot-normalized",
       kGet,
       "/./example",
       {},
       "",
       names,
       "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"},
      {"get-slashes-normalized",
       kGet,
       "//example//",
       {},
       "",
       names,
       "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
      {"get-unreserved",
       kGet,
       "/" + all,
       {},
       "",
       names,
       "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
      {"get-utf8",
       kGet,
       "/\u1234",
       {},
       "",
       names,
       "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
      {"get-vanilla",
       kGet,
       "/",
       {},
       "",
       names,
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-vanilla, without a path",
       kGet,
       "",
       {},
       "",
       names,
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-vanilla-empty-query-key",
       kGet,
       "/?Param1=value1",
       {},
       "",
       names,
       "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
      {"get-vanilla-query-order-encoded",
       kGet,
       "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
       {},
       "",
       names,
       "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"},
      {"get-vanilla-query-order-key-case",
       kGet,
       "/?Param2=value2&Param1=value1",
       {},
       "",
       names,
       "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
      {"get-vanilla-query-unreserved",
       kGet,
       "/?" + all + "=" + all,
       {},
       "",
       names,
       "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
      {"get-vanilla-utf8-query",
       kGet,
       "/?\u1234=bar",
       {},
       "",
       names,
       "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
      {"get-vanilla-with-session-token",
       kGet,
       "/",
       {},
       "",
       "host;x-amz-date;x-amz-security-token",
       "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8",
       "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"},
  };
}

// Those with a body sign its hash as x-amz-content-sha256 as well in one form of the suite (the
// one with a length), and not in the other, botocore's.
std::vector<SuiteCase> PostCases() {
  constexpr HttpMethod kPost = HttpMethod::kPost;
  const std::string names = "host;x-amz-date";
  const std::string form = "application/x-www-form-urlencoded";
  const std::string hash = "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e";
  return {
      {"post-header-key-sort",
       kPost,
       "/",
       {{"My-Header1", "value1"}},
       "",
       "host;my-header1;x-amz-date",
       "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
      {"post-header-value-case",
       kPost,
       "/",
       {{"My-Header1", "VALUE1"}},
       "",
       "host;my-header1;x-amz-date",
       "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
      {"post-sts-header-before",
       kPost,
       "/",
       {},
       "",
       "host;x-amz-date;x-amz-security-token",
       "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
       kStsToken},
      {"post-vanilla",
       kPost,
       "/",
       {},
       "",
       names,
       "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
      {"post-vanilla-query",
       kPost,
       "/?Param1=value1",
       {},
       "",
       names,
       "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
      {"post-x-www-form-urlencoded",
       kPost,
       "/",
       {{"Content-Type", form}, {"Content-Length", "13"}, {"X-Amz-Content-Sha256", hash}},
       "Param1=value1",
       "content-length;content-type;host;x-amz-content-sha256;x-amz-date",
       "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b"},
      {"post-x-www-form-urlencoded-parameters",
       kPost,
       "/",
       {{"Content-Type", form + "; charset=utf-8"},
        {"Content-Length", "13"},
        {"X-Amz-Content-Sha256", hash}},
       "Param1=value1",
       "content-length;content-type;host;x-amz-content-sha256;x-amz-date",
       "328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422"},
      {"post-x-www-form-urlencoded-parameters of botocore",
       kPost,
       "/",
       {{"Content-Type", form + "; charset=utf8"}},
       "Param1=value1",
       "content-type;host;x-amz-date",
       "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"},
  };
}

void Check(const SuiteCase& c) {
  CAPTURE(c.name);
  HttpRequest request;
  request.method = c.method;
  request.url = "https://example.amazonaws.com" + c.target;
  for (const auto& [name, value] : c.headers) request.headers.emplace_back(name, Secret(value));
  request.body = Secret(c.body);
  const AwsCredentials credentials{"AKIDEXAMPLE",
                                   Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
                                   Secret(std::string(c.token)), ""};
  REQUIRE(SignAwsRequest(request, credentials, {"us-east-1", "service"},
                         *ParseTimestamp("2015-08-30T12:36:00Z")));
  CAPTURE(*AwsCanonicalRequest(request));
  const auto& [name, value] = request.headers.back();
  CHECK(name == "Authorization");
  CHECK(value.Reveal() ==
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=" +
            c.signed_headers + ", Signature=" + c.signature);
}

TEST_CASE("requests are signed as in AWS's test suite", "[sigv4]") {
  for (const SuiteCase& c : GetCases()) Check(c);
  for (const SuiteCase& c : PostCases()) Check(c);
}

struct PathCase {
  std::string target;
  std::string canonical_path;
};

TEST_CASE("a path is encoded once more than it is sent", "[sigv4]") {
  // double-encode-path and double-url-encode of the crate's suite.
  const auto& c = GENERATE(values<PathCase>({
      {"/test/@connections/JBDvjfGEIAMCERw%3D", "/test/%40connections/JBDvjfGEIAMCERw%253D"},
      {"/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-west-2%3A892717189312%3Afunction%3Amy-rusty-"
       "fun/invocations",
       "/2015-03-31/functions/arn%253Aaws%253Alambda%253Aus-west-2%253A892717189312%253Afunction"
       "%253Amy-rusty-fun/invocations"},
  }));
  HttpRequest request;
  request.method = HttpMethod::kPost;
  request.url = "https://tj9n5r0m12.execute-api.us-east-1.amazonaws.com" + c.target;
  request.headers.emplace_back("Host", Secret("tj9n5r0m12.execute-api.us-east-1.amazonaws.com"));
  request.headers.emplace_back("X-amz-date", Secret("20210511T154045Z"));
  CHECK(*AwsCanonicalRequest(request) ==
        "POST\n" + c.canonical_path +
            "\n\n"
            "host:tj9n5r0m12.execute-api.us-east-1.amazonaws.com\n"
            "x-amz-date:20210511T154045Z\n\n"
            "host;x-amz-date\n"
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace session_exporter
