#include "config/secret_source.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "unit/config/config_fixture.h"

namespace session_exporter::testing {
namespace {

std::string ReadNow(const SecretSource& source) {
  const Result<Secret> secret = source.Read();
  return secret ? std::string(secret->Reveal()) : "error: " + secret.error().message();
}

// As if the file had been written long ago, so that what is read may be kept.
void Age(const std::string& file) {
  std::filesystem::last_write_time(
      file, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
}

TEST_CASE("without a secret there is nothing to read", "[config]") {
  const SecretSource none;
  CHECK(none.empty());
  CHECK(none.path().empty());
  CHECK(none.Read().error().kind() == ErrorKind::kConfig);
}

TEST_CASE("a secret by value is itself", "[config]") {
  const SecretSource value = SecretSource::FromValue(Secret("  a\n"));
  CHECK_FALSE(value.empty());
  CHECK(value.path().empty());
  CHECK(ReadNow(value) == "  a\n");
}

TEST_CASE("one trailing newline of a file is not part of the secret", "[config]") {
  const TemporaryFolder folder;
  struct Row {
    std::string content;
    std::string secret;
  };
  const auto row = GENERATE(values<Row>({{"a", "a"},
                                         {"a\n", "a"},
                                         {"a\r\n", "a"},
                                         {"a\n\n", "a\n"},
                                         {"a\r", "a\r"},
                                         {" a \n", " a "},
                                         {"\n\n", "\n"},
                                         {"a\nb\n", "a\nb"},
                                         {"\xFF\n", "\xFF"},
                                         {std::string(65536, 'x'), std::string(65536, 'x')}}));
  CHECK(ReadNow(SecretSource::FromFile(folder.Write("s", row.content))) == row.secret);
}

TEST_CASE("a file without a usable secret is a configuration error that names it", "[config]") {
  const TemporaryFolder folder;
  folder.Write("empty", "");
  folder.Write("newline", "\r\n");
  folder.Write("nul", std::string("a\0", 2));
  folder.Write("large", std::string(65537, 'x'));
  REQUIRE(mkfifo(folder.At("fifo").c_str(), 0600) == 0);
  struct Row {
    std::string name;
    std::string problem;
  };
  const auto row = GENERATE(values<Row>({
      {"none", "cannot be opened: No such file or directory"},
      {"empty", "is empty"},
      {"newline", "is empty"},
      {"nul", "holds a NUL byte, so is no text"},
      {"large", "is larger than the 65536 bytes accepted"},
      {"fifo", "is not a regular file"},
      {".", "is a directory, not a file"},
  }));
  const std::string path = folder.At(row.name);
  const Result<Secret> secret = SecretSource::FromFile(path).Read();
  REQUIRE_FALSE(secret.has_value());
  CHECK(secret.error().kind() == ErrorKind::kConfig);
  CHECK(secret.error().message() == "secret file " + path + ": " + row.problem);
}

TEST_CASE("a file that changes is read again", "[config]") {
  const TemporaryFolder folder;
  const std::string path = folder.Write("s", "one");
  const SecretSource source = SecretSource::FromFile(path);
  const SecretSource copy = source;
  CHECK(ReadNow(source) == "one");
  folder.Write("s", "two");  // of the same size, within the same tick of the file system's clock
  CHECK(ReadNow(source) == "two");
  CHECK(ReadNow(copy) == "two");
  folder.Write("s.new", "three");
  std::filesystem::rename(folder.At("s.new"), path);
  CHECK(ReadNow(source) == "three");
  std::filesystem::remove(path);
  CHECK(ReadNow(source) ==
        "error: secret file " + path + ": cannot be opened: No such file or directory");
  folder.Write("s", "four");
  CHECK(ReadNow(source) == "four");
}

TEST_CASE("a link that is switched to another folder is followed", "[config]") {
  // As Kubernetes does: s -> ..data/s, ..data -> ..1, and then ..data is replaced by a rename.
  const TemporaryFolder folder;
  namespace fs = std::filesystem;
  fs::create_directory(folder.At("..1"));
  fs::create_directory(folder.At("..2"));
  Age(folder.Write("..1/s", "old"));
  Age(folder.Write("..2/s", "new"));
  fs::create_symlink("..1", folder.At("..data"));
  fs::create_symlink("..data/s", folder.At("s"));
  const SecretSource source = SecretSource::FromFile(folder.At("s"));
  CHECK(ReadNow(source) == "old");
  fs::create_symlink("..2", folder.At("..data_tmp"));
  fs::rename(folder.At("..data_tmp"), folder.At("..data"));
  CHECK(ReadNow(source) == "new");
  fs::remove_all(folder.At("..1"));
  CHECK(ReadNow(source) == "new");
}

TEST_CASE("threads read whole secrets while the file is replaced", "[config]") {
  const TemporaryFolder folder;
  const std::string one(5000, '1');
  const std::string two(6000, '2');
  const std::string path = folder.Write("s", one);
  const SecretSource source = SecretSource::FromFile(path);
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const std::string secret = ReadNow(source);
        if (secret != one && secret != two) ++wrong;
      }
    });
  }
  for (int i = 0; i < 200; ++i) {
    folder.Write("s.new", i % 2 == 0 ? two : one);
    std::filesystem::rename(folder.At("s.new"), path);
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(wrong == 0);
  CHECK(ReadNow(source) == one);
}

}  // namespace
}  // namespace session_exporter::testing
