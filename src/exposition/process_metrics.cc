#include "exposition/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>

#include "exposition/catalogue.h"
#include "exposition/text.h"

namespace session_exporter {
namespace {

std::string ReadFile(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// When the machine started, in seconds since 1970; from /proc/stat.
std::optional<double> BootTime() {
  const std::string stat = ReadFile("/proc/stat");
  const std::size_t at = stat.find("btime ");
  if (at == std::string::npos) return std::nullopt;
  return std::strtod(stat.c_str() + at + 6, nullptr);
}

// The fields of /proc/self/stat from the third on (proc(5) counts from 1): the second, the
// program's name, may hold spaces.
std::vector<double> StatFields() {
  const std::string stat = ReadFile("/proc/self/stat");
  const std::size_t end = stat.rfind(')');
  if (end == std::string::npos) return {};
  std::istringstream rest(stat.substr(end + 1));
  std::string state;
  rest >> state;
  std::vector<double> fields = {0};
  for (double field = 0; rest >> field;) fields.push_back(field);
  return fields;
}

std::optional<double> OpenFds() {
  std::error_code error;
  std::filesystem::directory_iterator entries("/proc/self/fd", error);
  if (error) return std::nullopt;
  const auto count = std::distance(begin(entries), end(entries));
  return static_cast<double>(count - 1);  // without the one that counts them
}

double MaxFds() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur == RLIM_INFINITY) return std::numeric_limits<double>::infinity();
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

std::vector<OwnFamily> CollectProcessMetrics() {
  std::vector<OwnFamily> families;
  const auto add = [&families](Metric metric, double value) {
    OwnFamily family{metric, std::string(Describe(metric).name)};
    family.lines += ' ';
    AppendNumber(family.lines, value);
    family.lines += '\n';
    families.push_back(std::move(family));
  };
  if (const auto open = OpenFds()) add(Metric::kProcessOpenFds, *open);
  add(Metric::kProcessMaxFds, MaxFds());
  // Positions in proc(5), less the three that StatFields does not count.
  constexpr std::size_t kUserTime = 14 - 3;
  constexpr std::size_t kSystemTime = 15 - 3;
  constexpr std::size_t kThreads = 20 - 3;
  constexpr std::size_t kStartTime = 22 - 3;
  constexpr std::size_t kVirtualBytes = 23 - 3;
  constexpr std::size_t kResidentPages = 24 - 3;
  const std::vector<double> stat = StatFields();
  if (stat.size() <= kResidentPages) return families;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  add(Metric::kProcessCpuSeconds, (stat[kUserTime] + stat[kSystemTime]) / ticks);
  add(Metric::kProcessThreads, stat[kThreads]);
  add(Metric::kProcessVirtualMemory, stat[kVirtualBytes]);
  add(Metric::kProcessResidentMemory,
      stat[kResidentPages] * static_cast<double>(sysconf(_SC_PAGESIZE)));
  if (const auto boot = BootTime())
    add(Metric::kProcessStartTime, *boot + stat[kStartTime] / ticks);
  return families;
}

}  // namespace session_exporter
