#include "server/access_guard.h"

#include <algorithm>
#include <array>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "fakes/manual_clock.h"
#include "unit/server/test_server.h"

namespace session_exporter::test {
namespace {

constexpr std::string_view kRight = "Basic YWxpY2U6c2VjcmV0";      // alice:secret
constexpr std::string_view kWrong = "Basic YWxpY2U6c2VjcmV0cw==";  // alice:secrets

struct Guarded {
  WebConfig config;
  ManualClock clock;
  LogLines lines;
  Log log{LogLevel::kDebug, LogFormat::kLogfmt, lines.sink()};
  std::atomic<int> reached{0};
  AccessGuard guard{[this] { return std::make_shared<const WebConfig>(config); },
                    [this](IncomingRequest request, const Responder& respond) {
                      ++reached;
                      Echo(std::move(request), respond);
                    },
                    clock, log,
                    [](std::string_view password, const std::string& hash) {
                      return hash == "hash of " + std::string(password);
                    }};

  OutgoingResponse Ask(const std::string& path, std::string_view authorization = {},
                       const std::string& method = "GET") {
    IncomingRequest request;
    request.method = method;
    request.path = path;
    request.remote_address = "192.0.2.1:5000";
    if (!authorization.empty()) request.headers.emplace_back("authorization", authorization);
    Handover<std::shared_ptr<OutgoingResponse>> answer;
    guard.Handle(std::move(request), [&](OutgoingResponse response) {
      answer.Put(std::make_shared<OutgoingResponse>(std::move(response)));
    });
    return std::move(*answer.Take());
  }
  void AddUser() { config.users.emplace("alice", Secret("hash of secret")); }
};

std::string HeaderOf(const OutgoingResponse& response, std::string_view name) {
  std::string all;
  for (const auto& [key, value] : response.headers) {
    if (key == name) all += (all.empty() ? "" : "|") + value;
  }
  return all;
}

TEST_CASE("without a web-config file everything passes as it is", "[guard]") {
  Guarded guarded;
  const OutgoingResponse response = guarded.Ask("/metrics");
  CHECK(response.status == 200);
  CHECK(response.headers.size() == 1);
}

TEST_CASE("with users every path and method needs a password", "[guard]") {
  Guarded guarded;
  guarded.AddUser();
  const std::string path =
      GENERATE("/metrics", "/", "/probe", "/-/reload", "/-/healthy", "/unknown", "*", "//metrics",
               "/metrics/", "/%6detrics", "/-/healthy/../x");
  const std::string method = GENERATE("GET", "HEAD", "POST", "PUT", "OPTIONS", "CONNECT");
  const OutgoingResponse refused = guarded.Ask(path, {}, method);
  CHECK(refused.status == 401);
  CHECK(HeaderOf(refused, "WWW-Authenticate") == "Basic");
  CHECK(guarded.Ask(path, kWrong, method).status == 401);
  CHECK(guarded.Ask(path, "Bearer YWxpY2U6c2VjcmV0", method).status == 401);
  CHECK(guarded.reached == 0);
  CHECK(guarded.Ask(path, kRight, method).status == 200);
  CHECK(guarded.reached == 1);
  CHECK(guarded.lines.Count("secrets") == 0);
}

TEST_CASE("excluded paths are exact", "[guard]") {
  Guarded guarded;
  guarded.AddUser();
  guarded.config.auth_excluded_paths = {"/-/healthy"};
  CHECK(guarded.Ask("/-/healthy").status == 200);
  CHECK(guarded.Ask("/-/healthy", kWrong).status == 200);
  for (const char* path : {"/-/healthy/", "/-/Healthy", "/-/health", "/-/healthy%20",
                           "/%2d/healthy", "/-//healthy", "/-/healthyx", "/-/healthy;x"}) {
    INFO(path);
    CHECK(guarded.Ask(path).status == 401);
  }
}

TEST_CASE("configured headers come with every answer, unless an endpoint has its own", "[guard]") {
  Guarded guarded;
  guarded.AddUser();
  guarded.config.headers = {{"X-Frame-Options", "deny"}, {"content-type", "text/x"}};
  guarded.config.rate_limit = {std::chrono::milliseconds(1000), 2};
  const OutgoingResponse answered = guarded.Ask("/", kRight);
  CHECK(HeaderOf(answered, "X-Frame-Options") == "deny");
  CHECK(HeaderOf(answered, "Content-Type") == "text/plain");
  CHECK(HeaderOf(answered, "content-type").empty());
  const OutgoingResponse refused = guarded.Ask("/");
  CHECK(refused.status == 401);
  CHECK(HeaderOf(refused, "X-Frame-Options") == "deny");
  const OutgoingResponse limited = guarded.Ask("/", kRight);
  CHECK(limited.status == 429);
  CHECK(HeaderOf(limited, "X-Frame-Options") == "deny");
}

TEST_CASE("above the rate limit requests get 429, refused ones included", "[guard]") {
  Guarded guarded;
  guarded.AddUser();
  guarded.config.rate_limit = {std::chrono::milliseconds(1000), 2};
  CHECK(guarded.Ask("/").status == 401);
  CHECK(guarded.Ask("/", kRight).status == 200);
  const OutgoingResponse limited = guarded.Ask("/", kRight);
  CHECK(limited.status == 429);
  CHECK(HeaderOf(limited, "Retry-After") == "1");
  guarded.clock.Advance(std::chrono::seconds(1));
  CHECK(guarded.Ask("/", kRight).status == 200);
}

TEST_CASE("changed users take effect with the next request", "[guard]") {
  Guarded guarded;
  CHECK(guarded.Ask("/").status == 200);
  guarded.AddUser();
  CHECK(guarded.Ask("/").status == 401);
  CHECK(guarded.Ask("/", kRight).status == 200);
  guarded.config.users.at("alice") = Secret("hash of other");
  CHECK(guarded.Ask("/", kRight).status == 401);
}

// Begins a check of "alice" with a password of one digit; the status comes when it is answered.
std::shared_ptr<Handover<int>> BeginFrom(AccessGuard& guard, const std::string& address,
                                         const std::string& network, const std::string& digit) {
  constexpr std::string_view kAliceColon = "Basic YWxpY2U6";
  IncomingRequest request;
  request.path = "/metrics";
  request.remote_address = address;
  request.network = network;
  request.headers.emplace_back("authorization", std::string(kAliceColon) + digit + "==");
  auto status = std::make_shared<Handover<int>>();
  guard.Handle(std::move(request),
               [status](const OutgoingResponse& response) { status->Put(response.status); });
  return status;
}

TEST_CASE("all addresses of an IPv6 network share the few places of one guesser", "[guard]") {
  constexpr std::array<const char*, 6> kDigits = {"MQ", "Mg", "Mw", "NA", "NQ", "Ng"};
  const std::string network = "2001:db8::/64";
  WebConfig config;
  config.users.emplace("alice", Secret("hash"));
  const ManualClock clock;
  Log log(LogLevel::kError, LogFormat::kLogfmt, [](std::string_view /*line*/) {});
  std::promise<void> shut;
  AccessGuard guard([&] { return std::make_shared<const WebConfig>(config); }, Echo, clock, log,
                    [opened = shut.get_future().share()](std::string_view /*password*/,
                                                         const std::string& /*hash*/) {
                      opened.wait();
                      return false;
                    });
  std::vector<std::shared_ptr<Handover<int>>> waiting;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::string address = "[2001:db8::" + std::to_string(i + 1) + "]:5000";
    waiting.push_back(BeginFrom(guard, address, network, kDigits[i]));
  }
  CHECK(BeginFrom(guard, "[2001:db8::5]:5000", network, kDigits[4])->Take() == 503);
  waiting.push_back(BeginFrom(guard, "[2001:db8:0:1::1]:5000", "2001:db8:0:1::/64", kDigits[5]));
  shut.set_value();
  for (const auto& status : waiting) CHECK(status->Take() == 401);
}

}  // namespace
}  // namespace session_exporter::test
