// backend_simulator: the vendors' APIs on a socket, for demonstrations, benchmarks and tests of the
// real exporter program.
#include <signal.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include <CLI/CLI.hpp>

#include "simulator/faults.h"
#include "simulator/simulator.h"

namespace simulator {
namespace {

struct Flags {
  SimulatorOptions options;
  std::string listen_address = "127.0.0.1:0";
  std::string ready_file;
  std::string start_time;
  double latency_seconds = 0;
  std::string key_id;
  std::string public_key_file;
  std::int64_t token_lifetime_seconds = 600;
  std::int64_t clock_window_seconds = 900;
  bool without_login_type = false;
  bool list_faults = false;
};

void AddIntersightFlags(CLI::App* app, Flags* flags) {
  IntersightOptions& options = flags->options.intersight;
  auto* id = app->add_option("--intersight.key-id", flags->key_id,
                             "ACCOUNT/USER/KEY, in place of the two test keys");
  auto* file = app->add_option("--intersight.public-key-file", flags->public_key_file,
                               "its PEM, the public key or the private one");
  id->needs(file);
  file->needs(id);
  app->add_option("--intersight.client-id", options.client_id, "OAuth2");
  app->add_option("--intersight.client-secret", options.client_secret, "");
  app->add_option("--intersight.token-lifetime", flags->token_lifetime_seconds, "seconds")
      ->check(CLI::PositiveNumber);
  app->add_option("--intersight.clock-window", flags->clock_window_seconds,
                  "seconds that a signature's date may be off; 0: any")
      ->check(CLI::NonNegativeNumber);
  app->add_option("--intersight.account-name", options.account_name, "");
  app->add_flag("--intersight.without-login-type", flags->without_login_type,
                "as appliances without that property");
}

void AddAwsFlags(CLI::App* app, AwsOptions* aws) {
  app->add_option("--aws.access-key-id", aws->access_key_id, "");
  app->add_option("--aws.secret-access-key", aws->secret_access_key, "");
  app->add_option("--aws.account", aws->account, "whose the key is");
  app->add_option("--aws.role-accounts", aws->role_accounts, "whose roles may be assumed")
      ->delimiter(',');
  app->add_option("--aws.external-id", aws->external_id, "what AssumeRole must bring");
  app->add_option("--aws.regions", aws->regions, "the first shows the population")->delimiter(',');
  app->add_option_function<std::int64_t>(
         "--aws.credentials-lifetime",
         [aws](std::int64_t lifetime) {
           aws->credentials_lifetime = std::chrono::seconds(lifetime);
         },
         "seconds, of temporary credentials (default: as asked for, or 3600)")
      ->check(CLI::PositiveNumber);
  app->add_option("--aws.imds-role", aws->imds_role, "of the instance");
  app->add_option("--aws.container-token", aws->container_token, "for /v1/credentials");
  app->add_option("--aws.web-identity-token", aws->web_identity_token, "");
  app->add_option_function<std::size_t>(
      "--aws.sessions-per-pair", [aws](std::size_t sessions) { aws->sessions_per_pair = sessions; },
      "of account and region, but for the first (default: a part of --sessions)");
  app->add_option("--aws.history-factor", aws->history_factor, "ended sessions for each slot");
  app->add_option("--aws.check-signing-time", aws->check_signing_time,
                  "whether signatures must be at most five minutes old");
  app->add_option("--aws.simulated-clock", aws->simulated_clock,
                  "whether signatures and credentials age by the simulation's clock");
}

void AddFlags(CLI::App* app, Flags* flags) {
  app->option_defaults()->always_capture_default();
  SimulatorOptions& options = flags->options;
  app->add_option("--listen-address", flags->listen_address, "host:port; port 0 takes a free one");
  app->add_option("--ready-file", flags->ready_file, "write the URL there once it is served");
  auto* cert = app->add_option("--tls-cert-file", options.listen.tls_cert_file, "serve HTTPS");
  auto* key = app->add_option("--tls-key-file", options.listen.tls_key_file, "its private key");
  cert->needs(key);
  key->needs(cert);
  app->add_option("--seed", options.population.seed, "which population");
  app->add_option("--sessions", options.population.sessions, "how many, nearly");
  app->add_option("--people", options.population.people, "how many users");
  app->add_option("--speed", options.speed, "simulated seconds a second; 0 holds the clock")
      ->check(CLI::NonNegativeNumber);
  app->add_option("--start-time", flags->start_time, "YYYY-MM-DDTHH:MM:SS, UTC (default: now)");
  app->add_option("--latency", flags->latency_seconds, "seconds before every answer")
      ->check(CLI::NonNegativeNumber);
  app->add_option("--kasm.api-key", options.kasm.api_key, "");
  app->add_option("--kasm.api-key-secret", options.kasm.api_key_secret, "");
  app->add_option("--kasm.permissions", options.kasm.permissions, "comma-separated; default all")
      ->delimiter(',');
  AddIntersightFlags(app, flags);
  AddAwsFlags(app, &options.aws);
  app->add_flag("--list-faults", flags->list_faults, "print the faults and exit");
}

void ListFaults() {
  for (const FaultKind& kind : FaultKinds()) {
    std::string name(kind.name);
    if (!kind.argument.empty()) name += "[=" + std::string(kind.argument) + "]";
    std::cout << name << std::string(name.size() < 38 ? 38 - name.size() : 1, ' ')
              << kind.description << "\n";
  }
}

// Throws std::runtime_error for what cannot be read.
void CompleteIntersight(Flags* flags) {
  IntersightOptions& options = flags->options.intersight;
  options.token_lifetime = std::chrono::seconds(flags->token_lifetime_seconds);
  options.clock_window = std::chrono::seconds(flags->clock_window_seconds);
  options.login_type = !flags->without_login_type;
  if (flags->key_id.empty()) return;
  std::ifstream file(flags->public_key_file);
  std::ostringstream pem;
  pem << file.rdbuf();
  if (!file) throw std::runtime_error("cannot read " + flags->public_key_file);
  options.keys = {{flags->key_id, pem.str()}};
}

// Throws std::runtime_error for what cannot be read.
void Complete(Flags* flags) {
  const std::size_t colon = flags->listen_address.rfind(':');
  if (colon == std::string::npos) throw std::runtime_error("--listen-address: expected host:port");
  std::string host = flags->listen_address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  const std::string port = flags->listen_address.substr(colon + 1);
  if (port.empty() || port.size() > 5 ||
      port.find_first_not_of("0123456789") != std::string::npos || std::stoul(port) > 65535) {
    throw std::runtime_error("--listen-address: no port in " + flags->listen_address);
  }
  flags->options.listen.host = host;
  flags->options.listen.port = static_cast<std::uint16_t>(std::stoul(port));
  flags->options.latency =
      std::chrono::milliseconds(static_cast<std::int64_t>(flags->latency_seconds * 1000));
  CompleteIntersight(flags);
  if (flags->start_time.empty()) return;
  flags->options.start_time = ParseTime(flags->start_time);
  if (!flags->options.start_time) throw std::runtime_error("--start-time: not a time");
}

void Announce(const Simulator& running, const std::string& ready_file) {
  std::cout << running.url() << std::endl;
  if (ready_file.empty()) return;
  // Renamed into place, so that whoever waits for the file never reads half of it.
  const std::string draft = ready_file + ".new";
  {
    std::ofstream out(draft);
    out << running.url() << "\n";
    if (!out.flush()) throw std::runtime_error("cannot write " + draft);
  }
  if (std::rename(draft.c_str(), ready_file.c_str()) != 0) {
    throw std::runtime_error("cannot write " + ready_file);
  }
}

int Run(Flags flags) {
  // Blocked before any thread starts, so that only sigwait sees them.
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGINT);
  sigaddset(&ending, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  Complete(&flags);
  const Simulator running(flags.options);
  Announce(running, flags.ready_file);
  int received = 0;
  sigwait(&ending, &received);
  return 0;
}

}  // namespace
}  // namespace simulator

int main(int argc, char** argv) {
  CLI::App app{"Simulates the APIs that session_exporter reads"};
  simulator::Flags flags;
  simulator::AddFlags(&app, &flags);
  CLI11_PARSE(app, argc, argv);
  if (flags.list_faults) {
    simulator::ListFaults();
    return 0;
  }
  try {
    return simulator::Run(std::move(flags));
  } catch (const std::exception& error) {
    std::cerr << "backend_simulator: " << error.what() << "\n";
    return 1;
  }
}
