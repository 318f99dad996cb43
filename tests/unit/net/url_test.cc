#include "net/url.h"

#include "catch.h"

namespace session_exporter {
namespace {

TEST_CASE("a URL is taken apart", "[net]") {
  struct Case {
    const char *url, *authority, *host_header, *rest, *shown;
  };
  for (const Case& test : {
           Case{"https://a.example", "a.example:443", "a.example", "", "https://a.example/"},
           Case{"http://a.example:8080/x/../y?q=1#f", "a.example:8080", "a.example:8080",
                "/x/../y?q=1#f", "http://a.example:8080/x/../y"},
           Case{"https://u:p%40w@[::1]:9/z", "[::1]:9", "[::1]:9", "/z", "https://[::1]:9/z"},
           Case{"https://a.example?x=@y/", "a.example:443", "a.example", "?x=@y/",
                "https://a.example/"},
       }) {
    INFO(test.url);
    const auto parts = SplitUrl(test.url);
    REQUIRE(parts);
    CHECK(parts->Authority() == test.authority);
    CHECK(parts->host_header == test.host_header);
    CHECK(parts->rest == test.rest);
    CHECK(parts->shown == test.shown);
  }
}

TEST_CASE("a URL that is not http or https is refused and not repeated", "[net]") {
  for (const char* url : {"", "a.example", "ftp://hush@a.example/", "file:///hush", "http://",
                          "http://a b/hush", "http://a:port/hush", "https:/hush"}) {
    INFO(url);
    const auto parts = SplitUrl(url);
    REQUIRE(!parts);
    CHECK(parts.error().kind() == ErrorKind::kConfig);
    CHECK(parts.error().message().find("hush") == std::string::npos);
  }
}

}  // namespace
}  // namespace session_exporter
