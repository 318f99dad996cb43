// Refusals: what they are called, what they tell to do, and what is tried again.
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/timestamp.h"
#include "catch.h"
#include "unit/backends/intersight_setup.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;
using test::IntersightAnswer;
using test::IntersightSetup;
using test::kArrival;
using test::Page;

constexpr std::string_view kInvalidKey =
    R"({"code":"AuthenticationFailure","message":"Cannot perform the operation. Invalid API key.",
"messageId":"iam_api_key_is_invalid","messageParams":{},"traceId":"WXHMZvtuGUuO_1-2"})";
constexpr std::string_view kInvalidUrl =
    R"({"code":"InvalidUrl","messageId":"iam_invalid_method_operation","traceId":"t1"})";
constexpr std::string_view kNoRight = R"({"code":"UnauthorizedOperation","traceId":"t2"})";

struct RefusalCase {
  int status;
  std::string_view body;
  ErrorKind kind;
  std::vector<std::string_view> words;
};

TEST_CASE("a refusal says what it is and what to do", "[intersight]") {
  const auto& c = GENERATE(values<RefusalCase>({
      {401,
       kInvalidKey,
       ErrorKind::kAuth,
       {"HTTP 401 AuthenticationFailure iam_api_key_is_invalid", "wrong key id", "region",
        "eu-central-1.intersight.com", "expired", "clock", "(trace id WXHMZvtuGUuO_1-2)"}},
      {401, "", ErrorKind::kAuth, {"HTTP 401: Intersight refused"}},
      {401, "<html>nginx</html>", ErrorKind::kAuth, {"HTTP 401: "}},
      {403,
       kNoRight,
       ErrorKind::kPermission,
       {"HTTP 403 UnauthorizedOperation: ", "lacks the right", "READ.iam.Session",
        "does not know the address or a field", "(trace id t2)"}},
      {404, "{}", ErrorKind::kHttp, {"HTTP 404: ", "check url"}},
      {400,
       R"({"code":"InvalidRequest"})",
       ErrorKind::kHttp,
       {"HTTP 400 InvalidRequest: Intersight does not understand the request"}},
      {429, "", ErrorKind::kRateLimited, {"HTTP 429"}},
      {500, R"({"code":"InternalServerError"})", ErrorKind::kHttp, {"InternalServerError"}},
      {302, "", ErrorKind::kHttp, {"redirects", "not followed"}},
      {500, R"({"code":7,"messageId":["x"],"traceId":null})", ErrorKind::kHttp, {"HTTP 500"}},
      {500, R"({"code":"a b\n","messageId":""})", ErrorKind::kHttp, {"HTTP 500"}},
  }));
  CAPTURE(c.status, c.body);
  IntersightSetup setup;
  setup.Answer(std::string(c.body), c.status);
  setup.Answer(std::string(c.body), c.status);
  const auto snapshot = setup.List();
  REQUIRE(!snapshot);
  CHECK(snapshot.error().kind() == c.kind);
  CAPTURE(snapshot.error().message());
  for (const std::string_view word : c.words) {
    CAPTURE(word);
    CHECK(snapshot.error().message().find(word) != std::string::npos);
  }
}

struct MessageCase {
  int status;
  std::string_view body;
  std::string_view message;
};

TEST_CASE("a refusal that needs no advice is named once", "[intersight]") {
  const auto& c = GENERATE(values<MessageCase>({
      {500, "", "list sessions: HTTP 500"},
      {500, R"({"code":"InternalServerError"})", "list sessions: HTTP 500 InternalServerError"},
      {500, R"({"traceId":"t3"})", "list sessions: HTTP 500 (trace id t3)"},
      {429, "", "list sessions: HTTP 429: too many requests"},
      {302, "",
       "list sessions: HTTP 302: redirects to an address that it does not name, which is not "
       "followed because the request holds credentials; check the scheme, host and path of the "
       "URL"},
  }));
  IntersightSetup setup;
  setup.Answer(std::string(c.body), c.status);
  CHECK(setup.List().error().message() == c.message);
}

