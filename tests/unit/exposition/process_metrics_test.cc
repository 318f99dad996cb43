#include "exposition/process_metrics.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "catch.h"
#include "support/exposition_lines.h"

namespace session_exporter {
namespace {

std::map<std::string, double> Values(const std::vector<OwnFamily>& families) {
  std::map<std::string, double> values;
  for (const OwnFamily& family : families) {
    const std::string_view lines = family.lines;
    REQUIRE(lines.ends_with('\n'));
    const auto sample = test::ParseSampleLine(lines.substr(0, lines.size() - 1));
    REQUIRE(sample);
    CHECK(sample->name == Describe(family.metric).name);
    CHECK(sample->labels.empty());
    values[sample->name] = sample->value;
  }
  return values;
}

std::map<std::string, double> Read() { return Values(CollectProcessMetrics()); }

TEST_CASE("all process metrics are there and plausible", "[process]") {
  auto values = Read();
  CHECK(values.size() == 7);
  CHECK(values["process_cpu_seconds_total"] >= 0);
  CHECK(values["process_cpu_seconds_total"] < 3600);
  CHECK(values["process_open_fds"] >= 3);
  CHECK(values["process_open_fds"] < 1000);
  CHECK(values["process_max_fds"] >= values["process_open_fds"]);
  CHECK(values["process_resident_memory_bytes"] > 1'000'000);
  CHECK(values["process_virtual_memory_bytes"] >= values["process_resident_memory_bytes"]);
  CHECK(values["process_threads"] >= 1);
  const std::chrono::duration<double> now = SystemClock().Now().time_since_epoch();
  CHECK(values["process_start_time_seconds"] <= now.count() + 1);
  CHECK(values["process_start_time_seconds"] > now.count() - 3600);
}

TEST_CASE("an open descriptor and a running thread are counted", "[process]") {
  auto before = Read();
  const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  std::vector<OwnFamily> families;
  std::jthread([&families] { families = CollectProcessMetrics(); }).join();
  close(fd);
  auto within = Values(families);
  CHECK(within["process_open_fds"] == before["process_open_fds"] + 1);
  CHECK(within["process_threads"] == before["process_threads"] + 1);
}

TEST_CASE("time that was spent is counted", "[process]") {
  const double before = Read()["process_cpu_seconds_total"];
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  double after = before;
  while (after < before + 0.05 && std::chrono::steady_clock::now() < limit) {
    after = Read()["process_cpu_seconds_total"];
  }
  CHECK(after >= before + 0.05);
}

}  // namespace
}  // namespace session_exporter
