#include "base/error.h"

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catch.h"

namespace session_exporter {
namespace {

TEST_CASE("the reasons are the closed set of the metric contract, in its order", "[error]") {
  const std::vector<std::string_view> contract = {
      "auth",  "backend",    "config",   "connect",      "dns",     "http",
      "limit", "permission", "protocol", "rate_limited", "timeout", "tls"};
  std::vector<std::string_view> reasons;
  for (const ErrorKind kind : kAllErrorKinds) reasons.push_back(ReasonOf(kind));
  CHECK(reasons == contract);
}

TEST_CASE("every error kind is listed once", "[error]") {
  const std::set<ErrorKind> kinds(kAllErrorKinds.begin(), kAllErrorKinds.end());
  CHECK(kinds.size() == kAllErrorKinds.size());
  CHECK(kAllErrorKinds.size() == static_cast<std::size_t>(ErrorKind::kTls) + 1);
}

TEST_CASE("Fail formats the message and keeps the kind", "[error]") {
  const Result<int> result = Fail(ErrorKind::kHttp, "{} answered {}", "host", 502);
  REQUIRE_FALSE(result);
  CHECK(result.error().kind() == ErrorKind::kHttp);
  CHECK(result.error().message() == "host answered 502");
}

TEST_CASE("Annotate puts what was being done in front and keeps the kind", "[error]") {
  const Result<int> inner = Fail(ErrorKind::kConnect, "connection refused");
  const Result<std::string> outer = Annotate(inner.error(), "list sessions page {}", 3);
  REQUIRE_FALSE(outer);
  CHECK(outer.error().kind() == ErrorKind::kConnect);
  CHECK(outer.error().message() == "list sessions page 3: connection refused");
  CHECK(inner.error().message() == "connection refused");
}

TEST_CASE("each layer's context stands outside that of the layer below", "[error]") {
  Error error(ErrorKind::kTls, "expired");
  error = std::move(error).Within("handshake");
  error = std::move(error).Within("list sessions");
  CHECK(error.message() == "list sessions: handshake: expired");
  CHECK(error.kind() == ErrorKind::kTls);
}

TEST_CASE("braces in an error are no format", "[error]") {
  const Result<void> result = Annotate(Error(ErrorKind::kConfig, "unexpected {}"), "key {}", "{0}");
  CHECK(result.error().message() == "key {0}: unexpected {}");
}

TEST_CASE("a result holds what can only be moved", "[error]") {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  REQUIRE(result);
  const std::unique_ptr<int> taken = std::move(*result);
  CHECK(*taken == 7);
}

}  // namespace
}  // namespace session_exporter
