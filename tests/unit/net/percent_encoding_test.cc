#include "net/percent_encoding.h"

#include <string>
#include <string_view>

#include "catch.h"

namespace session_exporter {
namespace {

TEST_CASE("all but the unreserved characters of RFC 3986 are encoded", "[percent_encoding]") {
  CHECK(PercentEncode("").empty());
  CHECK(PercentEncode("AZaz09-._~") == "AZaz09-._~");
  CHECK(PercentEncode(" /?#[]@!$&'()*+,;=%:") ==
        "%20%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%25%3A");
  CHECK(PercentEncode(std::string_view("\0\n\xC3\xA4\xFF", 5)) == "%00%0A%C3%A4%FF");
}

}  // namespace
}  // namespace session_exporter
