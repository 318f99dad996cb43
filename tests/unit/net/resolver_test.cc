// A resolver that never answers: libcurl joins its resolver thread unless it is told not to, and
// the whole loop waits with it.
#include "catch.h"
#include "unit/net/client_fixture.h"
#include "unit/net/hanging_resolver.h"
#include "unit/net/raw_server.h"

namespace session_exporter::testing {
namespace {

void AnswerAll(RawConnection& connection) {
  while (!connection.ReadRequest().empty()) {
    if (!connection.Write(Ok("fine"))) return;
  }
}

TEST_CASE("a name that never resolves ends at its deadline and delays nobody", "[net]") {
  RawServer healthy(AnswerAll);
  ClientFixture fixture;
  HangingResolver resolver;
  const auto started = std::chrono::steady_clock::now();
  auto hanging = fixture.Send("http://backend.hang.test/", 400ms);
  REQUIRE(HangingResolver::WaitForBlocked(1));
  CHECK(fixture.Get(healthy.Url()).took < 500ms);
  auto error = hanging->Head();
  const auto took = std::chrono::steady_clock::now() - started;
  REQUIRE(!error);
  CHECK(error.error().kind() == ErrorKind::kTimeout);
  CHECK_THAT(error.error().message(), Catch::Contains("resolving the host name"));
  CHECK(took < 400ms + kTolerance);
  // The loop has dropped that transfer by now or does so next; its resolver still hangs.
  CHECK(HangingResolver::Blocked() == 1);
  for (int i = 0; i < 10; ++i) {
    const Answer answer = fixture.Get(healthy.Url());
    CHECK(answer.body == "fine");
    CHECK(answer.took < 500ms);
  }
}

TEST_CASE("a name that does not resolve leaves nothing behind for the next request", "[net]") {
  // Handles are used again, and libcurl keeps a part of such a transfer in its handle.
  RawServer healthy(AnswerAll);
  ClientFixture fixture;
  for (int i = 0; i < 5; ++i) {
    CHECK(fixture.Get("http://backend.invalid/").Reason() == "dns");
    const Answer answer = fixture.Get(healthy.Url());
    CHECK(answer.Message().empty());
    CHECK(answer.body == "fine");
  }
}

TEST_CASE("nobody waits for a resolver when its exchange is dropped", "[net]") {
  RawServer healthy(AnswerAll);
  ClientFixture fixture;
  HangingResolver resolver;
  auto hanging = fixture.Send("http://backend.hang.test/");
  REQUIRE(HangingResolver::WaitForBlocked(1));
  const auto started = std::chrono::steady_clock::now();
  hanging.reset();
  CHECK(fixture.Get(healthy.Url()).body == "fine");
  CHECK(std::chrono::steady_clock::now() - started < 500ms);
  CHECK(HangingResolver::Blocked() == 1);
}

TEST_CASE("the client ends while a resolver hangs", "[net]") {
  ClientFixture fixture;
  HangingResolver resolver;
  auto hanging = fixture.Send("http://backend.hang.test/");
  REQUIRE(HangingResolver::WaitForBlocked(1));
  const auto started = std::chrono::steady_clock::now();
  fixture.client.reset();
  CHECK(std::chrono::steady_clock::now() - started < 500ms);
  CHECK(HangingResolver::Blocked() == 1);
  CHECK(hanging->Head().error().kind() == ErrorKind::kConnect);
}

}  // namespace
}  // namespace session_exporter::testing
