#include <string>
#include <string_view>

#include "backends/kasm/kasm_api.h"
#include "base/utf8.h"
#include "catch.h"
#include "unit/backends/read_kasms.h"

namespace session_exporter {
namespace {

struct BodyCase {
  std::string_view name;
  std::string body;
  ErrorKind kind;
  std::string_view message;
};

TEST_CASE("an answer that is no list of sessions is an error", "[kasm]") {
  const auto& c = GENERATE(values<BodyCase>({
      {"no list", "{}", ErrorKind::kProtocol, "the answer has no list \"kasms\""},
      {"another list", R"({"users": []})", ErrorKind::kProtocol, "has no list \"kasms\""},
      {"null", R"({"kasms": null})", ErrorKind::kProtocol,
       "has no list \"kasms\", but a value of another type"},
      {"an object", R"({"kasms": {"a": {}}})", ErrorKind::kProtocol, "a value of another type"},
      {"a string", R"({"kasms": "[]"})", ErrorKind::kProtocol, "a value of another type"},
      {"twice", R"({"kasms": [], "kasms": []})", ErrorKind::kProtocol, "is there twice"},
      {"empty", "", ErrorKind::kProtocol, "the answer is empty"},
      {"HTML", "<html><h1>500</h1></html>", ErrorKind::kProtocol, "'<' at byte 0"},
      {"cut", R"({"kasms": [{"kasm_id": "a"})", ErrorKind::kProtocol, "the answer is cut"},
      {"an error", R"({"error_message": "No resources are available"})", ErrorKind::kBackend,
       "Kasm answered with an error: No resources are available"},
      {"an error beside a list", R"({"kasms": [{"kasm_id": "a"}], "error_message": "partly"})",
       ErrorKind::kBackend, "Kasm answered with an error: partly"},
      {"an error before the list", R"({"error_message": "early", "kasms": []})",
       ErrorKind::kBackend, "Kasm answered with an error: early"},
      {"an error, cut", R"({"error_message": "No res)", ErrorKind::kProtocol, "the answer is cut"},
      {"a large session", R"({"kasms": [{"x": ")" + std::string(2'000'000, 'x') + "\"}]}",
       ErrorKind::kLimit, "a value of more than 1048576 bytes"},
  }));
  CAPTURE(c.name);
  for (const std::size_t piece : {std::size_t{64}, std::size_t{4'000'000}}) {
    const auto snapshot = ReadKasms(c.body, {}, TestHead(), piece);
    REQUIRE_FALSE(snapshot);
    CHECK(snapshot.error().kind() == c.kind);
    CHECK_THAT(snapshot.error().message(), Catch::Matchers::Contains(std::string(c.message)));
  }
}

TEST_CASE("an error_message that says nothing is none", "[kasm]") {
  const std::string_view message = GENERATE(as<std::string_view>{}, R"("")", "null", "false", "{}");
  CHECK(ReadKasms(fmt::format(R"({{"error_message": {}, "kasms": []}})", message)));
}

TEST_CASE("an error_message is quoted clean and short", "[kasm]") {
  const auto snapshot =
      ReadKasms(R"({"error_message": "\u001b[2Jbad\u0000)" + std::string(1000, 'x') + "\"}");
  REQUIRE_FALSE(snapshot);
  const std::string& message = snapshot.error().message();
  CHECK_THAT(message, Catch::Matchers::StartsWith(
                          "Kasm answered with an error: \xEF\xBF\xBD[2Jbad\xEF\xBF\xBDxxx"));
  CHECK(IsCleanText(message));
  CHECK(message.size() <= 230);
}

TEST_CASE("an error_message that repeats a credential is withheld", "[kasm]") {
  const std::string_view message = GENERATE(
      as<std::string_view>{}, "key key-of-the-test is unknown", "secret-of-the-test",
      "bad request: {\\\"api_key_secret\\\":\\\"secret-of-the-test\\\"}",
      "header a2V5LW9mLXRoZS10ZXN0OnNlY3JldC1vZi10aGUtdGVzdA== refused",
      "Basic a2V5LW9mLXRoZS10ZXN0OnNlY3JldC1vZi10aGUtdGVzdA==", "escaped \\u0073ecret-of-the-test");
  CAPTURE(message);
  const auto snapshot = ReadKasms(fmt::format(R"({{"error_message": "{}"}})", message));
  REQUIRE_FALSE(snapshot);
  CHECK(snapshot.error().kind() == ErrorKind::kBackend);
  CHECK(snapshot.error().message() ==
        "Kasm answered with an error (its text repeats a secret of the request)");
}

TEST_CASE("a credential beyond what is quoted withholds the message too", "[kasm]") {
  const auto snapshot =
      ReadKasms(R"({"error_message": ")" + std::string(190, 'x') + R"(secret-of-the-test"})");
  REQUIRE_FALSE(snapshot);
  CHECK_THAT(snapshot.error().message(),
             Catch::Matchers::EndsWith("(its text repeats a secret of the request)"));
}

struct StatusCase {
  int status;
  ErrorKind kind;
  std::string_view message;
};

TEST_CASE("a status says what an operator can do about it", "[kasm]") {
  const auto& c = GENERATE(values<StatusCase>({
      {401, ErrorKind::kAuth, "HTTP 401: Kasm refused the API key; check api_key"},
      {403, ErrorKind::kPermission, "HTTP 403: the API key lacks the permission Sessions View"},
      {404, ErrorKind::kHttp, "HTTP 404: there is no get_kasms at this address; check url"},
      {405, ErrorKind::kHttp, "HTTP 405: there is no get_kasms at this address"},
      {429, ErrorKind::kRateLimited, "HTTP 429: too many requests"},
      {400, ErrorKind::kHttp, "HTTP 400"},
      {500, ErrorKind::kHttp, "HTTP 500"},
      {502, ErrorKind::kHttp, "HTTP 502"},
      {204, ErrorKind::kHttp, "HTTP 204"},
      {302, ErrorKind::kHttp, "HTTP 302 redirects to"},
  }));
  HttpHead head;
  head.status = c.status;
  const Error error = ErrorOfKasmStatus(head);
  CHECK(error.kind() == c.kind);
  CHECK_THAT(error.message(), Catch::Matchers::StartsWith(std::string(c.message)));
}

}  // namespace
}  // namespace session_exporter
