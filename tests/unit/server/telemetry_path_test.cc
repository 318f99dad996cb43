// --web.telemetry-path.
#include <string>

#include "catch.h"
#include "server/endpoints.h"

namespace session_exporter {
namespace {

TEST_CASE("the metrics can be served under any path that a request can ask for", "[endpoints]") {
  const auto* path = GENERATE("/metrics", "/a/b", "/m%20x", "/-/metrics", "/metrics/");
  CAPTURE(path);
  CHECK(Endpoints::CheckTelemetryPath(path));
}

TEST_CASE("a telemetry path that no request reaches is refused", "[endpoints]") {
  struct Row {
    std::string path;
    std::string message;
  };
  const auto row = GENERATE(values<Row>({
      {"", "must begin with a slash"},
      {"metrics", "must begin with a slash"},
      {"/me trics", "without query (?), fragment (#) or spaces"},
      {"/metrics?x", "without query (?), fragment (#) or spaces"},
      {"/metrics#x", "without query (?), fragment (#) or spaces"},
      {"/metrics\n", "of ASCII characters"},
      {"/m\xC3\xA9trics", "of ASCII characters"},
      {"/", "/ is another page's path"},
      {"/-/reload", "/-/reload is another page's path"},
  }));
  CAPTURE(row.path);
  const auto checked = Endpoints::CheckTelemetryPath(row.path);
  REQUIRE_FALSE(checked);
  CHECK(checked.error().kind() == ErrorKind::kConfig);
  CHECK(checked.error().message().find(row.message) != std::string::npos);
}

}  // namespace
}  // namespace session_exporter
