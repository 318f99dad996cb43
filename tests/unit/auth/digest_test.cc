#include "auth/digest.h"

#include <string>
#include <string_view>

#include "catch.h"

namespace session_exporter {
namespace {

// FIPS 180-2, appendix B.
TEST_CASE("SHA-256 of the standard's examples", "[digest]") {
  CHECK(Hex(Sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(Hex(Sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

// RFC 4231, test cases 1 and 2, and one with a key longer than a block (6).
TEST_CASE("HMAC-SHA-256 of the standard's examples", "[digest]") {
  CHECK(Hex(HmacSha256(std::string(20, '\x0b'), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(Hex(HmacSha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(Hex(HmacSha256(std::string(131, '\xaa'),
                       "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

// RFC 4648, section 10.
TEST_CASE("base64 of the standard's examples", "[digest]") {
  CHECK(Base64(BytesOf("")).empty());
  CHECK(Base64(BytesOf("f")) == "Zg==");
  CHECK(Base64(BytesOf("fo")) == "Zm8=");
  CHECK(Base64(BytesOf("foobar")) == "Zm9vYmFy");
  CHECK(Base64(BytesOf(std::string_view("\xFB\xFF\x00", 3))) == "+/8A");
}

}  // namespace
}  // namespace session_exporter
