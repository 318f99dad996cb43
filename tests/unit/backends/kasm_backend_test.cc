#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "backends/kasm/kasm_config.h"
#include "backends/registry.h"
#include "base/timestamp.h"
#include "catch.h"
#include "fakes/fake_http_client.h"
#include "unit/backends/read_kasms.h"

namespace session_exporter {
namespace {

// A folder of its own that goes with the test.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "kasm_backend.XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string Write(const std::string& name, std::string_view text) const {
    const std::filesystem::path file = path_ / name;
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
    return file.string();
  }

 private:
  std::filesystem::path path_;
};

struct Setup {
  FakeHttpClient http;
  SystemClock clock;
  CredentialStores credentials{http, clock};
  std::shared_ptr<KasmConfig> config = std::make_shared<KasmConfig>();
  TargetConfig target;

  Setup() {
    config->url = "https://kasm.example.com:8443/prefix";
    config->api_key = SecretSource::FromValue(Secret("the-key"));
    config->api_key_secret = SecretSource::FromValue(Secret("the-secret"));
    target.name = "lab";
    target.backend_config = config;
  }

  [[nodiscard]] std::unique_ptr<Backend> Make() {
    return FindBackend("kasm")->Create(target, {http, clock, credentials});
  }
  Result<Snapshot> List() {
    return Make()->ListSessions({Deadline::After(std::chrono::minutes(5)), nullptr});
  }
};

FakeAnswer Answer(std::string body, int status = 200) {
  FakeAnswer answer;
  answer.head = TestHead();
  answer.head.status = status;
  answer.body = std::move(body);
  return answer;
}

