#include "auth/keyed_hash.h"

#include <string>
#include <string_view>

#include "catch.h"

namespace session_exporter {
namespace {

struct HashCase {
  std::string key;
  std::string text;
  std::string_view digest;
};

TEST_CASE("digests are those of the published vectors", "[keyed_hash]") {
  const auto& c = GENERATE(values<HashCase>({
      // RFC 4231, cases 1, 2, 3 and 6.
      {std::string(20, '\x0b'), "Hi There", "b0344c61d8db3853"},
      {"Jefe", "what do ya want for nothing?", "5bdcc146bf60754e"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'), "773ea91e36800e46"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f"},
      // FIPS 180-4's examples: without a key it is SHA-256.
      {"", "abc", "ba7816bf8f01cfea"},
      {"", "", "e3b0c44298fc1c14"},
  }));
  CAPTURE(c.key, c.text);
  CHECK(ShortKeyedHash(c.key, c.text) == c.digest);
}

TEST_CASE("keys and texts that differ in one byte give different digests", "[keyed_hash]") {
  CHECK(ShortKeyedHash("key", "alice") != ShortKeyedHash("key", "alicf"));
  CHECK(ShortKeyedHash("key", "alice") != ShortKeyedHash("kez", "alice"));
  CHECK(ShortKeyedHash("key", "alice") == ShortKeyedHash("key", "alice"));
}

}  // namespace
}  // namespace session_exporter
