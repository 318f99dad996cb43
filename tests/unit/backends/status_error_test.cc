#include "backends/status_error.h"

#include <string>
#include <string_view>

#include "base/utf8.h"
#include "catch.h"

namespace session_exporter {
namespace {

struct KindCase {
  int status;
  ErrorKind kind;
};

TEST_CASE("each status has its kind", "[status_error]") {
  const auto& c = GENERATE(values<KindCase>({
      {401, ErrorKind::kAuth},
      {403, ErrorKind::kPermission},
      {429, ErrorKind::kRateLimited},
      {201, ErrorKind::kHttp},
      {204, ErrorKind::kHttp},
      {301, ErrorKind::kHttp},
      {400, ErrorKind::kHttp},
      {404, ErrorKind::kHttp},
      {407, ErrorKind::kHttp},
      {500, ErrorKind::kHttp},
      {503, ErrorKind::kHttp},
      {599, ErrorKind::kHttp},
  }));
  HttpHead head;
  head.status = c.status;
  CHECK(KindOfStatus(c.status) == c.kind);
  const Error error = ErrorOfStatus(head);
  CHECK(error.kind() == c.kind);
  CHECK_THAT(error.message(), Catch::Matchers::StartsWith("HTTP " + std::to_string(c.status)));
}

struct RedirectCase {
  std::string location;
  std::string_view shown;
};

TEST_CASE("a redirect tells its origin and nothing that was sent", "[status_error]") {
  const auto& c = GENERATE(values<RedirectCase>({
      {"https://kasm.example.com/api/public/get_kasms", "https://kasm.example.com,"},
      {"https://kasm.example.com:8443", "https://kasm.example.com:8443,"},
      {"https://kasm.example.com?key=canary", "https://kasm.example.com,"},
      {"https://kasm.example.com#canary", "https://kasm.example.com,"},
      {"https://canary:canary@kasm.example.com/x", "https://kasm.example.com,"},
      {"https://kasm.example.com\\canary", "https://kasm.example.com,"},
      {"https://[2001:db8::1]:443/canary", "https://[2001:db8::1]:443,"},
      {"/login?next=canary", "another path of the same host,"},
      {"/login?canary&next=https://elsewhere.example.com/", "another path of the same host,"},
      {"login?canary&next=https://elsewhere.example.com/", "another path of the same host,"},
      {"//elsewhere.example.com/canary", "another host,"},
      {"", "an address that it does not name,"},
      {"https://\x1B[2J/", "https://\xEF\xBF\xBD[2J,"},
  }));
  CAPTURE(c.location);
  HttpHead head;
  head.status = 302;
  if (!c.location.empty()) head.headers["location"] = c.location;
  const Error error = ErrorOfStatus(head);
  CHECK(error.kind() == ErrorKind::kHttp);
  CHECK_THAT(error.message(),
             Catch::Matchers::StartsWith("HTTP 302 redirects to " + std::string(c.shown)));
  CHECK_THAT(error.message(), Catch::Matchers::Contains("which is not followed"));
  CHECK_THAT(error.message(), !Catch::Matchers::Contains("canary"));
  CHECK(IsCleanText(error.message()));
}

TEST_CASE("a very long origin is cut", "[status_error]") {
  HttpHead head;
  head.status = 307;
  head.headers["location"] = "https://" + std::string(10'000, 'h') + "/";
  CHECK(ErrorOfStatus(head).message().size() < 400);
}

}  // namespace
}  // namespace session_exporter