TEST_CASE("a listing is one request, whatever the pieces of its answer", "[kasm_backend]") {
  Setup setup;
  FakeAnswer answer = Answer(GetKasmsFixture());
  answer.piece_bytes = GENERATE(as<std::size_t>{}, 1, 7, 100'000);
  setup.http.Answer(answer);
  const auto snapshot = setup.List();
  REQUIRE(snapshot);
  CHECK(snapshot->sessions.size() == 3);
  CHECK(snapshot->fetched_at == ParseTimestamp("2026-11-23 00:40:00"));
  REQUIRE(setup.http.sent().size() == 1);
  const SentRequest& sent = setup.http.sent()[0];
  CHECK(sent.operation == "get_kasms");
  CHECK(sent.request.url == "https://kasm.example.com:8443/prefix/api/public/get_kasms");
  CHECK(sent.request.body.Reveal() == R"({"api_key":"the-key","api_key_secret":"the-secret"})");
}

TEST_CASE("a target's options reach the request and the reader", "[kasm_backend]") {
  Setup setup;
  setup.target.max_response_bytes = 12345;
  setup.target.max_sessions = 2;
  setup.target.http.server_name = "inner";
  setup.target.info_labels = {"port"};
  setup.config->idle_after = std::chrono::seconds(1);
  setup.http.Answer(Answer(GetKasmsFixture()));
  const auto backend = setup.Make();
  const Deadline deadline = Deadline::After(std::chrono::minutes(3));
  class Observer final : public RequestObserver {
    void OnRequest(const RequestRecord&) override {}
  } observer;
  const auto snapshot = backend->ListSessions({deadline, &observer});
  REQUIRE(snapshot);
  CHECK(snapshot->truncated);
  REQUIRE(snapshot->sessions.size() == 2);
  CHECK(snapshot->sessions[0].state == SessionState::kIdle);
  CHECK(snapshot->symbols.Text(snapshot->sessions[0].info[6]) == "443");
  const SentRequest& sent = setup.http.sent().at(0);
  CHECK(sent.deadline == deadline);
  CHECK(sent.observer == &observer);
  CHECK(sent.max_body_bytes == 12345);
  CHECK(sent.options->server_name == "inner");
}

TEST_CASE("an error before the answer is passed on with its kind and context", "[kasm_backend]") {
  const ErrorKind kind = GENERATE(from_range(kAllErrorKinds.begin(), kAllErrorKinds.end()));
  Setup setup;
  FakeAnswer answer;
  answer.head_error = Error(kind, "it broke");
  setup.http.Answer(answer);
  const auto snapshot = setup.List();
  REQUIRE_FALSE(snapshot);
  CHECK(snapshot.error().kind() == kind);
  CHECK(snapshot.error().message() == "list sessions: it broke");
}

TEST_CASE("an error within the answer is passed on, and no half list", "[kasm_backend]") {
  const ErrorKind kind = GENERATE(ErrorKind::kConnect, ErrorKind::kTimeout, ErrorKind::kLimit);
  Setup setup;
  FakeAnswer answer = Answer(GENERATE(GetKasmsFixture(), GetKasmsFixture().substr(0, 1700), ""));
  answer.body_error = Error(kind, "it broke");
  setup.http.Answer(answer);
  const auto snapshot = setup.List();
  REQUIRE_FALSE(snapshot);
  CHECK(snapshot.error().kind() == kind);
  CHECK(snapshot.error().message() == "list sessions: it broke");
}

struct AnswerCase {
  int status;
  std::string body;
  ErrorKind kind;
  std::string_view message;
};

TEST_CASE("an answer that is no listing is an error with its context", "[kasm_backend]") {
  const auto& c = GENERATE(values<AnswerCase>({
      {200, "<html>maintenance</html>", ErrorKind::kProtocol, "not the JSON that was expected"},
      {200, "", ErrorKind::kProtocol, "the answer is empty"},
      {200, R"({"kasms": [)", ErrorKind::kProtocol, "the answer is cut"},
      {200, R"({"error_message": "no"})", ErrorKind::kBackend, "Kasm answered with an error: no"},
      {200, R"({"error_message": "the-secret"})", ErrorKind::kBackend,
       "(its text repeats a secret of the request)"},
      {200, R"({"error_message": "no the-gateway-secret"})", ErrorKind::kBackend,
       "(its text repeats a secret of the request)"},
      {401, R"({"error_message": "the-secret"})", ErrorKind::kAuth, "HTTP 401"},
      {403, R"({"error_message": "Unauthorized"})", ErrorKind::kPermission, "HTTP 403"},
      {500, "<html>", ErrorKind::kHttp, "HTTP 500"},
      {204, "", ErrorKind::kHttp, "HTTP 204"},
      {206, R"({"kasms": []})", ErrorKind::kHttp, "HTTP 206"},
  }));
  CAPTURE(c.status, c.body);
  Setup setup;
  setup.target.http.headers = {{"X-Gateway-Key", Secret("the-gateway-secret")}};
  setup.http.Answer(Answer(c.body, c.status));
  const auto snapshot = setup.List();
  REQUIRE_FALSE(snapshot);
  CHECK(snapshot.error().kind() == c.kind);
  CHECK_THAT(snapshot.error().message(), Catch::Matchers::StartsWith("list sessions: "));
  CHECK_THAT(snapshot.error().message(), Catch::Matchers::Contains(std::string(c.message)));
  CHECK_THAT(snapshot.error().message(), !Catch::Matchers::Contains("the-secret"));
}

TEST_CASE("a secret file that is replaced takes effect with the next collection",
          "[kasm_backend]") {
  const Folder folder;
  Setup setup;
  setup.config->api_key_secret = SecretSource::FromFile(folder.Write("secret", "old\n"));
  setup.http.Answer(Answer(R"({"kasms": []})"));
  setup.http.Answer(Answer(R"({"kasms": []})"));
  const auto backend = setup.Make();
  const CollectionContext context{Deadline::After(std::chrono::minutes(5)), nullptr};
  REQUIRE(backend->ListSessions(context));
  (void)folder.Write("secret", "new\n");
  REQUIRE(backend->ListSessions(context));
  CHECK(setup.http.sent().at(0).request.body.Reveal() ==
        R"({"api_key":"the-key","api_key_secret":"old"})");
  CHECK(setup.http.sent().at(1).request.body.Reveal() ==
        R"({"api_key":"the-key","api_key_secret":"new"})");
}

TEST_CASE("a secret file that is gone is kConfig, and nothing is sent", "[kasm_backend]") {
  const Folder folder;
  const std::string file = folder.Write("secret", "value\n");
  const bool key = GENERATE(true, false);
  Setup setup;
  (key ? setup.config->api_key : setup.config->api_key_secret) = SecretSource::FromFile(file);
  std::filesystem::remove(file);
  const auto snapshot = setup.List();
  REQUIRE_FALSE(snapshot);
  CHECK(snapshot.error().kind() == ErrorKind::kConfig);
  CHECK_THAT(
      snapshot.error().message(),
      Catch::Matchers::StartsWith(key ? "api_key: secret file " : "api_key_secret: secret file "));
  CHECK_THAT(snapshot.error().message(), Catch::Matchers::Contains(file));
  CHECK(setup.http.sent().empty());
}

struct EndpointCase {
  std::string url;
  std::string_view endpoint;
};

TEST_CASE("a target is described by scheme and host of its URL", "[kasm_backend]") {
  const auto& c = GENERATE(values<EndpointCase>({
      {"https://kasm.example.com", "https://kasm.example.com"},
      {"https://kasm.example.com:8443/a/b", "https://kasm.example.com:8443"},
      {"http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080"},
  }));
  Setup setup;
  setup.config->url = c.url;
  const TargetDescription description = setup.Make()->Describe();
  CHECK(description.endpoint == c.endpoint);
  CHECK(description.aws_account_id.empty());
  CHECK(description.aws_region.empty());
}

}  // namespace
}  // namespace session_exporter
