// The command line: flags, signals and exit codes.
#include <unistd.h>

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
#include "server/listen_address.h"
#include "server/service_notifier.h"

namespace session_exporter {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr std::chrono::milliseconds kStopGrace{3'000};
constexpr std::chrono::milliseconds kReloadGrace{500};

// What the thread of the reloads sends to the main one, which so waits in one place.
constexpr int kReloaded = SIGUSR1;

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

// The signals that main waits for while it serves.
sigset_t AwaitedSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, kReloaded}) sigaddset(&signals, number);
  return signals;
}

// In this and all later threads they wait for the main one to take them.
void AwaitSignals() {
  const sigset_t signals = AwaitedSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

// The default action, which SA_RESETHAND has put back; it spares the first process of a container.
extern "C" void EndBySignal(int number) {
  std::raise(number);
  std::_Exit(kFailed);
}

// Signals end a program that does not serve, wherever it waits.
void LetSignalsEnd() {
  struct sigaction end {};
  end.sa_handler = EndBySignal;
  end.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    struct sigaction former {};
    sigaction(number, nullptr, &former);
    // nohup and a shell's background have them ignored.
    if (former.sa_handler != SIG_IGN) sigaction(number, &end, nullptr);
  }
}

// The next of the signals; nothing when none comes for `time`.
std::optional<int> TakeSignal(const sigset_t& signals, std::chrono::nanoseconds time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const timespec wait{seconds.count(), (time - seconds).count()};
  siginfo_t from{};
  const int number = sigtimedwait(&signals, &from, &wait);
  const bool foreign = number == kReloaded && from.si_pid != getpid();
  return number > 0 && !foreign ? std::optional(number) : std::nullopt;
}

// The main thread while the app serves. It waits for signals and for nothing else, or the service
// manager's watchdog would think that the program hangs, and SIGTERM would wait too.
class ServeLoop {
 public:
  // What is referred to outlives the loop.
  ServeLoop(App& app, const ServiceNotifier& notifier, Log& log)
      : app_(app),
        notifier_(notifier),
        log_(log),
        status_(fmt::format("listening on {}", fmt::join(app.addresses(), ", "))) {}

  // Returns when the app is stopped.
  void Run() {
    notifier_.Ready(status_);
    while (true) {
      const std::optional<int> number = WaitForSignal();
      if (number == SIGHUP) {
        OnHangup();
      } else if (number == kReloaded) {
        OnReloaded();
      } else if (number) {
        return Stop(*number);
      }
    }
  }

 private:
  using Steady = std::chrono::steady_clock;

  enum class Reload { kNone, kUnderWay, kOneMoreAfterIt };

  // Nothing when none has come for a while.
  std::optional<int> WaitForSignal() {
    // SIGHUP has the lowest number, so while it keeps coming the others would never be taken.
    sigset_t others = signals_;
    sigdelset(&others, SIGHUP);
    if (const auto number = TakeSignal(others, {})) return number;
    return TakeSignal(signals_, TellAlive());
  }

  // When it is due; returns the time to the next.
  std::chrono::nanoseconds TellAlive() {
    const auto interval = notifier_.alive_interval();
    if (!interval) return std::chrono::hours(1);
    const auto now = Steady::now();
    if (now >= next_alive_) {
      next_alive_ = now + *interval;
      // The watchdog is not to be told by a thread that has nothing else to do.
      app_.OnServingThread([&notifier = notifier_] { notifier.Alive(); });
    }
    return next_alive_ - now;
  }

  void OnHangup() {
    notifier_.Reloading();
    if (reload_ == Reload::kNone) {
      BeginReload();
    } else {
      reload_ = Reload::kOneMoreAfterIt;
    }
  }

  void BeginReload() {
    reload_ = Reload::kUnderWay;
    app_.RequestReload([](const std::vector<std::string>&) { kill(getpid(), kReloaded); });
  }

  // Ready is told when no reload is left: a service manager that waits for the second must not take
  // the end of the first for it.
  void OnReloaded() {
    if (reload_ == Reload::kOneMoreAfterIt) return BeginReload();
    reload_ = Reload::kNone;
    notifier_.Ready(status_);
  }

  void Stop(int number) {
    notifier_.Stopping();
    log_.Info("stopping", {{"signal", number == SIGTERM ? "SIGTERM" : "SIGINT"}});
    app_.Stop(kStopGrace);
    // The app joins the thread of the reloads. One that hangs, on a disk that does not answer, only
    // reads, so nothing is lost with it.
    if (!app_.WaitForReloads(kReloadGrace)) std::_Exit(kDone);
  }

  App& app_;
  const ServiceNotifier& notifier_;
  Log& log_;
  const std::string status_;
  const sigset_t signals_ = AwaitedSignals();
  Steady::time_point next_alive_ =
      Steady::now() + notifier_.alive_interval().value_or(std::chrono::milliseconds(0));
  Reload reload_ = Reload::kNone;
};

int ServeUntilStopped(App& app, Log& log) {
  const auto notifier = ServiceNotifier::Open(ProcessEnvironment());
  const auto served = notifier ? app.Serve() : tl::unexpected(notifier.error());
  if (!served) {
    log.Failure("cannot serve", {{"error", served.error().message()}});
    return kFailed;
  }
  ServeLoop(app, *notifier, log).Run();
  return kDone;
}

int Run(const Flags& flags, LogLevel level, LogFormat format) {
  const bool serves = !flags.check && !flags.once;
  serves ? AwaitSignals() : LetSignalsEnd();
  // A reader that goes away while it is written to must not end the process.
  std::signal(SIGPIPE, SIG_IGN);
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
  return ServeUntilStopped(app, log);
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
  for (const std::string& text : flags.app.listen_addresses) {
    const auto address = ParseListenAddress(text);
    if (!address) return Usage("--web.listen-address: " + address.error().message());
  }
  const auto path = Endpoints::CheckTelemetryPath(flags.app.telemetry_path);
  if (!path) return Usage("--web.telemetry-path: " + path.error().message());
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
