// Any answers, of any status, to the requests of a listing of AWS SSM and of its history: it ends,
// with a snapshot that keeps its promises or an error that can be shown.
//
// The input is a sequence of answers with a NUL between them; an answer's first byte chooses its
// status.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include "backends/aws_ssm/aws_ssm_config.h"
#include "backends/backend.h"
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
  // Those that are tried again after a pause would only slow the fuzzer down.
  constexpr int kStatuses[] = {200, 200, 200, 200, 400, 403, 302};
  FakeAnswer answer;
  answer.head.status = 200;
  answer.head.received_at = Timestamp(Microseconds(1'790'000'000'000'000));
  if (!text.empty()) {
    answer.head.status = kStatuses[static_cast<unsigned char>(text[0]) % std::size(kStatuses)];
    text.remove_prefix(1);
  }
  answer.body = text;
  return answer;
}

void CheckHistory(const Snapshot& snapshot) {
  if (!snapshot.history) return;
  Require(snapshot.history->by_status.size() <= 21, "statuses are bounded");
  for (const auto& [status, count] : snapshot.history->by_status) {
    Require(IsCleanText(status), "statuses are clean text");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  FakeHttpClient http;
  test::ManualClock clock;
  CredentialStores credentials(http, clock);
  auto config = std::make_shared<AwsSsmConfig>();
  config->url = "https://ssm.eu-west-1.amazonaws.com";
  config->region = "eu-west-1";
  config->credentials =
      *StaticAwsCredentials::Make("the fuzzer", {"AKID", Secret("secret-canary"), Secret(), ""});
  config->history = true;
  TargetConfig target;
  target.max_pages = kMostPages;
  target.max_sessions = kMostSessions;
  target.backend_config = config;
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\0'), input.size());
    http.Answer(AnswerOf(input.substr(0, end)));
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  // Without an answer left a request fails for good, not to be tried again.
  for (int i = 0; i < 20; ++i) http.Answer(AnswerOf("\x05"));
  const auto backend = FindBackend("aws_ssm")->Create(target, {http, clock, credentials});
  const auto listed = backend->ListSessions({Deadline::After(std::chrono::seconds(1)), nullptr});
  if (listed) {
    test::CheckSnapshot(*listed, kMostSessions);
    CheckHistory(*listed);
  } else {
    const std::string& message = listed.error().message();
    Require(IsCleanText(message), "messages are clean text");
    Require(message.find("secret-canary") == std::string::npos, "messages hold no secret");
  }
  // A refused page token and a clock begin again once, for each of the two lists.
  Require(http.sent().size() <= 6 * kMostPages, "the number of requests is bounded");
  return 0;
}
