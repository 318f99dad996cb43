#include "auth/http_signature.h"

#include <string>
#include <string_view>

#include "base/timestamp.h"
#include "catch.h"
#include "unit/auth/keys.h"

namespace session_exporter {
namespace {

using test::Fixture;
using test::Verifies;

constexpr std::string_view kKeyId =
    "5f0000000000000000000001/5f0000000000000000000002/5f0000000000000000000003";
constexpr std::string_view kDate = "Thu, 20 Aug 2026 08:00:00 GMT";

// What string_to_sign.txt was made from.
HttpRequest ExampleRequest() {
  HttpRequest request;
  request.url =
      "https://intersight.com/api/v1/iam/Sessions"
      "?$inlinecount=allpages&$orderby=Moid&$skip=0&$top=1000";
  request.headers.emplace_back("Content-Type", Secret("application/json"));
  return request;
}

// Headers by name; a second one of a name would be a mistake.
std::string Header(const HttpRequest& request, std::string_view name) {
  std::string found;
  int count = 0;
  for (const auto& [header, value] : request.headers) {
    if (header != name) continue;
    found = value.Reveal();
    ++count;
  }
  CHECK(count == 1);
  return found;
}

std::string SignatureIn(const std::string& authorization) {
  const std::string_view name = "signature=\"";
  const std::size_t at = authorization.find(name) + name.size();
  return authorization.substr(at, authorization.find('"', at) - at);
}

PrivateKey Key(std::string_view file) { return *PrivateKey::Parse(Fixture(file)); }

TEST_CASE("the text to sign is the one that Intersight's clients sign", "[http_signature]") {
  CHECK(*HttpSignatureText(ExampleRequest(), kDate) == Fixture("intersight/string_to_sign.txt"));
}

TEST_CASE("an RSA key signs as OpenSSL's command and other clients do", "[http_signature]") {
  HttpRequest request = ExampleRequest();
  REQUIRE(SignHttpRequest(request, kKeyId, Key("intersight/v2_rsa.pem"), *ParseHttpDate(kDate)));
  // openssl dgst -sha256 -sign v2_rsa.pem string_to_sign.txt | base64 -w0
  CHECK(
      Header(request, "Authorization") ==
      "Signature "
      "keyId=\"5f0000000000000000000001/5f0000000000000000000002/5f0000000000000000000003\","
      "algorithm=\"rsa-sha256\","
      "headers=\"(request-target) date host content-type digest\","
      "signature=\"MPjPzEnzXxMHI4v3Q89eR/4ov71nBUZPNZ/ZoxILu6HeDq0SBXuc82KkyKfJbynwbFr9q2qoEZMWHBI"
      "FtpJSiKCUdfPrk5TD4ynt5ARqF1VhKii54WF/5ei11NTX7l0IBD3kyrMt5FIttTplg+L9qeckESHzgADIsYPRv+kilO"
      "V0AO6p83nrrtDGL8rX5urweBKFVxga2bnupb/m4bIzAjcnffb0Jeml321danDeRw3QHN7p6oxTWLXsOnZLJ/E5xj8AE"
      "NBsMwNKt0QxO0PxhWlsUu16LUKN02hxywe6nI9uqheYF00K83mmkx1Uuwc8w8Cz5HMi9Osf+4oZJjDRTg==\"");
  CHECK(Header(request, "Date") == kDate);
  CHECK(Header(request, "Host") == "intersight.com");
  CHECK(Header(request, "Digest") == "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

TEST_CASE("an EC key signs the same text, in DER", "[http_signature]") {
  HttpRequest request = ExampleRequest();
  const auto file = GENERATE(as<std::string_view>{}, "intersight/v3_ec_mislabelled.pem",
                             "intersight/v3_ec_pkcs8.pem");
  REQUIRE(SignHttpRequest(request, kKeyId, Key(file), *ParseHttpDate(kDate)));
  const std::string authorization = Header(request, "Authorization");
  CHECK(authorization.find("algorithm=\"hs2019\"") != std::string::npos);
  CHECK(Verifies(Fixture("keys/ec_public.pem"), Fixture("intersight/string_to_sign.txt"),
                 SignatureIn(authorization)));
}

struct TargetCase {
  std::string_view url;
  std::string_view target;
  std::string_view host;
};

TEST_CASE("what is signed is what is sent: target and host byte for byte", "[http_signature]") {
  const auto& c = GENERATE(values<TargetCase>({
      {"https://intersight.com/a/B?x=%20y&z='q'", "get /a/B?x=%20y&z='q'", "intersight.com"},
      {"https://intersight.com:443/a", "get /a", "intersight.com:443"},
      {"http://127.0.0.1:8080/fault/gzip/api/v1/x", "get /fault/gzip/api/v1/x", "127.0.0.1:8080"},
      {"https://[::1]:8443/a/../b", "get /a/../b", "[::1]:8443"},
      {"https://appliance.example", "get /", "appliance.example"},
      {"https://appliance.example?a=b", "get /?a=b", "appliance.example"},
  }));
  CAPTURE(c.url);
  HttpRequest request = ExampleRequest();
  request.url = c.url;
  const auto text = HttpSignatureText(request, kDate);
  REQUIRE(text);
  CHECK(text->starts_with("(request-target): " + std::string(c.target) + "\ndate: "));
  CHECK(text->find("\nhost: " + std::string(c.host) + "\n") != std::string::npos);
  REQUIRE(SignHttpRequest(request, kKeyId, Key("intersight/v2_rsa.pem"), *ParseHttpDate(kDate)));
  CHECK(Header(request, "Host") == c.host);
}

TEST_CASE("a body is part of what is signed", "[http_signature]") {
  HttpRequest request = ExampleRequest();
  request.method = HttpMethod::kPost;
  request.body = Secret("{\"Enabled\": false}");
  const auto text = HttpSignatureText(request, kDate);
  REQUIRE(text);
  CHECK(text->starts_with("(request-target): post /api"));
  // printf '%s' '{"Enabled": false}' | openssl dgst -sha256 -binary | base64
  CHECK(text->ends_with("digest: SHA-256=Bzjzvy6urg1NJwfPKkZD1hRAMnyZdcKg9HLATHU/ULc="));
}

TEST_CASE("a URL that is none cannot be signed", "[http_signature]") {
  HttpRequest request = ExampleRequest();
  request.url = "intersight.com";
  const auto signed_request =
      SignHttpRequest(request, kKeyId, Key("intersight/v2_rsa.pem"), *ParseHttpDate(kDate));
  REQUIRE(!signed_request);
  CHECK(signed_request.error().kind() == ErrorKind::kConfig);
}

}  // namespace
}  // namespace session_exporter
