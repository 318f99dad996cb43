// Signatures and tokens as the requests carry them.
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "catch.h"
#include "unit/backends/intersight_setup.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;
using test::IntersightSetup;
using test::Page;

std::string Header(const SentRequest& sent, std::string_view name) {
  for (const auto& [header, value] : sent.request.headers) {
    if (header == name) return std::string(value.Reveal());
  }
  return {};
}

TEST_CASE("each request is signed anew, with the time of its sending", "[intersight]") {
  IntersightSetup setup;
  setup.config->page_size = 1;
  setup.Answer(Page(0, 1, 2));
  setup.Answer(Page(1, 1, 2));
  REQUIRE(setup.List());
  const auto& sent = setup.http.sent();
  REQUIRE(sent.size() == 2);
  for (const SentRequest& request : sent) {
    CHECK(Header(request, "Authorization")
              .starts_with("Signature keyId=\"account/user/key\",algorithm=\"hs2019\","));
    CHECK(Header(request, "Date") == "Thu, 20 Aug 2026 09:10:00 GMT");
    CHECK(Header(request, "Host") == "intersight.example");
  }
  CHECK(Header(sent[0], "Authorization") != Header(sent[1], "Authorization"));
}

TEST_CASE("a key that goes bad is an error of the configuration", "[intersight]") {
  IntersightSetup setup;
  setup.config->secret_key = SecretSource::FromValue(Secret("no key"));
  const auto snapshot = setup.List();
  REQUIRE(!snapshot);
  CHECK(snapshot.error().kind() == ErrorKind::kConfig);
  CHECK(snapshot.error().message().starts_with("list sessions: secret_key: there is no private"));
  CHECK(setup.http.sent().empty());
}

constexpr std::string_view kToken =
    R"({"access_token":"CANARY-TOKEN-1","expires_in":600,"token_type":"Bearer"})";
constexpr std::string_view kToken2 =
    R"({"access_token":"CANARY-TOKEN-2","expires_in":600,"token_type":"Bearer"})";

struct TokenSetup : IntersightSetup {
  TokenSetup() {
    config->client_id = "client";
    config->client_secret = SecretSource::FromValue(Secret("CANARY-CLIENT-SECRET"));
  }
};

TEST_CASE("a token is fetched once and used until shortly before its end", "[intersight]") {
  TokenSetup setup;
  setup.Answer(std::string(kToken));
  setup.Answer(Page(0, 1, 1));
  setup.Answer(Page(0, 1, 1));
  setup.Answer(std::string(kToken2));
  setup.Answer(Page(0, 1, 1));
  REQUIRE(setup.List());
  REQUIRE(setup.List());
  const auto& sent = setup.http.sent();
  REQUIRE(sent.size() == 3);
  CHECK(sent[0].request.url == "https://intersight.example/iam/token");
  CHECK(sent[0].operation == "fetch_token");
  CHECK(Header(sent[1], "Authorization") == "Bearer CANARY-TOKEN-1");
  CHECK(Header(sent[2], "Authorization") == "Bearer CANARY-TOKEN-1");
  setup.clock.Advance(541s);
  REQUIRE(setup.List());
  REQUIRE(sent.size() == 5);
  CHECK(Header(sent[4], "Authorization") == "Bearer CANARY-TOKEN-2");
}

TEST_CASE("targets of one application share its token", "[intersight]") {
  TokenSetup setup;
  setup.Answer(std::string(kToken));
  for (int i = 0; i < 3; ++i) setup.Answer(Page(0, 1, 1));
  for (int i = 0; i < 3; ++i) {
    CHECK(setup.Make()->ListSessions({Deadline::After(1s), nullptr}).has_value());
  }
  CHECK(setup.http.sent().size() == 4);
}

TEST_CASE("a token that is refused is replaced once", "[intersight]") {
  TokenSetup setup;
  setup.Answer(std::string(kToken));
  setup.Answer("", 401);
  setup.Answer(std::string(kToken2));
  SECTION("and the new one serves") {
    setup.Answer(Page(0, 1, 1));
    CHECK(setup.List().has_value());
    CHECK(Header(setup.http.sent().at(3), "Authorization") == "Bearer CANARY-TOKEN-2");
  }
  SECTION("and if that is refused too, the target fails") {
    setup.Answer("", 401);
    CHECK(setup.List().error().kind() == ErrorKind::kAuth);
    CHECK(setup.http.sent().size() == 4);
  }
}

TEST_CASE("without a token nothing is asked", "[intersight]") {
  TokenSetup setup;
  setup.Answer(R"({"error":"invalid_client","error_description":"CANARY-CLIENT-SECRET"})", 401);
  const auto snapshot = setup.List();
  REQUIRE(!snapshot);
  CHECK(snapshot.error().kind() == ErrorKind::kAuth);
  CHECK(snapshot.error().message().starts_with("list sessions: fetch a token: HTTP 401"));
  CHECK(snapshot.error().message().find("CANARY") == std::string::npos);
  CHECK(setup.http.sent().size() == 1);
}

}  // namespace
}  // namespace session_exporter
