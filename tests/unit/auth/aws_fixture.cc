#include "unit/auth/aws_fixture.h"

#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX

#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "catch.h"

namespace session_exporter::test {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "auth_tests.XXXXXX").string();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::Write(std::string_view name, std::string_view content) const {
  const std::filesystem::path file = path_ / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
  return file;
}

FakeAnswer AnswerOf(int status, std::string body) {
  FakeAnswer answer;
  answer.head.status = status;
  answer.body = std::move(body);
  return answer;
}

std::string HeaderOf(const SentRequest& sent, std::string_view name) {
  std::string found;
  int count = 0;
  for (const auto& [header, value] : sent.request.headers) {
    if (header != name) continue;
    found = value.Reveal();
    ++count;
  }
  CAPTURE(name);
  CHECK(count == 1);
  return found;
}

}  // namespace session_exporter::test
