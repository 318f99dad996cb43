// The cases are AWS's own ("AWS Signature Version 4 test suite", as botocore and aws-c-auth carry
// it), and two that botocore's signer made for DescribeSessions.
#include "simulator/aws_signature.h"

#include <string>
#include <vector>

#include "catch.h"

namespace simulator {
namespace {

constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const std::string kToken =
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfI"
    "eoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0"
    "wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDry"
    "pNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";

struct Case {
  const char* name;
  std::string method, target;
  Headers headers;  // Host and X-Amz-Date beside these, where they are signed
  std::string body;
  std::vector<std::string> signed_headers;
  std::string signature;
  std::string service = "service";
  std::string host = "example.amazonaws.com";
};

std::string SignatureOf(const Case& row) {
  const std::string time = "20150830T123600Z";
  Request request;
  request.method = row.method;
  request.target = row.target;
  const std::size_t question = row.target.find('?');
  if (question != std::string::npos) request.query = row.target.substr(question + 1);
  request.headers = row.headers;
  request.headers.emplace_back("Host", row.host);
  request.headers.emplace_back("X-Amz-Date", time);
  request.body = row.body;
  const SigningScope scope{"20150830", "us-east-1", row.service};
  return Signature(kSecret, scope,
                   StringToSign(time, scope, CanonicalRequest(request, row.signed_headers)));
}

}  // namespace

TEST_CASE("signatures are those of AWS's test suite", "[aws]") {
  const std::vector<std::string> plain{"host", "x-amz-date"};
  const std::string vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
  const std::string unreserved =
      "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const std::vector<Case> rows{
      {"get-vanilla", "GET", "/", {}, "", plain, vanilla},
      {"get-relative-relative", "GET", "/example1/example2/../..", {}, "", plain, vanilla},
      {"post-x-www-form-urlencoded-parameters",
       "POST",
       "/",
       {{"Content-Type", "application/x-www-form-urlencoded; charset=utf8"}},
       "Param1=value1",
       {"content-type", "host", "x-amz-date"},
       "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"},
      {"post-sts-header-before",
       "POST",
       "/",
       {{"X-Amz-Security-Token", kToken}},
       "",
       {"host", "x-amz-date", "x-amz-security-token"},
       "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"},
      {"post-sts-header-after",
       "POST",
       "/",
       {{"X-Amz-Security-Token", kToken}},
       "",
       plain,
       "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
      {"get-header-key-duplicate",
       "GET",
       "/",
       {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}},
       "",
       {"host", "my-header1", "x-amz-date"},
       "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
      {"get-header-value-trim",
       "GET",
       "/",
       {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
       "",
       {"host", "my-header1", "my-header2", "x-amz-date"},
       "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
      {"get-vanilla-query-order-encoded",
       "GET",
       "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
       {},
       "",
       plain,
       "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"},
      {"get-vanilla-query-unreserved",
       "GET",
       "/?" + unreserved + "=" + unreserved,
       {},
       "",
       plain,
       "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
      {"get-vanilla-utf8-query",
       "GET",
       "/?\xE1\x88\xB4=bar",
       {},
       "",
       plain,
       "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
      {"get-utf8",
       "GET",
       "/\xE1\x88\xB4",
       {},
       "",
       plain,
       "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
      {"get-space",
       "GET",
       "/example space/",
       {},
       "",
       plain,
       "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
      {"get-slashes",
       "GET",
       "//example//",
       {},
       "",
       plain,
       "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
      {"DescribeSessions",
       "POST",
       "/",
       {{"Content-Type", "application/x-amz-json-1.1"},
        {"X-Amz-Target", "AmazonSSM.DescribeSessions"}},
       R"({"State":"Active","MaxResults":50})",
       {"content-type", "host", "x-amz-date", "x-amz-target"},
       "cd3fcc3608828f132ac751ead3fe81c9b1b588d7fd745cf75a162459403016f5",
       "ssm",
       "ssm.us-east-1.amazonaws.com"},
      {"DescribeSessions with a token",
       "POST",
       "/",
       {{"Content-Type", "application/x-amz-json-1.1"},
        {"X-Amz-Security-Token", kToken},
        {"X-Amz-Target", "AmazonSSM.DescribeSessions"}},
       R"({"State":"Active","MaxResults":50})",
       {"content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target"},
       "dc1a582513d1e93e5701b0f4c5ea16aaffc00a22aefabfb1904bbeb8030c1323",
       "ssm",
       "ssm.us-east-1.amazonaws.com"},
  };
  for (const Case& row : rows) {
    INFO(row.name);
    CHECK(SignatureOf(row) == row.signature);
  }
}

TEST_CASE("the canonical request and the string to sign are those of the test suite", "[aws]") {
  Request request;
  request.method = "GET";
  request.target = "/";
  request.headers = {{"Host", "example.amazonaws.com"}, {"X-Amz-Date", "20150830T123600Z"}};
  const std::string canonical = CanonicalRequest(request, {"host", "x-amz-date"});
  CHECK(canonical ==
        "GET\n/\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(StringToSign("20150830T123600Z", {"20150830", "us-east-1", "service"}, canonical) ==
        "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/service/aws4_request\n"
        "bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63");
}

TEST_CASE("a path that is sent encoded is encoded again", "[aws]") {
  Request request;
  request.method = "POST";
  request.target = "/fault/aws_message=a%20b,throttle/";
  CHECK(CanonicalRequest(request, {})
            .starts_with("POST\n/fault/aws_message%3Da%2520b%2Cthrottle/\n\n"));
}

TEST_CASE("an Authorization header is read, and what it lacks is named", "[aws]") {
  std::string error;
  const auto parsed = ParseAuthorization(
      "AWS4-HMAC-SHA256 Credential=AKID/20150830/eu-west-1/ssm/aws4_request,SignedHeaders=a;b, "
      "Signature=c0de",
      &error);
  REQUIRE(parsed);
  CHECK(parsed->key_id == "AKID");
  CHECK(parsed->scope.date == "20150830");
  CHECK(parsed->scope.region == "eu-west-1");
  CHECK(parsed->scope.service == "ssm");
  CHECK(parsed->signed_headers == std::vector<std::string>{"a", "b"});
  CHECK(parsed->signature == "c0de");

  CHECK_FALSE(ParseAuthorization("Basic eDp5", &error));
  CHECK(error == "Unsupported AWS 'algorithm': 'Basic'");
  CHECK_FALSE(ParseAuthorization("AWS4-HMAC-SHA256 Signature=1", &error));
  CHECK(error ==
        "Authorization header requires 'Credential' parameter. Authorization header requires "
        "'SignedHeaders' parameter. ");
  CHECK_FALSE(ParseAuthorization(
      "AWS4-HMAC-SHA256 Credential=AKID/ssm, SignedHeaders=a, Signature=1", &error));
  CHECK(error.starts_with("Credential must have exactly 5 slash-delimited elements"));
}

}  // namespace simulator
