// An Intersight target over a scripted HTTP client.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backends/backend.h"
#include "backends/intersight/intersight_config.h"
#include "fakes/fake_http_client.h"
#include "fakes/manual_clock.h"

namespace session_exporter::test {

// 2026-08-20 09:10:00, when the scripted answers arrive.
inline constexpr Timestamp kArrival = std::chrono::sys_days(std::chrono::year(2026) / 8 / 20) +
                                      std::chrono::hours(9) + std::chrono::minutes(10);

struct IntersightSetup {
  IntersightSetup();

  FakeHttpClient http;
  ManualClock clock{kArrival};
  CredentialStores credentials{http, clock};
  std::stop_source stop;
  std::shared_ptr<IntersightConfig> config = std::make_shared<IntersightConfig>();
  TargetConfig target;
  std::chrono::milliseconds time_left{60'000};

  // Answers in the order of the requests: first page, limits (if they are asked for), more pages.
  void Answer(std::string body, int status = 200);
  void Answer(FakeAnswer answer) { http.Answer(std::move(answer)); }

  [[nodiscard]] std::unique_ptr<Backend> Make() const;
  Result<Snapshot> List();
  // The requests' URLs behind the host.
  [[nodiscard]] std::vector<std::string> SentTargets() const;

 private:
  std::unique_ptr<Backend> backend_;
};

FakeAnswer IntersightAnswer(std::string body, int status = 200);

// One row, its members as given; `moid` unless empty.
std::string Row(std::string_view moid, std::string_view members = {});
// An answer with rows of the Moids `first`, `first + 1`, ... and this Count; none when negative.
std::string Page(int first, int rows, int count);
std::string ListOf(std::string_view rows, std::string_view before = {});

constexpr std::string_view kNoLimits =
    R"({"ObjectType":"iam.SessionLimits.List","Count":0,"Results":[]})";

}  // namespace session_exporter::test
