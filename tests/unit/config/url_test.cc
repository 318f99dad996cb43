#include "config/url.h"

#include <string>

#include "catch.h"

namespace session_exporter {
namespace {

TEST_CASE("URLs come out in one form", "[config]") {
  struct Row {
    std::string_view text;
    std::string_view url;
  };
  const Row row = GENERATE(values<Row>({
      {"https://h", "https://h"},
      {"https://h/", "https://h"},
      {"https://h//", "https://h"},
      {"HTTPS://Kasm.Example.COM/Path/", "https://kasm.example.com/Path"},
      {"http://127.0.0.1:8080", "http://127.0.0.1:8080"},
      {"http://[::1]:1", "http://[::1]:1"},
      {"https://[2001:DB8::1]", "https://[2001:db8::1]"},
      {"https://kasm_api:65535/a/b.c", "https://kasm_api:65535/a/b.c"},
      {"https://example.com.", "https://example.com."},
      {"https://xn--bcher-kva.example", "https://xn--bcher-kva.example"},
      {"https://1password.example", "https://1password.example"},
      {"https://h/a%20b;c=1,(d)!@:~", "https://h/a%20b;c=1,(d)!@:~"},
  }));
  CAPTURE(row.text);
  const Result<Url> url = ParseUrl(row.text);
  REQUIRE(url.has_value());
  CHECK(url->text == row.url);
}

TEST_CASE("what is no URL of a backend is refused with the reason", "[config]") {
  constexpr std::string_view kUserInfo = "user info (USER@) is not accepted";
  constexpr std::string_view kHost = "the host is no DNS name, IPv4 address or [IPv6 address]";
  constexpr std::string_view kPort = "the port is no number from 1 to 65535";
  constexpr std::string_view kSpaces = "spaces and control characters are not accepted";
  constexpr std::string_view kPath = "the path has a character to be %-escaped";
  const std::string long_label = "https://" + std::string(64, 'a') + ".b";
  struct Row {
    std::string text;
    std::string_view reason;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"", "no URL"},
      {"kasm.example.com", "no URL"},
      {"https:/h", "no URL"},
      {"ftp://h", "the scheme is neither http nor https"},
      {"://h", "the scheme is neither http nor https"},
      {"https://", "the host is missing"},
      {"https:///path", "the host is missing"},
      {"https://:443", "the host is missing"},
      {"https://user@h", kUserInfo},
      {"https://user:hunter2@h/", kUserInfo},
      {"https://h?x=1", "a query (?...) is not accepted"},
      {"https://h/#top", "a fragment (#...) is not accepted"},
      {"https://a b", kSpaces},
      {" https://h", kSpaces},
      {"https://h\n", kSpaces},
      {"https://h/\x7F", kSpaces},
      {"https://h:", kPort},
      {"https://h:0", kPort},
      {"https://h:65536", kPort},
      {"https://h:100000", kPort},
      {"https://h:+80", kPort},
      {"https://h:80x", kPort},
      {"https://[::1", "\"[\" without \"]\""},
      {"https://[::g]", kHost},
      {"https://[fe80::1%eth0]", kHost},
      {"https://[::1]x", kHost},
      {"https://::1", "the host is missing"},
      {"https://10.0.0.256", kHost},
      {"https://10.0.0", kHost},
      {"https://-a", kHost},
      {"https://a..b", kHost},
      {"https://.", kHost},
      {"https://bücher.example", kHost},
      {"https://a\\b", kHost},
      {long_label, kHost},
      {"https://h/a b", kSpaces},
      {"https://h/ü", kPath},
      {"https://h/%2", kPath},
      {"https://h/%zz", kPath},
      {"https://h/<x>", kPath},
  }));
  CAPTURE(row.text);
  const Result<Url> url = ParseUrl(row.text);
  REQUIRE_FALSE(url.has_value());
  CHECK(url.error().kind() == ErrorKind::kConfig);
  CHECK(url.error().message() ==
        std::string(row.reason) + "; expected https://HOST[:PORT][/PATH] or http://...");
}

TEST_CASE("loopback and encryption are told", "[config]") {
  for (const char* text : {"http://localhost", "http://a.localhost:1", "http://127.9.9.9",
                           "http://[::1]/x", "http://LOCALHOST"}) {
    CAPTURE(text);
    CHECK(ParseUrl(text)->loopback);
    CHECK_FALSE(ParseUrl(text)->encrypted);
  }
  for (const char* text :
       {"https://h", "https://localhost.example", "https://127.example", "https://128.0.0.1"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseUrl(text)->loopback);
    CHECK(ParseUrl(text)->encrypted);
  }
}

TEST_CASE("proxy URLs may carry a password", "[config]") {
  for (const char* text :
       {"http://proxy:3128", "https://user:p%40ss@proxy.example/", "socks5://[::1]",
        "socks5h://u@10.0.0.1:1080", "SOCKS4A://h", "http://a:b@c@h"}) {
    CAPTURE(text);
    CHECK(CheckProxyUrl(text).has_value());
  }
  for (const char* text : {"", "proxy:3128", "ftp://h", "http://", "http://h:0", "http://h/path",
                           "http://u:p@", "http://a b"}) {
    CAPTURE(text);
    const Result<void> checked = CheckProxyUrl(text);
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().message().find("expected SCHEME://[USER:PASSWORD@]HOST[:PORT]") !=
          std::string::npos);
  }
}

}  // namespace
}  // namespace session_exporter
