#include "auth/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill and waitid are POSIX
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "auth/descriptor.h"

namespace session_exporter {
namespace {

constexpr int kEndPollMs = 5;  // once it has closed its output it ends at once, or never

// posix_spawn's settings: its own process group, no blocked or ignored signals of ours, and
// `output` as its standard output.
class SpawnSettings {
 public:
  explicit SpawnSettings(int output) {
    posix_spawnattr_init(&attributes_);
    posix_spawn_file_actions_init(&actions_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
#ifdef __GLIBC_PREREQ
#if __GLIBC_PREREQ(2, 34)
    // Ours close by themselves (O_CLOEXEC), but for those that libraries open: std::ofstream does.
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
#endif
#endif
  }
  ~SpawnSettings() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }
  [[nodiscard]] const posix_spawn_file_actions_t* actions() const { return &actions_; }

 private:
  posix_spawnattr_t attributes_{};
  posix_spawn_file_actions_t actions_{};
};

// Killed with its group, and waited for, when it goes.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  ~Child() {
    if (ended_) return;
    // As long as it is not waited for its number stays its own, and so does the group's.
    kill(-pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // The status of waitpid, once it has ended, before the deadline.
  Result<int> WaitForEnd(Deadline deadline) {
    int status = 0;
    while (true) {
      siginfo_t ended{};
      // Seen, but not yet taken away, so that its group can still be killed by its number.
      if (waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) != 0) {
        ended_ = true;  // somebody else took it
        return Fail(ErrorKind::kAuth, "its end was not seen");
      }
      if (ended.si_pid == pid_) break;
      if (deadline.Passed()) return Fail(ErrorKind::kTimeout, "it did not end in time");
      poll(nullptr, 0, kEndPollMs);
    }
    kill(-pid_, SIGKILL);
    waitpid(pid_, &status, 0);
    ended_ = true;
    return status;
  }

 private:
  const pid_t pid_;
  bool ended_ = false;
};

// Until everyone who could write has closed it.
Result<Secret> ReadAll(int fd, Deadline deadline, std::size_t most_bytes) {
  std::string output;
  output.reserve(most_bytes + 1);  // so that growing leaves no copies of a secret
  std::array<char, 4096> piece{};
  while (true) {
    const auto left = deadline.Remaining().count();
    pollfd readable{fd, POLLIN, 0};
    const int ready =
        poll(&readable, 1, static_cast<int>(std::min<decltype(left)>(left, 1'000'000)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0 && deadline.Passed()) {
      return Fail(ErrorKind::kTimeout, "it did not end in time");
    }
    if (ready <= 0) continue;
    const ssize_t got = read(fd, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    const auto size = static_cast<std::size_t>(got);
    if (output.size() + size > most_bytes) {
      return Fail(ErrorKind::kLimit, "it printed more than {} bytes", most_bytes);
    }
    output.append(piece.data(), size);
  }
  explicit_bzero(piece.data(), piece.size());
  return Secret(std::move(output));
}

}  // namespace

Result<Secret> RunForOutput(const std::vector<std::string>& command, Deadline deadline,
                            std::size_t most_bytes) {
  std::array<int, 2> ends{};
  if (command.empty()) return Fail(ErrorKind::kConfig, "there is no program to run");
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return Fail(ErrorKind::kAuth, "no pipe: {}", std::system_category().message(errno));
  }
  const Descriptor output(ends[0]);
  Descriptor input(ends[1]);
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t pid = 0;
  const SpawnSettings settings(input.get());
  const int error = posix_spawnp(&pid, arguments.front(), settings.actions(), settings.attributes(),
                                 arguments.data(), environ);
  if (error != 0) {
    return Fail(ErrorKind::kConfig, "it cannot be run: {}", std::system_category().message(error));
  }
  input.Close();
  Child child(pid);
  auto printed = ReadAll(output.get(), deadline, most_bytes);
  if (!printed) return printed;
  const auto status = child.WaitForEnd(deadline);
  if (!status) return tl::unexpected(status.error());
  if (WIFEXITED(*status) && WEXITSTATUS(*status) == 0) return printed;
  if (WIFEXITED(*status)) {
    return Fail(ErrorKind::kAuth, "it failed with status {}", WEXITSTATUS(*status));
  }
  return Fail(ErrorKind::kAuth, "it was ended by signal {}", WTERMSIG(*status));
}

}  // namespace session_exporter
