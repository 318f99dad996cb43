// The program's objects in the order of their construction. Tests start it too.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "config/errors.h"
#include "config/loader.h"
#include "server/http_server.h"

namespace session_exporter {

struct AppOptions {
  std::string config_file = "session_exporter.yaml";
  std::vector<std::string> listen_addresses = {":10470"};
  bool systemd_socket = false;  // listen on the sockets of systemd instead
  std::string web_config_file;  // empty: plain HTTP, open to all
  std::string telemetry_path = "/metrics";
  int max_requests = 40;
  std::chrono::milliseconds timeout_offset{500};
  Environment environment = ProcessEnvironment();  // what ${NAME} is at a reload
};

// "0.1.0 (revision 1a2b3c4, gcc 12.2.0)"
std::string VersionText();

// Reads the configuration as every way of running does.
tl::expected<Configuration, ConfigErrors> LoadConfigurationFile(const std::string& file,
                                                                const Environment& environment);

// Every error of a web-config file; none for an empty name.
std::vector<std::string> CheckWebConfigFile(const std::string& file);

class App {
 public:
  // Takes a configuration that was loaded from options.config_file. `log` and `clock` outlive the
  // app.
  App(AppOptions options, const Configuration& configuration, const Clock& clock, Log& log);
  // Stops, if it still serves.
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Binds the addresses and serves until Stop. Errors: those of HttpServer::Listen, and kConfig for
  // a web-config file or sockets of systemd that are wrong.
  Result<void> Serve();
  [[nodiscard]] std::vector<std::string> addresses() const;

  // Gets every error, none when the new configuration is in force. Called once, on another thread.
  using ReloadDone = std::function<void(const std::vector<std::string>& errors)>;

  // Loads the configuration file and the web-config file again; on an error in either, which is
  // logged, what is in force stays. Targets whose configuration is equal keep their state. One
  // reload runs at a time, also of those that come over HTTP; those who ask while one is under way
  // share the next one. Returns at once: a file may be on a disk that does not answer.
  void RequestReload(ReloadDone done);
  // The same, and waits for it.
  void Reload();
  // Whether those that were asked for have ended, within `time`. The app's end waits for them.
  bool WaitForReloads(std::chrono::milliseconds time);

  // Calls `task` on a thread that serves, as soon as one is free: that it is called at all shows
  // that the program serves.
  void OnServingThread(std::function<void()> task);

  // Refuses new scrapes, lets those under way finish for at most `grace`, and ends.
  void Stop(std::chrono::milliseconds grace);

  // Prints one exposition of all targets. Whether every target was up and all of it was written.
  bool PrintOnce(std::ostream& out);

 private:
  void Apply(const Configuration& configuration);
  Result<void> StartGuard();
  // Gives what `reload` returns to all who wait when it is called.
  void AnswerReloads(const std::function<std::vector<std::string>()>& reload);
  // On the thread of the reloads. Returns the errors.
  std::vector<std::string> LoadAndApply();

  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace session_exporter
