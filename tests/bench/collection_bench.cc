// Wall time of whole scrapes of paged backends, over real HTTP to the simulator, which waits before
// every answer. Times are compared with those of one page in the same run, since machines differ.
//
//   collection_bench [SESSIONS [LATENCY_MS [REPEATS]]]
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/simulator.h"
#include "support/exposition_parser.h"
#include "support/in_process_exporter.h"

namespace session_exporter::test {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

struct Arguments {
  std::size_t sessions = 2500;
  std::size_t latency_ms = 50;
  std::size_t repeats = 9;
};

// One exporter, scraped over connections that are warm.
class Bench {
 public:
  Bench(const std::string& target, std::size_t repeats,
        const std::map<std::string, std::string>& environment = {})
      : exporter_("scrape: {timeout: 60s}\ntargets: [" + target + "]", environment),
        repeats_(repeats) {}

  // The median of several scrapes; each lists `sessions`, if that is given, from `targets`.
  Milliseconds Measure(std::optional<double> sessions, double targets = 1) {
    std::vector<Milliseconds> times;
    for (std::size_t i = 0; i <= repeats_; ++i) {
      const auto start = std::chrono::steady_clock::now();
      const std::string text = exporter_.Scrape(std::chrono::seconds(60));
      const Milliseconds took = std::chrono::steady_clock::now() - start;
      const auto page = ParseExposition(text, Dialect::kText);
      if (!page || page->Sum("session_up") != targets ||
          (sessions && page->Sum("session_sessions") != *sessions)) {
        throw std::runtime_error("a scrape listed something else:\n" + exporter_.LogText());
      }
      if (i > 0) times.push_back(took);  // the first opens the connections
    }
    std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                     times.end());
    return times[times.size() / 2];
  }

 private:
  InProcessExporter exporter_;
  std::size_t repeats_;
};

std::string IntersightTarget(const simulator::Simulator& simulator, std::size_t max_sessions,
                             std::size_t page_size) {
  return "{name: bench, backend: intersight, url: '" + simulator.url() +
         "', api_key_id: 5f0000000000000000000001/5f0000000000000000000002/"
         "5f0000000000000000000003, secret_key_file: " SESSION_EXPORTER_FIXTURES
         "/intersight/v2_rsa.pem, per_session: {enabled: false}, page_size: " +
         std::to_string(page_size) + ", max_sessions: " + std::to_string(max_sessions) + "}";
}

void MeasureIntersight(const Arguments& arguments) {
  simulator::SimulatorOptions options;
  // A few slots are empty at any time.
  options.population.sessions = arguments.sessions + arguments.sessions / 10;
  options.speed = 0;
  options.latency = std::chrono::milliseconds(arguments.latency_ms);
  const simulator::Simulator simulator(options);
  const std::size_t sessions = simulator.sessions().size();
  const std::size_t page_size = (sessions + 2) / 3;

  // Cut after its first page, the list is one page long.
  const Milliseconds page =
      Bench(IntersightTarget(simulator, page_size, page_size), arguments.repeats)
          .Measure(static_cast<double>(page_size));
  const Milliseconds list =
      Bench(IntersightTarget(simulator, 1'000'000, page_size), arguments.repeats)
          .Measure(static_cast<double>(sessions));
  const auto latency = static_cast<double>(arguments.latency_ms);
  std::printf(
      "intersight: %zu sessions in three pages, %zu ms before each answer: %.1f ms, which is %.2f "
      "times one page (%.1f ms) and %.2f times the wait alone\n",
      sessions, arguments.latency_ms, list.count(), list / page, page.count(),
      list.count() / latency);
}

std::map<std::string, std::string> AwsEnvironment(const simulator::Simulator& simulator) {
  return {{"AWS_ACCESS_KEY_ID", "AKIDCANARYEXAMPLE0001"},
          {"AWS_SECRET_ACCESS_KEY", "CANARY-AWS-SECRET/K7MDENG+bPxRfiCYEXAMPLEKEY"},
          {"AWS_ENDPOINT_URL", simulator.url()},
          {"AWS_CONFIG_FILE", "/nonexistent"},
          {"AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"}};
}

// Scrapes of `accounts` roles in `regions` regions, each with `sessions` sessions.
struct AwsShape {
  std::size_t accounts;
  std::size_t regions;
  std::size_t sessions;
  std::size_t page_size;
};

Milliseconds MeasureAws(const Arguments& arguments, const AwsShape& shape) {
  constexpr std::size_t kFirstAccount = 100'000'000'000;
  simulator::SimulatorOptions options;
  options.speed = 0;
  options.latency = std::chrono::milliseconds(arguments.latency_ms);
  options.aws.sessions_per_pair = shape.sessions;
  options.aws.role_accounts.clear();
  std::string roles;
  for (std::size_t i = 0; i < shape.accounts; ++i) {
    const std::string account = std::to_string(kFirstAccount + i);
    options.aws.role_accounts.push_back(account);
    roles += (i == 0 ? "" : ", ") + ("{role_arn: 'arn:aws:iam::" + account) + ":role/Reader'}";
  }
  std::string regions;
  for (std::size_t i = 0; i < shape.regions; ++i) {
    regions += (i == 0 ? "" : ", ") + options.aws.regions.at(i);
  }
  const simulator::Simulator simulator(options);
  Bench bench(
      "{name: bench, backend: aws_ssm, regions: [" + regions + "], assume_roles: [" + roles +
          "], per_session: {enabled: false}, page_size: " + std::to_string(shape.page_size) + "}",
      arguments.repeats, AwsEnvironment(simulator));
  return bench.Measure(std::nullopt, static_cast<double>(shape.accounts * shape.regions));
}

void MeasureAwsShapes(const Arguments& arguments) {
  const bool brief = arguments.sessions < 1000;
  const std::size_t accounts = brief ? 2 : 20;
  const Milliseconds wide = MeasureAws(arguments, {accounts, 5, 200, 200});
  std::printf(
      "aws_ssm: %zu accounts x 5 regions with 200 sessions each, %zu ms before each "
      "answer: %.1f ms\n",
      accounts, arguments.latency_ms, wide.count());
  const std::size_t pages = brief ? 5 : 50;
  const Milliseconds deep = MeasureAws(arguments, {brief ? 2U : 10U, 1, pages * 20, 19});
  std::printf("aws_ssm: %u targets x about %zu pages, %zu ms before each answer: %.1f ms\n",
              brief ? 2U : 10U, pages, arguments.latency_ms, deep.count());
}

bool Read(std::string_view text, std::size_t* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size() && *number > 0;
}

}  // namespace
}  // namespace session_exporter::test

int main(int argc, char** argv) {
  using namespace session_exporter::test;  // NOLINT(google-build-using-namespace): this is main
  Arguments arguments;
  std::size_t* const numbers[] = {&arguments.sessions, &arguments.latency_ms, &arguments.repeats};
  for (int i = 1; i < argc; ++i) {
    if (i > 3 || !Read(argv[i], numbers[i - 1])) {
      std::fprintf(stderr, "usage: %s [SESSIONS [LATENCY_MS [REPEATS]]]\n", argv[0]);
      return EXIT_FAILURE;
    }
  }
  try {
    MeasureIntersight(arguments);
    MeasureAwsShapes(arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "collection_bench: %s\n", error.what());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
