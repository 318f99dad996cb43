#include "server/basic_credentials.h"

#include <string>

#include "catch.h"

namespace session_exporter::test {
namespace {

TEST_CASE("the credentials of a Basic header are read", "[credentials]") {
  struct Row {
    const char* header;
    const char* user;
    std::string password;
  };
  const auto row = GENERATE(values<Row>({
      {"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"},  // RFC 7617, 2
      {"basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"},
      {"BASIC   YTpi", "a", "b"},
      {"Basic YTpiOmM=", "a", "b:c"},
      {"Basic Og==", "", ""},
      {"Basic YTo=", "a", ""},
      {"Basic dGVzdDoxMjPCow==", "test", "123\xC2\xA3"},
      {"Basic YToAYg==", "a", std::string("\0b", 2)},
      {"Basic Pz8/Pj4+Pzo/", "?\?\?>>>?", "?"},
  }));
  INFO(row.header);
  const auto credentials = ParseBasicCredentials(row.header);
  REQUIRE(credentials);
  CHECK(credentials->user == row.user);
  CHECK(credentials->password.Reveal() == row.password);
}

TEST_CASE("any other header has no credentials", "[credentials]") {
  const auto* header = GENERATE("", "Basic", "Basic ", "Bearer YTpi", "BasicYTpi", "Basic YTp",
                                "Basic YTpi=", "Basic YT pi", "Basic YTpi\n",
                                "Basic ====", "Basic YQ==", "Basic YTpi YTpi", "Basic Y=pi",
                                "Basic _-==", "Digest username=\"a\"");
  INFO(header);
  CHECK_FALSE(ParseBasicCredentials(header));
}

}  // namespace
}  // namespace session_exporter::test