TEST_CASE("only a request with a filter says to check it", "[intersight]") {
  constexpr std::string_view kAdvice = "check the target's filter";
  IntersightSetup setup;
  SECTION("the sessions' list with one") {
    setup.config->filter = "Status eq";
    for (int i = 0; i < 2; ++i) setup.Answer("", 400);
    CHECK(setup.List().error().message().find(kAdvice) != std::string::npos);
  }
  SECTION("the sessions' list without") {
    for (int i = 0; i < 2; ++i) setup.Answer("", 400);
    CHECK(setup.List().error().message().find(kAdvice) == std::string::npos);
  }
  SECTION("the limits, which have none") {
    setup.config->filter = "Status eq 'Active'";
    setup.config->session_limits = true;
    setup.Answer(Page(0, 1, 1));
    setup.Answer("", 400);
    CHECK(setup.List().error().message() ==
          "list session limits: HTTP 400: Intersight does not understand the request");
  }
}

TEST_CASE("the trace id of the header is the one to name", "[intersight]") {
  IntersightSetup setup;
  FakeAnswer answer = IntersightAnswer(std::string(kInvalidKey), 401);
  answer.head.headers["x-starship-traceid"] = "FromTheHeader";
  setup.Answer(answer);
  CHECK(setup.List().error().message().find("(trace id FromTheHeader)") != std::string::npos);
}

struct ClockCase {
  std::chrono::seconds ahead;  // Intersight's clock
  std::string_view words;
};

TEST_CASE("a refusal tells when the clocks differ", "[intersight]") {
  const auto& c = GENERATE(values<ClockCase>({
      {-20min, "this host's clock is 1200 s ahead of Intersight's"},
      {2h, "this host's clock is 7200 s behind Intersight's"},
  }));
  IntersightSetup setup;
  FakeAnswer answer = IntersightAnswer(std::string(kInvalidKey), 401);
  answer.head.date = kArrival + c.ahead;
  setup.Answer(answer);
  CHECK(setup.List().error().message().find(c.words) != std::string::npos);
}

TEST_CASE("nothing that was sent is repeated from a refusal", "[intersight]") {
  IntersightSetup setup;
  setup.config->api_key_id = "CANARYACCOUNT/CANARYUSER/CANARYKEY";
  setup.Answer(R"({"code":"CANARYACCOUNT","messageId":"CANARYUSER","traceId":"CANARYKEY"})", 500);
  const std::string message = setup.List().error().message();
  CHECK(message.find("CANARY") == std::string::npos);
}

// For each request whether it asked for LoginType.
std::vector<bool> AskedForLoginType(const IntersightSetup& setup) {
  std::vector<bool> asked;
  for (const std::string& target : setup.SentTargets()) {
    asked.push_back(target.find("LoginType") != std::string::npos);
  }
  return asked;
}

void ListAfterRefusal(IntersightSetup& setup, std::string_view refusal, int status) {
  setup.Answer(std::string(refusal), status);
  setup.Answer(Page(0, 1, 1));
  REQUIRE(setup.List());
}

void ListAtOnce(IntersightSetup& setup) {
  setup.Answer(Page(0, 1, 1));
  REQUIRE(setup.List());
}

TEST_CASE("an appliance that does not know LoginType is asked without it", "[intersight]") {
  IntersightSetup setup;
  setup.config->page_size = 1;
  setup.Answer(std::string(kInvalidUrl), GENERATE(400, 403));
  setup.Answer(Page(0, 1, 2));
  setup.Answer(Page(1, 1, 2));
  REQUIRE(setup.List());
  CHECK(AskedForLoginType(setup) == std::vector<bool>{true, false, false});
}

TEST_CASE("two refusals in a row leave LoginType out for an hour", "[intersight]") {
  IntersightSetup setup;
  const int status = GENERATE(400, 403);
  ListAfterRefusal(setup, kInvalidUrl, status);
  ListAfterRefusal(setup, kInvalidUrl, status);
  setup.clock.Advance(59min);
  ListAtOnce(setup);
  CHECK(AskedForLoginType(setup) == std::vector<bool>{true, false, true, false, false});

  SECTION("and one more after that for another") {
    setup.clock.Advance(2min);
    ListAfterRefusal(setup, kInvalidUrl, status);
    ListAtOnce(setup);
    CHECK(AskedForLoginType(setup) ==
          std::vector<bool>{true, false, true, false, false, true, false, false});
  }
}

