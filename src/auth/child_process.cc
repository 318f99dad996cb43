#include "auth/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill and waitid are POSIX
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "auth/descriptor.h"

namespace session_exporter {
namespace {

constexpr std::chrono::milliseconds kEndPoll{5};  // where nothing tells of the end
constexpr std::chrono::hours kLongestPoll{1};     // poll's time is an int

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
  explicit Child(pid_t pid) : pid_(pid), end_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {}
  ~Child() {
    if (!gone_) TakeEnd();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Readable once it has ended; below 0 where the kernel (before 5.3) or its sandbox has no such
  // thing.
  [[nodiscard]] int end_descriptor() const { return end_.get(); }

  // Seen, but not yet taken away, so that its group can still be killed by its number.
  Result<bool> HasEnded() {
    siginfo_t ended{};
    if (waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) != 0) {
      gone_ = true;  // somebody else took it
      return Fail(ErrorKind::kAuth, "its end was not seen");
    }
    return ended.si_pid == pid_;
  }

  // Ends it with its group. The status of waitpid.
  int TakeEnd() {
    int status = 0;
    // As long as it is not waited for its number stays its own, and so does the group's.
    kill(-pid_, SIGKILL);
    waitpid(pid_, &status, 0);
    gone_ = true;
    return status;
  }

 private:
  const pid_t pid_;
  const Descriptor end_;
  bool gone_ = false;
};

// What comes out of a pipe, up to a limit.
class Output {
 public:
  // The pipe does not block.
  Output(int pipe, std::size_t most_bytes) : pipe_(pipe), most_bytes_(most_bytes) {
    text_.reserve(most_bytes + 1);  // so that growing leaves no copies of a secret
  }
  ~Output() { explicit_bzero(piece_.data(), piece_.size()); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // Below 0 once everyone who could write has closed it.
  [[nodiscard]] int descriptor() const { return pipe_; }

  // Reads what is there. Errors: kLimit.
  Result<void> Take() {
    while (pipe_ >= 0) {
      const ssize_t got = read(pipe_, piece_.data(), piece_.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) break;
      if (got <= 0) {
        pipe_ = -1;
        break;
      }
      const auto size = static_cast<std::size_t>(got);
      if (text_.size() + size > most_bytes_) {
        return Fail(ErrorKind::kLimit, "it printed more than {} bytes", most_bytes_);
      }
      text_.append(piece_.data(), size);
    }
    return {};
  }

  Secret Finish() && { return Secret(std::move(text_)); }

 private:
  int pipe_;
  const std::size_t most_bytes_;
  std::string text_;
  std::array<char, 4096> piece_{};
};

// Wakes a poll when the exporter stops.
class StopSignal {
 public:
  explicit StopSignal(const std::stop_token& stop)
      : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), stop_(stop), wake_(stop, Wake{event_}) {}

  [[nodiscard]] int descriptor() const { return event_.get(); }  // below 0: there was none left
  [[nodiscard]] bool requested() const { return stop_.stop_requested(); }

 private:
  struct Wake {
    const Descriptor& event;
    void operator()() const { eventfd_write(event.get(), 1); }
  };

  const Descriptor event_;
  const std::stop_token stop_;
  const std::stop_callback<Wake> wake_;  // last: it uses the event
};

// Until there is something to look at. Errors: kConnect (the stop), kTimeout.
Result<void> Await(const Child& child, const Output& output, const StopSignal& stop,
                   Deadline deadline) {
  std::array<pollfd, 3> watched = {{{output.descriptor(), POLLIN, 0},
                                    {child.end_descriptor(), POLLIN, 0},
                                    {stop.descriptor(), POLLIN, 0}}};
  const auto longest = child.end_descriptor() < 0 ? kEndPoll : kLongestPoll;
  const auto wait = std::min<std::chrono::milliseconds>(deadline.Remaining(), longest);
  poll(watched.data(), watched.size(), static_cast<int>(wait.count()));
  // The kind that requests under way end with as well.
  if (stop.requested()) return Fail(ErrorKind::kConnect, "it was ended with the exporter");
  if (deadline.Passed()) return Fail(ErrorKind::kTimeout, "it did not end in time");
  return {};
}

// Its output may stay open for ever in the hands of those that it leaves behind, so the program's
// own end counts. Returns the status of waitpid.
Result<int> ReadUntilEnd(Child& child, Output& output, const StopSignal& stop, Deadline deadline) {
  while (true) {
    auto woken = Await(child, output, stop, deadline);
    if (!woken) return tl::unexpected(std::move(woken).error());
    // Looked at before the output, which then holds all that it printed.
    const auto ended = child.HasEnded();
    if (!ended) return tl::unexpected(ended.error());
    if (auto taken = output.Take(); !taken) return tl::unexpected(taken.error());
    if (*ended) return child.TakeEnd();
  }
}

Result<pid_t> Spawn(const std::vector<std::string>& command, int output) {
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t pid = 0;
  const SpawnSettings settings(output);
  const int error = posix_spawnp(&pid, arguments.front(), settings.actions(), settings.attributes(),
                                 arguments.data(), environ);
  if (error != 0) {
    return Fail(ErrorKind::kConfig, "it cannot be run: {}", std::system_category().message(error));
  }
  return pid;
}

}  // namespace

Result<Secret> RunForOutput(const std::vector<std::string>& command, Deadline deadline,
                            std::size_t most_bytes, const std::stop_token& stop) {
  std::array<int, 2> ends{};
  if (command.empty()) return Fail(ErrorKind::kConfig, "there is no program to run");
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return Fail(ErrorKind::kAuth, "no pipe: {}", std::system_category().message(errno));
  }
  const Descriptor pipe(ends[0]);
  Descriptor input(ends[1]);
  fcntl(pipe.get(), F_SETFL, O_NONBLOCK);  // our end only: a program expects to wait
  const StopSignal stopping(stop);
  if (stopping.descriptor() < 0) {
    return Fail(ErrorKind::kAuth, "no eventfd: {}", std::system_category().message(errno));
  }
  const auto pid = Spawn(command, input.get());
  if (!pid) return tl::unexpected(pid.error());
  input.Close();
  Child child(*pid);
  Output output(pipe.get(), most_bytes);
  const auto status = ReadUntilEnd(child, output, stopping, deadline);
  if (!status) return tl::unexpected(status.error());
  if (WIFEXITED(*status) && WEXITSTATUS(*status) == 0) return std::move(output).Finish();
  if (WIFEXITED(*status)) {
    return Fail(ErrorKind::kAuth, "it failed with status {}", WEXITSTATUS(*status));
  }
  return Fail(ErrorKind::kAuth, "it was ended by signal {}", WTERMSIG(*status));
}

}  // namespace session_exporter
