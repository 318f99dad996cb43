// The whole program in this process but for its command line: an App on a free port, configured by
// a file of its own, and a client that asks it over real HTTP.
#pragma once

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app.h"
#include "base/clock.h"
#include "base/log.h"
#include "support/exposition_parser.h"
#include "support/raw_client.h"

namespace session_exporter::test {

// A folder that goes with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  // Writes a file that only its owner may read, over the one that is there, and returns its path.
  [[nodiscard]] std::string Write(const std::string& name, std::string_view text) const;
  [[nodiscard]] std::string Path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

using Headers = std::vector<std::pair<std::string, std::string>>;

class RunningExporter {
 public:
  using Variables = std::map<std::string, std::string>;

  // Throws std::runtime_error with every error of the configuration.
  explicit RunningExporter(std::string_view yaml, AppOptions options = {},
                           Variables variables = {});
  ~RunningExporter();

  App& app() { return *app_; }
  [[nodiscard]] std::string address() const { return app_->addresses().front(); }
  // Puts `yaml` into the configuration file and loads it, as SIGHUP does.
  void Reload(std::string_view yaml);
  // Only the former.
  void Write(std::string_view yaml) const;
  void Stop(std::chrono::milliseconds grace) { app_->Stop(grace); }

  // One request on a connection of its own.
  Reply Ask(std::string_view method, std::string_view path, const Headers& headers = {});
  Reply Get(std::string_view path, const Headers& headers = {}) {
    return Ask("GET", path, headers);
  }
  // The page of one scrape; throws std::runtime_error when it is none.
  Exposition Scrape(const Headers& headers = {});

  // Every line logged so far, at debug level.
  [[nodiscard]] std::string LogText() const;

 private:
  [[nodiscard]] Environment Variable() const;

  TemporaryFolder folder_;
  Variables variables_;
  mutable std::mutex log_mutex_;
  std::string log_text_;  // guarded by log_mutex_
  Log log_;
  SystemClock clock_;
  std::unique_ptr<App> app_;
};

// What goes over the wire.
std::string RequestText(std::string_view method, std::string_view path,
                        const Headers& headers = {});
// Reads a page in the format that its Content-Type names; throws std::runtime_error when it is
// none.
Exposition ParsePage(const Reply& reply);

// A Kasm target over the simulator with its default keys: `{name: ..., url: ...}`. `further` are
// further keys in YAML flow form.
std::string KasmTarget(std::string_view name, std::string_view url, std::string_view further = {});
// `targets: [...]` with `before` in front of it.
std::string Yaml(const std::vector<std::string>& targets, std::string_view before = {});

// Polls until it holds; false when it does not within 60 s.
bool Eventually(const std::function<bool()>& condition);

}  // namespace session_exporter::test
