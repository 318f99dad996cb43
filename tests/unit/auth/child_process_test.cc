#include "auth/child_process.h"

#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "unit/auth/aws_fixture.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;
using test::Contains;

Result<Secret> Shell(const std::string& script, std::chrono::milliseconds timeout = 20s,
                     std::size_t most = 1000) {
  return RunForOutput({"sh", "-c", script}, Deadline::After(timeout), most);
}

TEST_CASE("what a program prints is returned", "[child_process]") {
  CHECK(Shell("printf 'a\\nb'; printf CANARY >&2")->Reveal() == "a\nb");
  CHECK(Shell("exit 0")->Reveal().empty());
  CHECK(Shell("printf 0123456789", 20s, 10)->Reveal() == "0123456789");
}

TEST_CASE("what a program prints just before its end is whole", "[child_process]") {
  // More than a pipe holds, so that it waits for the reader up to the end.
  const auto output = Shell("yes 0123456 | head -c 200000; sleep 600 &", 20s, 200'000);
  REQUIRE(output);
  CHECK(output->Reveal().size() == 200'000);
}

TEST_CASE("its words reach it as they are", "[child_process]") {
  CHECK(RunForOutput({"printf", "%s|", "a b", "", "$HOME", "*"}, Deadline::After(20s), 100)
            ->Reveal() == "a b||$HOME|*|");
}

TEST_CASE("it has nothing to read and signals as a program expects them", "[child_process]") {
  CHECK(Shell("cat")->Reveal().empty());
  // A server ignores SIGPIPE; who inherited that would write on for ever.
  auto* const before = signal(SIGPIPE, SIG_IGN);
  const auto ignored = Shell("grep SigIgn /proc/self/status | cut -f2");
  signal(SIGPIPE, before);
  CHECK(ignored->Reveal().ends_with("0000000\n"));  // signals 1 to 28
}

TEST_CASE("it inherits no descriptors but the usual three", "[child_process]") {
  const std::ofstream file("/dev/null");  // which closes itself at no exec
  // The fourth is the folder that is read.
  CHECK(Shell("ls /proc/self/fd | wc -l")->Reveal() == "4\n");
}

struct FailureCase {
  std::string script;
  ErrorKind kind;
  std::string message;
};

TEST_CASE("a program that fails says how, and nothing that it printed", "[child_process]") {
  const auto& c = GENERATE(values<FailureCase>({
      {"echo CANARY; echo CANARY >&2; exit 3", ErrorKind::kAuth, "status 3"},
      {"kill -TERM $$", ErrorKind::kAuth, "signal 15"},
      {"nonexistent-program-CANARY", ErrorKind::kAuth, "status 127"},
      {"yes CANARY", ErrorKind::kLimit, "more than 1000 bytes"},
  }));
  const auto output = Shell(c.script);
  REQUIRE(!output);
  CHECK(output.error().kind() == c.kind);
  CHECK(Contains(output.error().message(), c.message));
  CHECK(!Contains(output.error().message(), "CANARY"));
}

TEST_CASE("a program that is not there is a mistake of the configuration", "[child_process]") {
  const auto output = RunForOutput({"/nonexistent/program"}, Deadline::After(20s), 10);
  REQUIRE(!output);
  CHECK(output.error().kind() == ErrorKind::kConfig);
  CHECK(Contains(output.error().message(), "No such file"));
  CHECK(RunForOutput({}, Deadline::After(20s), 10).error().kind() == ErrorKind::kConfig);
}

// Whether the process of that number ends, or has ended, soon.
bool IsGone(int pid) {
  const Deadline deadline = Deadline::After(20s);
  while (!deadline.Passed()) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
    std::string word;
    // A zombie that only its parent, the first process, has yet to take is gone as well.
    if (!(status >> word >> word >> word) || word == "Z") return true;
  }
  return false;
}

TEST_CASE("at the deadline it is killed with all that it started", "[child_process]") {
  const test::TemporaryFolder folder;
  const std::string script = GENERATE(as<std::string>(),
                                      // waits, has closed its output
                                      "sleep 600 & echo $! $$ >FILE; wait",
                                      "exec >/dev/null; sleep 600 & echo $! $$ >FILE; wait");
  CAPTURE(script);
  const std::string file = folder.At("pids");
  std::string with_file = script;
  with_file.replace(with_file.find("FILE"), 4, file);
  const auto started = std::chrono::steady_clock::now();
  const auto output = Shell(with_file, 500ms);
  CHECK(std::chrono::steady_clock::now() - started < 10s);
  REQUIRE(!output);
  CHECK(output.error().kind() == ErrorKind::kTimeout);
  int other = 0;
  int leader = 0;
  std::ifstream(file) >> other >> leader;
  REQUIRE(other > 0);
  CHECK(IsGone(other));
  CHECK(IsGone(leader));
}

TEST_CASE("when the exporter stops it is killed with all that it started", "[child_process]") {
  const test::TemporaryFolder folder;
  const std::string file = folder.At("pids");
  std::stop_source stop;
  std::jthread stopper([&] {
    const Deadline deadline = Deadline::After(20s);
    while (!std::filesystem::exists(file) && !deadline.Passed()) std::this_thread::yield();
    stop.request_stop();
  });
  // The file is there only when it is whole.
  const auto output = RunForOutput(
      {"sh", "-c", fmt::format("sleep 600 & echo $! $$ >{0}.new; mv {0}.new {0}; wait", file)},
      Deadline::After(60s), 1000, stop.get_token());
  REQUIRE(!output);
  CHECK(output.error().kind() == ErrorKind::kConnect);
  CHECK(output.error().message() == "it was ended with the exporter");
  int other = 0;
  int leader = 0;
  std::ifstream(file) >> other >> leader;
  REQUIRE(other > 0);
  CHECK(IsGone(other));
  CHECK(IsGone(leader));
}

TEST_CASE("nothing runs on once the exporter has stopped", "[child_process]") {
  std::stop_source stop;
  stop.request_stop();
  const auto output = RunForOutput({"sleep", "600"}, Deadline::After(60s), 1000, stop.get_token());
  REQUIRE(!output);
  CHECK(output.error().message() == "it was ended with the exporter");
}

TEST_CASE("who is left behind by a program that ended is killed", "[child_process]") {
  // The second holds the output open.
  const std::string script =
      GENERATE(as<std::string>(), "sleep 600 >/dev/null 2>&1 & echo $!", "sleep 600 & echo $!");
  CAPTURE(script);
  const auto output = Shell(script);
  REQUIRE(output);
  CHECK(IsGone(std::stoi(std::string(output->Reveal()))));
}

}  // namespace
}  // namespace session_exporter
