#include "config/secret_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

namespace session_exporter {
namespace {

constexpr std::size_t kMostBytes = 64UL << 10U;
constexpr int kAttempts = 3;
// Covers the coarse clocks of file systems: 4 ms in the kernel, a second and more over a network.
constexpr std::int64_t kSettlingNs = 2'000'000'000;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

// Memory for a secret on its way; wiped when it goes.
class Buffer {
 public:
  Buffer() : bytes_(std::make_unique<char[]>(kSize)) {}
  ~Buffer() { explicit_bzero(bytes_.get(), kSize); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  static constexpr std::size_t kSize = kMostBytes + 1;  // one more, to see that there is more
  char* at(std::size_t offset) { return bytes_.get() + offset; }

 private:
  std::unique_ptr<char[]> bytes_;
};

tl::unexpected<Error> FailWithErrno(std::string_view what) {
  return Fail(ErrorKind::kConfig, "{}: {}", what, std::system_category().message(errno));
}

std::int64_t Nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

FileIdentity IdentityOf(const struct stat& status) {
  return {status.st_dev, status.st_ino, status.st_size, Nanoseconds(status.st_mtim),
          Nanoseconds(status.st_ctim)};
}

Result<struct stat> StatusOf(const Descriptor& descriptor) {
  struct stat status {};
  if (fstat(descriptor.get(), &status) != 0) return FailWithErrno("cannot be read");
  if (S_ISDIR(status.st_mode)) return Fail(ErrorKind::kConfig, "is a directory, not a file");
  if (!S_ISREG(status.st_mode)) return Fail(ErrorKind::kConfig, "is not a regular file");
  return status;
}

Result<Descriptor> Open(const std::string& path) {
  Descriptor descriptor(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (descriptor.get() < 0) return FailWithErrno("cannot be opened");
  return descriptor;
}

Result<std::size_t> ReadAll(const Descriptor& descriptor, Buffer& buffer) {
  std::size_t total = 0;
  while (total < Buffer::kSize) {
    const ssize_t got = read(descriptor.get(), buffer.at(total), Buffer::kSize - total);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FailWithErrno("cannot be read");
    if (got == 0) break;
    total += static_cast<std::size_t>(got);
  }
  if (total > kMostBytes) {
    return Fail(ErrorKind::kConfig, "is larger than the {} bytes accepted", kMostBytes);
  }
  return total;
}

Result<Secret> SecretIn(std::string_view bytes) {
  if (bytes.ends_with('\n')) {
    bytes.remove_suffix(1);
    if (bytes.ends_with('\r')) bytes.remove_suffix(1);
  }
  if (bytes.empty()) return Fail(ErrorKind::kConfig, "is empty");
  if (bytes.find('\0') != std::string_view::npos) {
    return Fail(ErrorKind::kConfig, "holds a NUL byte, so is no text");
  }
  return Secret(std::string(bytes));
}

bool IsSettled(const FileIdentity& identity) {
  const std::int64_t now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                               std::chrono::system_clock::now().time_since_epoch())
                               .count();
  return identity.changed_ns < now - kSettlingNs && identity.modified_ns < now - kSettlingNs;
}

}  // namespace

Result<FileIdentity> IdentifyFile(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return FailWithErrno("cannot be opened");
  return IdentityOf(status);
}

Result<SecretFile> ReadSecretFile(const std::string& path) {
  Buffer buffer;
  for (int attempt = 1;; ++attempt) {
    const Result<Descriptor> file = Open(path);
    if (!file) return tl::unexpected<Error>(file.error());
    const Result<struct stat> before = StatusOf(*file);
    if (!before) return tl::unexpected<Error>(before.error());
    const Result<std::size_t> size = ReadAll(*file, buffer);
    if (!size) return tl::unexpected<Error>(size.error());
    const Result<struct stat> after = StatusOf(*file);
    if (!after) return tl::unexpected<Error>(after.error());
    const FileIdentity identity = IdentityOf(*before);
    // Written to in place while it was read: half of it may be old.
    if (identity != IdentityOf(*after) && attempt < kAttempts) continue;
    Result<Secret> secret = SecretIn({buffer.at(0), *size});
    if (!secret) return tl::unexpected<Error>(std::move(secret).error());
    return SecretFile{*std::move(secret), identity, IsSettled(identity),
                      (before->st_mode & S_IROTH) != 0};
  }
}

Result<FileAccess> CheckFile(const std::string& path) {
  const Result<Descriptor> file = Open(path);
  if (!file) return tl::unexpected<Error>(file.error());
  const Result<struct stat> status = StatusOf(*file);
  if (!status) return tl::unexpected<Error>(status.error());
  return FileAccess{(status->st_mode & S_IROTH) != 0};
}

}  // namespace session_exporter
