// Which files a configuration was read from, to see when one of them changes.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "config/secret_file.h"

namespace session_exporter {

class WatchedFiles {
 public:
  // To be called before the file is read: a change in between is then seen as one.
  void Note(const std::string& path) { files_[path] = Identify(path); }
  // The same files as they are now.
  [[nodiscard]] WatchedFiles Now() const {
    WatchedFiles now;
    for (const auto& [path, identity] : files_) now.Note(path);
    return now;
  }

  // Watches those of `others` too, from how they were seen there on.
  void Include(const WatchedFiles& others) {
    files_.insert(others.files_.begin(), others.files_.end());
  }

  friend bool operator==(const WatchedFiles&, const WatchedFiles&) = default;

 private:
  static std::optional<FileIdentity> Identify(const std::string& path) {
    const Result<FileIdentity> identity = IdentifyFile(path);
    return identity ? std::optional(*identity) : std::nullopt;
  }

  std::map<std::string, std::optional<FileIdentity>> files_;  // nothing: not there
};

}  // namespace session_exporter
