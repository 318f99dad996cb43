#include "server/password_hash.h"

#include <string>

#include "catch.h"

namespace session_exporter::test {
namespace {

const std::string kSecret = "$2y$04$NyUn4cHhLcFyC5nKUPJOAegFbXEx4aoA5oTvQBsnBWn/j1fIG5/gu";

TEST_CASE("the cost of a bcrypt hash is read, and nothing else is one", "[password]") {
  const std::string tail = kSecret.substr(7);
  CHECK(BcryptCost("$2y$04$" + tail) == 4);
  CHECK(BcryptCost("$2a$10$" + tail) == 10);
  CHECK(BcryptCost("$2b$31$" + tail) == 31);
  const std::string wrong = GENERATE_COPY(
      as<std::string>{}, "", "x", "plain text password", "$2y$04$", "$2y$03$" + tail,
      "$2y$32$" + tail, "$2y$4$" + tail, "$2x$10$" + tail, "$2$10$" + tail, "$1$10$" + tail,
      "$2y$04$" + tail + "a", "$2y$04$" + tail.substr(1), "$2y$04$" + tail.substr(1) + ":",
      "$2y$+4$" + tail, "$6$rounds=5000$saltsalt$hash", " $2y$04$" + tail.substr(1));
  INFO(wrong);
  CHECK_FALSE(BcryptCost(wrong));
}

TEST_CASE("a password is compared with its hash", "[password]") {
  CHECK(MatchesBcrypt("secret", kSecret));
  CHECK_FALSE(MatchesBcrypt("Secret", kSecret));
  CHECK_FALSE(MatchesBcrypt("", kSecret));
  CHECK_FALSE(MatchesBcrypt("secret ", kSecret));
}

TEST_CASE("hashes of other implementations are understood", "[password]") {
  // From the documentation of Prometheus and the source of its exporter-toolkit.
  CHECK(MatchesBcrypt("test", "$2b$12$hNf2lSsxfm0.i4a.1kVpSOVyBCfIB51VRjgBUyv6kdnyTlgWj81Ay"));
  CHECK(MatchesBcrypt("fakepassword",
                      "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi"));
}

TEST_CASE("what bcrypt would not read is not ignored", "[password]") {
  CHECK_FALSE(MatchesBcrypt(std::string("secret\0", 7), kSecret));
  CHECK_FALSE(MatchesBcrypt(std::string("secret\0x", 8), kSecret));
  // 72 letters a.
  const std::string full = "$2y$04$NyUn4cHhLcFyC5nKUPJOAeTRrJCklV76ZJvn/f8fVEaw8qfEOJmM6";
  CHECK(MatchesBcrypt(std::string(72, 'a'), full));
  CHECK_FALSE(MatchesBcrypt(std::string(73, 'a'), full));
}

}  // namespace
}  // namespace session_exporter::test
