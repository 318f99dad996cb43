#include "simulator/intersight_signature.h"

#include <functional>
#include <stdexcept>
#include <string>

#include <openssl/bn.h>
#include <openssl/ecdsa.h>

#include "catch.h"
#include "simulator/base64.h"
#include "simulator/clock.h"
#include "simulator/intersight_keys.h"
#include "simulator/intersight_signer.h"

namespace simulator {
namespace {

using std::chrono::minutes;

const std::string kTarget =
    "/api/v1/iam/Sessions?$inlinecount=allpages&$orderby=Moid&$skip=0&$top=1000";
constexpr minutes kWindow{15};

// Made by two programs independent of each other, `openssl dgst -sha256 -sign` and the Python
// package intersight-auth, byte for byte the same.
constexpr std::string_view kRsaSignature =
    "MPjPzEnzXxMHI4v3Q89eR/4ov71nBUZPNZ/ZoxILu6HeDq0SBXuc82KkyKfJbynwbFr9q2qoEZMWHBIFtpJSiKCUdfPrk5"
    "TD4ynt5ARqF1VhKii54WF/5ei11NTX7l0IBD3kyrMt5FIttTplg+L9qeckESHzgADIsYPRv+kilOV0AO6p83nrrtDGL8rX"
    "5urweBKFVxga2bnupb/m4bIzAjcnffb0Jeml321danDeRw3QHN7p6oxTWLXsOnZLJ/E5xj8AENBsMwNKt0QxO0PxhWlsUu"
    "16LUKN02hxywe6nI9uqheYF00K83mmkx1Uuwc8w8Cz5HMi9Osf+4oZJjDRTg==";
constexpr std::string_view kEcSignature =
    "MEYCIQCOqAy8L19AiZuB0Wd1dfdPUoCTtonGGWNnGl1S/po/tAIhAMnuOh+TFaiUQjoC9WSoONH40nSsK2xpla0r4N6EaS"
    "nk";

std::chrono::system_clock::time_point VectorTime() { return *ParseTime("2026-08-20T08:00:00"); }

Request Vector(std::string_view key_id, std::string_view algorithm, std::string_view signature) {
  Request request;
  request.method = "GET";
  request.target = kTarget;
  // As intersight-auth writes it, with its space before `signature=`.
  request.headers = {
      {"Host", "intersight.com"},
      {"Date", "Thu, 20 Aug 2026 08:00:00 GMT"},
      {"Content-Type", "application/json"},
      {"Digest", "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
      {"Authorization", "Signature keyId=\"" + std::string(key_id) + "\",algorithm=\"" +
                            std::string(algorithm) +
                            "\",headers=\"(request-target) date host content-type digest\", "
                            "signature=\"" +
                            std::string(signature) + "\""}};
  return request;
}

void SetHeader(Request* request, const std::string& name, const std::string& value) {
  for (auto& [key, old] : request->headers) {
    if (key == name) old = value;
  }
}

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  return text.replace(text.find(from), from.size(), to);
}

std::string Reason(const Request& request, std::chrono::system_clock::time_point now,
                   std::chrono::seconds window = kWindow) {
  const SignatureCheck check(DefaultIntersightKeys());
  return check.Refuse(request, now, window).value_or("");
}

// r and s behind each other, as JWS and WebCrypto write signatures.
std::string RawSignature(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size()));
  std::string raw(64, '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + 32, 32);
  ECDSA_SIG_free(signature);
  return raw;
}

}  // namespace

TEST_CASE("signatures that other programs made verify", "[intersight]") {
  std::string why;
  const Request rsa = Vector(kIntersightV2KeyId, "rsa-sha256", kRsaSignature);
  const auto parameters = ParseSignature(FindHeader(rsa.headers, "Authorization"), &why);
  REQUIRE(parameters);
  CHECK(SigningString(rsa, *parameters) == IntersightFixture("string_to_sign.txt"));
  CHECK(Reason(rsa, VectorTime()) == "");
  CHECK(Reason(Vector(kIntersightV2KeyId, "hs2019", kRsaSignature), VectorTime()) == "");
  CHECK(Reason(Vector(kIntersightV3KeyId, "hs2019", kEcSignature), VectorTime()) == "");
}

