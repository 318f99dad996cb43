// The web-config file under the eyes of the running server: read again when it, or a file that it
// names, changes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "config/errors.h"
#include "server/watched_files.h"
#include "server/web_config.h"

namespace session_exporter {

// Current is thread-safe, Look and Reload are called by one thread at a time.
class WebConfigFile {
 public:
  // Errors: those of LoadWebConfig. `log` outlives it.
  static tl::expected<std::unique_ptr<WebConfigFile>, ConfigErrors> Open(std::string file,
                                                                         Log& log);

  [[nodiscard]] std::shared_ptr<const WebConfig> Current() const;

  // Reads the files when they differ from those read last and are the same as at the last look: in
  // between somebody may still be writing, or certificate and key come one after the other. What
  // is wrong is logged once and the former configuration stays. So it does when the new one has no
  // TLS or passwords any more, or does no longer demand a client's certificate, verify it or look
  // for its name in a list: half a file looks the same, so that must be meant, and Reload means it.
  void Look();
  // Reads the files in any case. The errors, which the caller tells; then the former one stays.
  std::vector<std::string> Reload();

 private:
  WebConfigFile(std::string file, Log& log) : file_(std::move(file)), log_(log) {}

  tl::expected<WebConfig, std::vector<std::string>> Load();
  void Take(WebConfig config);
  void Complain(const std::vector<std::string>& errors);

  const std::string file_;
  Log& log_;
  WatchedFiles read_;                    // as they were when they were read
  std::optional<WatchedFiles> pending_;  // as they were at the last look, when they differed
  mutable std::mutex mutex_;
  std::shared_ptr<const WebConfig> current_;  // guarded by mutex_
};

// Looks at a web-config file at regular times, on a thread of its own: the I/O threads never wait
// for a disk.
class WebConfigWatch {
 public:
  WebConfigWatch(std::unique_ptr<WebConfigFile> file, std::chrono::milliseconds every);
  ~WebConfigWatch();
  WebConfigWatch(const WebConfigWatch&) = delete;
  WebConfigWatch& operator=(const WebConfigWatch&) = delete;

  [[nodiscard]] std::shared_ptr<const WebConfig> Current() const { return file_->Current(); }
  // As WebConfigFile::Reload. Thread-safe; waits for it.
  std::vector<std::string> Reload();

 private:
  void Run();
  // Answers the reloads or, without any, looks.
  void Turn(std::vector<std::promise<std::vector<std::string>>>& reloads);

  const std::unique_ptr<WebConfigFile> file_;
  const std::chrono::milliseconds every_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::vector<std::promise<std::vector<std::string>>> reloads_;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace session_exporter
