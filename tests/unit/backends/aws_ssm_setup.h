// An AWS Systems Manager target over a scripted HTTP client.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backends/aws_ssm/aws_ssm_config.h"
#include "backends/backend.h"
#include "fakes/fake_http_client.h"
#include "fakes/manual_clock.h"

namespace session_exporter::test {

// 2026-08-20 09:10:00, when the scripted answers arrive.
inline constexpr Timestamp kSsmArrival = std::chrono::sys_days(std::chrono::year(2026) / 8 / 20) +
                                         std::chrono::hours(9) + std::chrono::minutes(10);

struct AwsSsmSetup {
  AwsSsmSetup();

  FakeHttpClient http;
  ManualClock clock{kSsmArrival};
  std::stop_source stop;
  CredentialStores credentials{http, clock, stop.get_token()};
  std::shared_ptr<AwsSsmConfig> config = std::make_shared<AwsSsmConfig>();
  TargetConfig target;
  std::chrono::milliseconds time_left{60'000};

  // Answers in the order of the requests.
  void Answer(std::string body, int status = 200);
  void Answer(FakeAnswer answer) { http.Answer(std::move(answer)); }

  [[nodiscard]] std::unique_ptr<Backend> Make();
  // On one backend, made by the first call.
  Result<Snapshot> List();
  // The requests' bodies.
  [[nodiscard]] std::vector<std::string> SentBodies() const;

 private:
  std::unique_ptr<Backend> backend_;
};

FakeAnswer AwsAnswerOf(std::string body, int status = 200);
FakeAnswer AwsErrorAnswer(std::string_view code, int status = 400);

// `{"Sessions":[...],"NextToken":"..."}`; without a token when it is empty.
std::string SessionsPage(std::string_view rows, std::string_view next_token = {});
// Rows with the ids PREFIX-0, PREFIX-1, ...
std::string SessionRows(std::string_view prefix, int count);

}  // namespace session_exporter::test