TEST_CASE("whatever is altered after signing is refused", "[intersight]") {
  struct Row {
    const char* what;
    std::function<void(Request*)> alter;
    std::string reason;
  };
  const auto authorization = [](std::string_view from, std::string_view to) {
    return [=](Request* request) {
      const std::string old(FindHeader(request->headers, "Authorization"));
      SetHeader(request, "Authorization", Replaced(old, from, to));
    };
  };
  const auto header = [](const std::string& name, const std::string& value) {
    return [=](Request* request) { SetHeader(request, name, value); };
  };
  const std::vector<Row> rows{
      {"the query", [](Request* r) { r->target += "0"; }, "the signature is wrong"},
      {"its encoding", [](Request* r) { r->target = Replaced(r->target, "$", "%24"); },
       "the signature is wrong"},
      {"a prefix of the path", [](Request* r) { r->target = "/fault/drip" + r->target; },
       "the signature is wrong"},
      {"the method", [](Request* r) { r->method = "DELETE"; }, "the signature is wrong"},
      {"the host", header("Host", "intersight.com:443"), "the signature is wrong"},
      {"the content type", header("Content-Type", "text/plain"), "the signature is wrong"},
      {"the date", header("Date", "Thu, 20 Aug 2026 08:00:01 GMT"), "the signature is wrong"},
      {"the digest", header("Digest", "SHA-256=AAAA"), "the digest is not that of the body"},
      {"the body", [](Request* r) { r->body = "{}"; }, "the digest is not that of the body"},
      {"the order", authorization("date host", "host date"), "the signature is wrong"},
      {"a header more", authorization("digest\"", "digest accept\""), "a signed header is missing"},
      {"no content type", [](Request* r) { r->headers.erase(r->headers.begin() + 2); },
       "a signed header is missing"},
      {"no target signed", authorization("(request-target) ", ""),
       "(request-target) is not signed"},
      {"no host signed", authorization(" host", ""), "host is not signed"},
      {"no digest signed", authorization(" digest", ""), "digest is not signed"},
      {"no date signed", authorization(" date", ""), "neither date nor (created) is signed"},
      {"the key id", authorization("0003", "0009"), "unknown key id"},
      {"another's key", authorization("0003", "0004"), "the algorithm does not suit the key"},
      {"the algorithm", authorization("rsa-sha256", "rsa-sha512"),
       "the algorithm does not suit the key"},
      {"the signature", authorization("MPjP", "MPjQ"), "the signature is wrong"},
      {"no base64", authorization("MPjP", "MPj*"), "the signature is not base64"},
      {"a quote less", authorization("\",algorithm", ",algorithm"),
       "the signature's parameters cannot be read"},
      {"another scheme", header("Authorization", "Basic eDp5"), "no signature"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    Request request = Vector(kIntersightV2KeyId, "rsa-sha256", kRsaSignature);
    row.alter(&request);
    CHECK(Reason(request, VectorTime()) == row.reason);
  }
}

TEST_CASE("the date has to be near the server's", "[intersight]") {
  const Request request = Vector(kIntersightV2KeyId, "rsa-sha256", kRsaSignature);
  CHECK(Reason(request, VectorTime() + minutes(15)) == "");
  CHECK(Reason(request, VectorTime() - minutes(15)) == "");
  CHECK(Reason(request, VectorTime() + minutes(16)) == "the date is too far off");
  CHECK(Reason(request, VectorTime() - minutes(16)) == "the date is too far off");
  CHECK(Reason(request, VectorTime() + std::chrono::years(1), minutes(0)) == "");
}

TEST_CASE("each client's way of signing is understood", "[intersight]") {
  const auto now = VectorTime();
  const std::string created = "1787212800";
  struct Row {
    const char* what;
    SignOptions options;
    std::string reason;
  };
  const std::vector<std::string> sdk{"(request-target)", "(created)",   "(expires)", "host", "date",
                                     "digest",           "content-type"};
  const std::string v3(kIntersightV3KeyId);
  SignOptions base;
  base.time = now;
  const auto with = [&](const std::function<void(SignOptions*)>& change) {
    SignOptions options = base;
    change(&options);
    return options;
  };
  const auto times = [&](const std::string& from, const std::string& until) {
    return with([&](SignOptions* o) {
      o->headers = sdk;
      o->created = from;
      o->expires = until;
    });
  };
  const std::vector<Row> rows{
      {"a space before signature", with([](SignOptions* o) { o->separator = ", "; }), ""},
      {"hs2019 for RSA", with([](SignOptions* o) { o->algorithm = "hs2019"; }), ""},
      {"the least there is", with([](SignOptions* o) {
         o->headers = {"(request-target)", "host", "date", "digest"};
       }),
       ""},
      {"a date in UTC", with([](SignOptions* o) { o->zone = "UTC"; }), ""},
      {"created and expires", times(created, "1787213100"), ""},
      {"a fraction in expires", times(created, "1787213100.125"), ""},
      {"created instead of date", with([&](SignOptions* o) {
         o->headers = {"(request-target)", "(created)", "host", "digest"};
         o->created = created;
       }),
       ""},
      {"created long ago", times("1787200000", "1787213100"), "created is too far off"},
      {"expired", times(created, "1787212799.999"), "the signature has expired"},
      {"created is a word", times("now", "1787213100"), "created is no time"},
      {"P-256", with([&](SignOptions* o) {
         o->key_file = "v3_ec_pkcs8.pem";
         o->key_id = v3;
         o->algorithm = "hs2019";
       }),
       ""},
      {"P-256 with the wrong label", with([&](SignOptions* o) {
         o->key_file = "v3_ec_mislabelled.pem";
         o->key_id = v3;
         o->algorithm = "hs2019";
       }),
       ""},
      {"P-256 called RSA", with([&](SignOptions* o) {
         o->key_file = "v3_ec_pkcs8.pem";
         o->key_id = v3;
       }),
       "the algorithm does not suit the key"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(Reason(SignedRequest("GET", kTarget, row.options), now) == row.reason);
  }
  CHECK(Reason(SignedRequest("POST", kTarget, base, "{\"a\": 1}"), now) == "");
}

TEST_CASE("an ECDSA signature that is not DER is refused", "[intersight]") {
  const std::string raw = RawSignature(*Base64Decode(kEcSignature));
  CHECK(Reason(Vector(kIntersightV3KeyId, "hs2019", Base64(raw)), VectorTime()) ==
        "the signature is wrong");
}

TEST_CASE("a key can be given as public or private, and has to be one", "[intersight]") {
  const auto refuse = [](const std::string& pem) {
    const SignatureCheck check({{std::string(kIntersightV2KeyId), pem}});
    return check.Refuse(Vector(kIntersightV2KeyId, "rsa-sha256", kRsaSignature), VectorTime(),
                        kWindow);
  };
  CHECK_FALSE(refuse(IntersightFixture("v2_rsa.pem")));
  CHECK_FALSE(refuse(DefaultIntersightKeys()[0].pem));
  CHECK_THROWS_AS(refuse("no key"), std::invalid_argument);
}

}  // namespace simulator
