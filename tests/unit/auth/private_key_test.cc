#include "auth/private_key.h"

#include <string>
#include <string_view>

#include "catch.h"
#include "unit/auth/keys.h"

namespace session_exporter {
namespace {

using test::Fixture;
using test::Verifies;

std::string Replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
    text.replace(at, what.size(), by);
  }
  return text;
}

void RequireSigns(std::string_view pem, PrivateKey::Kind kind) {
  const auto key = PrivateKey::Parse(pem);
  REQUIRE(key);
  CHECK(key->kind() == kind);
  const auto signature = key->Sign("a text");
  REQUIRE(signature);
  const std::string other =
      Fixture(kind == PrivateKey::Kind::kRsa ? "keys/rsa_public.pem" : "keys/ec_public.pem");
  CHECK(Verifies(other, "a text", *signature));
  CHECK_FALSE(Verifies(other, "another text", *signature));
}

struct KeyCase {
  std::string_view file;
  PrivateKey::Kind kind;
};

TEST_CASE("a key signs in every form that customers hold", "[private_key]") {
  const auto& c = GENERATE(values<KeyCase>({
      {"intersight/v2_rsa.pem", PrivateKey::Kind::kRsa},
      {"keys/rsa_pkcs8.pem", PrivateKey::Kind::kRsa},
      {"intersight/v3_ec_mislabelled.pem", PrivateKey::Kind::kEcP256},
      {"intersight/v3_ec_pkcs8.pem", PrivateKey::Kind::kEcP256},
      {"keys/ec_sec1.pem", PrivateKey::Kind::kEcP256},
      {"keys/ec_sec1_with_parameters.pem", PrivateKey::Kind::kEcP256},
  }));
  CAPTURE(c.file);
  const std::string pem = Fixture(c.file);
  SECTION("as it is") { RequireSigns(pem, c.kind); }
  SECTION("with CRLF") { RequireSigns(Replaced(pem, "\n", "\r\n"), c.kind); }
  SECTION("with CR") { RequireSigns(Replaced(pem, "\n", "\r"), c.kind); }
  SECTION("with a byte order mark") { RequireSigns("\xEF\xBB\xBF" + pem, c.kind); }
  SECTION("on one line") { RequireSigns(Replaced(pem, "\n", ""), c.kind); }
  SECTION("on one line, with spaces") { RequireSigns(Replaced(pem, "\n", " "), c.kind); }
  SECTION("with line ends written out") { RequireSigns(Replaced(pem, "\n", "\\n"), c.kind); }
  SECTION("indented") { RequireSigns(Replaced(pem, "\n", "\n    "), c.kind); }
  SECTION("without the last line end") { RequireSigns(pem.substr(0, pem.size() - 1), c.kind); }
  SECTION("with text around it") { RequireSigns("Key:\n" + pem + "\nthe end\n", c.kind); }
}

TEST_CASE("an RSA signature is always the same, an EC signature never", "[private_key]") {
  const auto rsa = PrivateKey::Parse(Fixture("intersight/v2_rsa.pem"));
  const auto ec = PrivateKey::Parse(Fixture("intersight/v3_ec_pkcs8.pem"));
  CHECK(*rsa->Sign("x") == *rsa->Sign("x"));
  CHECK(*ec->Sign("x") != *ec->Sign("x"));
}

struct RefusedCase {
  std::string_view file;
  std::string_view message;
};

TEST_CASE("what is no usable key is refused for what it is", "[private_key]") {
  const auto& c = GENERATE(values<RefusedCase>({
      {"keys/refused_encrypted_pkcs8.pem", "protected by a passphrase"},
      {"keys/refused_encrypted_sec1.pem", "protected by a passphrase"},
      {"keys/refused_openssh.pem", "OpenSSH"},
      {"keys/refused_ed25519.pem", "of another kind"},
      {"keys/refused_p384.pem", "of another kind"},
      {"keys/rsa_public.pem", "no private key"},
      {"keys/README.md", "no private key"},
  }));
  CAPTURE(c.file);
  const auto key = PrivateKey::Parse(Fixture(c.file));
  REQUIRE(!key);
  CHECK(key.error().kind() == ErrorKind::kConfig);
  CHECK(key.error().message().find(c.message) != std::string::npos);
  CHECK(key.error().message().find("RSA or EC P-256") != std::string::npos);
}

TEST_CASE("a damaged key is refused, and its text not repeated", "[private_key]") {
  const std::string pem = Fixture("intersight/v2_rsa.pem");
  const std::size_t body = pem.find('\n') + 1;
  const std::string damaged = GENERATE_COPY(
      std::string(), pem.substr(0, 200), pem.substr(0, body), pem.substr(body),
      pem.substr(0, body) + pem.substr(body + 65), std::string(pem).replace(body + 8, 4, "!!!!"),
      std::string(pem).replace(body, 1, ""), "-----BEGIN PRIVATE KEY----------END PRIVATE KEY-----",
      "-----BEGIN PRIVATE KEY-----\n====\n-----END PRIVATE KEY-----",
      "-----BEGIN PRIVATE KEY-----\nQQ==\n-----END PRIVATE KEY-----");
  CAPTURE(damaged);
  const auto key = PrivateKey::Parse(damaged);
  REQUIRE(!key);
  CHECK(key.error().kind() == ErrorKind::kConfig);
  CHECK(key.error().message().find(pem.substr(body, 16)) == std::string::npos);
}

}  // namespace
}  // namespace session_exporter
