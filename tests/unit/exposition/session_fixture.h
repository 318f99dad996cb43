// Lines of a table of sessions, as tests compare them.
#pragma once

#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exposition/session_table.h"
#include "support/snapshot_builder.h"

namespace session_exporter::test {

inline SessionTableOptions Options(std::size_t limit = 1000) {
  SessionTableOptions options;
  options.target = "t";
  options.backend = "fake";
  options.stale_after = std::chrono::hours(1);
  options.limit = limit;
  return options;
}

inline LabelPolicies Policies(std::vector<std::pair<std::string, LabelPolicy>> policies) {
  return {std::move(policies),
          [](std::string_view text) { return "#" + std::to_string(text.size()) + text[0]; }};
}

inline std::string AllLines(const SessionTable& table, Metric metric) {
  std::string out;
  const std::size_t end = table.Append(metric, 0, std::numeric_limits<std::size_t>::max(), out);
  return end == table.rows() ? out : "not all of " + out;
}

// The `session` labels of a family, in their order.
inline std::vector<std::string> Ids(const SessionTable& table, Metric metric = Metric::kStatus) {
  std::vector<std::string> ids;
  const std::string lines = AllLines(table, metric);
  constexpr std::string_view kBefore = ",session=\"";
  for (std::size_t at = lines.find(kBefore); at != std::string::npos;
       at = lines.find(kBefore, at)) {
    at += kBefore.size();
    ids.push_back(lines.substr(at, lines.find('"', at) - at));
  }
  return ids;
}

}  // namespace session_exporter::test
