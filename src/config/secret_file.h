// Files on the local system that a configuration names.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace session_exporter {

// Tells whether a file is still the one that was read.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;

  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

struct SecretFile {
  Secret secret;
  FileIdentity identity;
  // False when the file changed so shortly ago that another change could leave the same times:
  // what was read must not be kept.
  bool settled = false;
  bool others_may_read = false;
};

// All of these follow symbolic links anew each time, never wait (for the writer of a FIFO, say) and
// fail with kConfig. Messages do not name the file.
Result<FileIdentity> IdentifyFile(const std::string& path);
// At most 64 KiB, not empty, without NUL; one trailing newline (or CR LF) is taken off.
Result<SecretFile> ReadSecretFile(const std::string& path);
// A regular file that can be opened for reading; what anybody else may do with it is told in
// `others_may_read`.
struct FileAccess {
  bool others_may_read = false;
};
Result<FileAccess> CheckFile(const std::string& path);

}  // namespace session_exporter