TEST_CASE("refusals that are not in a row leave LoginType in", "[intersight]") {
  IntersightSetup setup;
  ListAfterRefusal(setup, kInvalidUrl, 403);
  ListAtOnce(setup);
  ListAfterRefusal(setup, kInvalidUrl, 403);
  ListAtOnce(setup);
  CHECK(AskedForLoginType(setup) == std::vector<bool>{true, false, true, true, false, true});
}

TEST_CASE("one refusal that names LoginType leaves it out for an hour", "[intersight]") {
  IntersightSetup setup;
  ListAfterRefusal(
      setup, R"({"code":"InvalidRequest","message":"Property 'LoginType' is not known."})", 400);
  ListAtOnce(setup);
  CHECK(AskedForLoginType(setup) == std::vector<bool>{true, false, false});
}

TEST_CASE("a right that is missing is not looked for twice", "[intersight]") {
  IntersightSetup setup;
  setup.Answer(std::string(kNoRight), 403);
  CHECK(setup.List().error().kind() == ErrorKind::kPermission);
  CHECK(setup.http.sent().size() == 1);
}

TEST_CASE("a 403 that stays one is a missing right", "[intersight]") {
  IntersightSetup setup;
  setup.Answer(std::string(kInvalidUrl), 403);
  setup.Answer(std::string(kInvalidUrl), 403);
  CHECK(setup.List().error().kind() == ErrorKind::kPermission);
  CHECK(setup.http.sent().size() == 2);
}

struct WaitCase {
  int status;
  std::string_view retry_after;  // empty: none
  std::size_t requests;
};

TEST_CASE("a Retry-After within the deadline is waited for once", "[intersight]") {
  const auto& c = GENERATE(values<WaitCase>({
      {429, "0", 2},
      {503, "0", 2},
      {429, "Thu, 20 Aug 2026 09:10:00 GMT", 2},
      {429, "", 1},
      {503, "", 1},
      {429, "120", 1},
      {429, "Thu, 20 Aug 2026 10:10:00 GMT", 1},
      {429, "soon", 1},
      {500, "0", 1},
  }));
  CAPTURE(c.status, c.retry_after);
  IntersightSetup setup;
  setup.time_left = 5s;
  FakeAnswer refusal = IntersightAnswer("", c.status);
  if (!c.retry_after.empty()) refusal.head.headers["retry-after"] = c.retry_after;
  setup.Answer(refusal);
  setup.Answer(Page(0, 1, 1));
  const auto start = std::chrono::steady_clock::now();
  const auto snapshot = setup.List();
  CHECK(snapshot.has_value() == (c.requests == 2));
  if (!snapshot) {
    CHECK(snapshot.error().kind() ==
          (c.status == 429 ? ErrorKind::kRateLimited : ErrorKind::kHttp));
  }
  CHECK(setup.http.sent().size() == c.requests);
  CHECK(std::chrono::steady_clock::now() - start < 2s);
}

TEST_CASE("a second Retry-After is not waited for", "[intersight]") {
  IntersightSetup setup;
  FakeAnswer refusal = IntersightAnswer("", 429);
  refusal.head.headers["retry-after"] = "0";
  setup.Answer(refusal);
  setup.Answer(refusal);
  CHECK(setup.List().error().kind() == ErrorKind::kRateLimited);
  CHECK(setup.http.sent().size() == 2);
}

TEST_CASE("the program's end cuts a wait short", "[intersight]") {
  IntersightSetup setup;
  FakeAnswer refusal = IntersightAnswer("", 429);
  refusal.head.headers["retry-after"] = "30";
  setup.Answer(refusal);
  std::jthread ending([&] {
    std::this_thread::sleep_for(50ms);
    setup.stop.request_stop();
  });
  const auto start = std::chrono::steady_clock::now();
  CHECK(setup.List().error().kind() == ErrorKind::kRateLimited);
  CHECK(std::chrono::steady_clock::now() - start < 5s);
}

}  // namespace
}  // namespace session_exporter
