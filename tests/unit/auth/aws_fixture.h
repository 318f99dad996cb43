// What the tests of AWS credentials share: an environment, files, answers.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "auth/aws_credential_source.h"
#include "config/environment.h"
#include "fakes/fake_http_client.h"
#include "fakes/manual_clock.h"
#include "support/environment_of.h"

namespace session_exporter::test {

// A folder of its own, which goes with it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] std::string At(std::string_view name) const { return path_ / name; }
  // Returns the file's path. Folders on the way are made.
  std::string Write(std::string_view name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

FakeAnswer AnswerOf(int status, std::string body);
// The value of the only header of that name.
std::string HeaderOf(const SentRequest& sent, std::string_view name);

// A store in a world of its own: scripted answers, a clock that stands, pauses that are noted down
// instead of made, jitter of one half.
struct StoreFixture {
  AwsCall call{Deadline::After(std::chrono::seconds(20)), nullptr, nullptr};
  FakeHttpClient http;
  ManualClock clock;
  std::vector<std::chrono::milliseconds> pauses;
  AwsCredentialStore store{{http, clock, [] { return 0.5; },
                            [this](std::chrono::milliseconds pause) { pauses.push_back(pause); }}};
};

inline bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace session_exporter::test
