// Where a secret comes from: written in the configuration, or in a file that is read again whenever
// it changes, so that credentials can be rotated without a reload.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace session_exporter {

// Copies share what was read. Thread-safe.
class SecretSource {
 public:
  SecretSource() = default;  // no secret
  static SecretSource FromValue(Secret value);
  // At most 64 KiB; one trailing newline is not part of the secret.
  static SecretSource FromFile(std::string path);

  [[nodiscard]] bool empty() const { return state_ == nullptr; }
  // The file's path; empty for a value.
  [[nodiscard]] const std::string& path() const;

  // The secret as it is now. Looks at the file's change time, size and inode, and reads it when one
  // of them differs from last time. Errors: kConfig (gone, not readable, empty, too large).
  [[nodiscard]] Result<Secret> Read() const;

  // Whether both come from the same place: the same file, whatever it holds now, or the same value.
  friend bool operator==(const SecretSource& a, const SecretSource& b);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace session_exporter
