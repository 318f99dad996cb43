// What the tests of AWS credentials share: an environment, files, answers.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "config/environment.h"
#include "fakes/fake_http_client.h"

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

using Variables = std::map<std::string, std::string>;
Environment EnvironmentOf(Variables variables);

FakeAnswer AnswerOf(int status, std::string body);
// The value of the only header of that name.
std::string HeaderOf(const SentRequest& sent, std::string_view name);

inline bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace session_exporter::test
