// The command line: flags, signals and exit codes.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "app.h"
#include "health_check.h"
#include "server/endpoints.h"
#include "server/service_notifier.h"

namespace session_exporter {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr std::chrono::milliseconds kStopGrace{3'000};

struct Flags {
  AppOptions app;
  bool check = false;
  bool once = false;
  std::string log_level = "info";
  std::string log_format = "logfmt";
  std::string timeout_offset = "0.5s";
  std::string health_url = "http://127.0.0.1:10470/-/healthy";
};

// "0.5s", "500ms" or plain seconds: a fraction is allowed, as the flag's default has one.
std::optional<std::chrono::milliseconds> ParseOffset(const std::string& text) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  const std::string unit(end);
  const double scale = unit == "ms" ? 1 : unit == "s" || unit.empty() ? 1'000 : -1;
  constexpr double kLongest = 3'600'000;
  if (end == text.c_str() || scale < 0 || !(number >= 0) || number * scale > kLongest) {
    return std::nullopt;
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(number * scale));
}

void AddFlags(CLI::App& cli, Flags& flags) {
  cli.set_version_flag("--version", "session_exporter " + VersionText());
  cli.add_option("--config.file", flags.app.config_file, "configuration")->capture_default_str();
  cli.add_flag("--config.check", flags.check,
               "read the configuration, print every error, exit 0 or 2");
  CLI::Option* addresses = cli.add_option("--web.listen-address", flags.app.listen_addresses,
                                          "host:port or :port, repeatable");
  addresses->capture_default_str()->allow_extra_args(false);
  cli.add_flag("--web.systemd-socket", flags.app.systemd_socket,
               "listen on the sockets that systemd passes")
      ->excludes(addresses);
  cli.add_option("--web.config.file", flags.app.web_config_file,
                 "TLS and basic authentication, in the format of the exporter-toolkit");
  cli.add_option("--web.telemetry-path", flags.app.telemetry_path, "path of the metrics")
      ->capture_default_str();
  cli.add_option("--web.max-requests", flags.app.max_requests,
                 "scrapes in flight at once; above it 503")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
  cli.add_option("--timeout-offset", flags.timeout_offset,
                 "kept back from X-Prometheus-Scrape-Timeout-Seconds")
      ->capture_default_str();
  cli.add_flag("--once", flags.once,
               "print one exposition and exit 0 when every target was up, else 1");
  cli.add_option("--log.level", flags.log_level, "debug, info, warn or error")
      ->capture_default_str();
  cli.add_option("--log.format", flags.log_format, "logfmt or json")->capture_default_str();
}

CLI::App* AddHealthCheck(CLI::App& cli, Flags& flags) {
  CLI::App* command = cli.add_subcommand(
      "healthcheck", "ask a running exporter whether it is healthy; exit 0 or 1");
  command->add_option("URL", flags.health_url, "http or https")->capture_default_str();
  return command;
}

int Usage(const std::string& message) {
  std::cerr << "session_exporter: " << message << "\n";
  return kUsage;
}

// Blocks the signals that main waits for, in this and all later threads. A client that goes away
// while it is written to must not end the process.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, number);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

// The next of the signals; nothing when none comes for `time`, if one is given.
std::optional<int> WaitForSignal(const sigset_t& signals,
                                 std::optional<std::chrono::milliseconds> time) {
  if (!time) {
    int number = 0;
    sigwait(&signals, &number);
    return number;
  }
  const auto seconds = std::chrono::floor<std::chrono::seconds>(*time);
  const timespec wait{seconds.count(), std::chrono::nanoseconds(*time - seconds).count()};
  const int number = sigtimedwait(&signals, nullptr, &wait);
  return number > 0 ? std::optional(number) : std::nullopt;
}

int ServeUntilStopped(App& app, const sigset_t& signals, Log& log) {
  const auto notifier = ServiceNotifier::Open(ProcessEnvironment());
  const auto served = notifier ? app.Serve() : tl::unexpected(notifier.error());
  if (!served) {
    log.Failure("cannot serve", {{"error", served.error().message()}});
    return kFailed;
  }
  const std::string status = fmt::format("listening on {}", fmt::join(app.addresses(), ", "));
  notifier->Ready(status);
  while (true) {
    const std::optional<int> number = WaitForSignal(signals, notifier->alive_interval());
    if (!number) {
      // The service manager's watchdog is not to be told by a thread that has nothing else to do.
      app.OnServingThread([&notifier] { notifier->Alive(); });
      continue;
    }
    if (number == SIGHUP) {
      notifier->Reloading();
      app.Reload();
      notifier->Ready(status);
      continue;
    }
    notifier->Stopping();
    log.Info("stopping", {{"signal", number == SIGTERM ? "SIGTERM" : "SIGINT"}});
    app.Stop(kStopGrace);
    return kDone;
  }
}

int Run(const Flags& flags, LogLevel level, LogFormat format) {
  const sigset_t signals = BlockSignals();
  const auto configuration = LoadConfigurationFile(flags.app.config_file, flags.app.environment);
  std::vector<std::string> errors = CheckWebConfigFile(flags.app.web_config_file);
  if (!configuration) {
    const std::vector<std::string> lines = configuration.error().Lines();
    errors.insert(errors.begin(), lines.begin(), lines.end());
  }
  if (!errors.empty()) {
    for (const std::string& line : errors) std::cerr << line << "\n";
    return kUsage;
  }
  if (flags.check) {
    for (const std::string& warning : configuration->warnings) {
      std::cerr << "warning: " << warning << "\n";
    }
    std::cout << flags.app.config_file << ": valid, " << configuration->targets.size()
              << " target(s)\n";
    return kDone;
  }
  Log log(level, format);
  const SystemClock clock;
  App app(flags.app, *configuration, clock, log);
  if (flags.once) return app.PrintOnce(std::cout) ? kDone : kFailed;
  return ServeUntilStopped(app, signals, log);
}

int Main(int argc, char** argv) {
  CLI::App cli(
      "Prometheus exporter for interactive sessions of Kasm Workspaces, Cisco Intersight and AWS "
      "SSM",
      "session_exporter");
  Flags flags;
  AddFlags(cli, flags);
  const CLI::App* const health_check = AddHealthCheck(cli, flags);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return cli.exit(error) == 0 ? kDone : kUsage;
  }
  if (health_check->parsed()) {
    return CheckHealth(flags.health_url, SystemClock(), std::cerr) ? kDone : kFailed;
  }
  const auto level = ParseLogLevel(flags.log_level);
  if (!level) return Usage("--log.level: " + level.error().message());
  const auto format = ParseLogFormat(flags.log_format);
  if (!format) return Usage("--log.format: " + format.error().message());
  const auto offset = ParseOffset(flags.timeout_offset);
  if (!offset) return Usage("--timeout-offset: a duration such as 0.5s or 500ms, at most 1h");
  flags.app.timeout_offset = *offset;
  if (!flags.app.telemetry_path.starts_with('/')) {
    return Usage("--web.telemetry-path: must begin with a slash");
  }
  if (Endpoints::IsOwnPath(flags.app.telemetry_path)) {
    return Usage("--web.telemetry-path: " + flags.app.telemetry_path + " is another page's path");
  }
  return Run(flags, *level, *format);
}

}  // namespace
}  // namespace session_exporter

int main(int argc, char** argv) {
  try {
    return session_exporter::Main(argc, argv);
  } catch (const std::exception& exception) {
    std::cerr << "session_exporter: " << exception.what() << "\n";
    return session_exporter::kFailed;
  }
}
