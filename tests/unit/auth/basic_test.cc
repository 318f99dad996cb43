#include "auth/basic.h"

#include <string>
#include <string_view>

#include "catch.h"

namespace session_exporter {
namespace {

struct BasicCase {
  std::string_view user;
  std::string_view password;
  std::string_view header;
};

TEST_CASE("user and password become the Authorization header", "[basic]") {
  const auto& c = GENERATE(values<BasicCase>({
      {"Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},  // RFC 7617, section 2
      {"test", "123\xC2\xA3", "Basic dGVzdDoxMjPCow=="},                 // RFC 7617, section 2.1
      {"", "", "Basic Og=="},
      {"a", "", "Basic YTo="},
      {"", "b", "Basic OmI="},
      {"a", "b", "Basic YTpi"},
      {"key", "colons:are:kept", "Basic a2V5OmNvbG9uczphcmU6a2VwdA=="},
      {"\xFB\xEF", "\xBE\xFF", "Basic ++86vv8="},  // both characters that are special in URLs
  }));
  CAPTURE(c.user, c.password);
  CHECK(BasicAuthorization(c.user, c.password).Reveal() == c.header);
}

TEST_CASE("a long secret stays on one line", "[basic]") {
  const std::string password(3000, 'p');
  const Secret header = BasicAuthorization("user", password);
  CHECK(header.Reveal().size() == 6 + (5 + password.size() + 2) / 3 * 4);
  CHECK(header.Reveal().find_first_of(" \r\n", 6) == std::string_view::npos);
  CHECK(header.Reveal().find('\0') == std::string_view::npos);
}

}  // namespace
}  // namespace session_exporter
