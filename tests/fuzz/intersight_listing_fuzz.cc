// Any answers, of any status, to the requests of a listing of Intersight: it ends, with a snapshot
// that keeps its promises or an error that can be shown, and asks for no more pages than allowed.
//
// The input is a sequence of answers with a NUL between them; an answer's first byte chooses its
// status, the first byte of all the size of a page.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "backends/backend.h"
#include "backends/intersight/intersight_config.h"
#include "backends/registry.h"
#include "base/utf8.h"
#include "fakes/fake_http_client.h"
#include "fakes/manual_clock.h"
#include "fuzz/check_snapshot.h"

namespace {

using namespace session_exporter;  // NOLINT(google-build-using-namespace): a program of one file

constexpr int kMostPages = 5;
constexpr std::size_t kMostSessions = 20;

FakeAnswer AnswerOf(std::string_view text) {
  constexpr int kStatuses[] = {200, 200, 200, 200, 400, 401, 403, 404, 429, 500, 503, 302};
  FakeAnswer answer;
  answer.head.status = 200;
  answer.head.received_at = Timestamp(Microseconds(1'790'000'000'000'000));
  answer.head.headers["retry-after"] = "0";
  if (!text.empty()) {
    answer.head.status = kStatuses[static_cast<unsigned char>(text[0]) % std::size(kStatuses)];
    text.remove_prefix(1);
  }
  answer.body = text;
  return answer;
}

void CheckSigns(const Snapshot& snapshot) {
  for (const Session& session : snapshot.sessions) {
    Require(!session.sign_of_life || session.keepalive, "only an activity is a sign of life");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  FakeHttpClient http;
  test::ManualClock clock;
  CredentialStores credentials(http, clock);
  auto config = std::make_shared<IntersightConfig>();
  config->client_id = "client";
  config->client_secret = SecretSource::FromValue(Secret("secret-canary"));
  TargetConfig target;
  target.max_pages = kMostPages;
  target.max_sessions = kMostSessions;
  target.backend_config = config;
  if (!input.empty()) {
    config->page_size = 1 + static_cast<unsigned char>(input[0]) % 8;
    input.remove_prefix(1);
  }
  FakeAnswer token;
  token.head.status = 200;
  token.body = R"({"access_token":"token-canary","expires_in":600})";
  http.Answer(token);
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\0'), input.size());
    http.Answer(AnswerOf(input.substr(0, end)));
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  const auto backend = FindBackend("intersight")->Create(target, {http, clock, credentials});
  const auto listed = backend->ListSessions({Deadline::After(std::chrono::seconds(1)), nullptr});
  if (listed) {
    test::CheckSnapshot(*listed, kMostSessions);
    CheckSigns(*listed);
  } else {
    const std::string& message = listed.error().message();
    Require(IsCleanText(message), "messages are clean text");
    for (const std::string_view secret : {"token-canary", "secret-canary"}) {
      Require(message.find(secret) == std::string::npos, "messages hold no secret");
    }
  }
  // Each page once more for each way to try again, the limits' pages, and tokens.
  Require(http.sent().size() <= 11 * kMostPages, "the number of requests is bounded");
  return 0;
}
