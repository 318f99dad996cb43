// The counts and sums of one snapshot. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exposition/label_texts.h"
#include "model/session_state.h"
#include "model/snapshot.h"

namespace session_exporter {

struct SummaryOptions {
  std::span<const StatusPair> known_statuses;
  Microseconds stale_after{};
  std::vector<std::string> group_by;  // names of session labels
  std::size_t group_limit = 50;
};

struct Summary {
  // Every known pair, and those that were found, ordered.
  std::map<std::pair<std::string_view, std::string_view>, std::uint64_t> by_state_and_status;
  std::uint64_t users = 0;
  std::uint64_t stale = 0;
  std::uint64_t expired = 0;
  OptionalTime oldest_keepalive;
  OptionalTime oldest_start;
  double cpu_cores = 0;
  double memory_bytes = 0;

  struct Group {
    std::string label;
    std::map<std::string, std::uint64_t> live_sessions;  // by value under its policy
  };
  std::vector<Group> groups;  // in the order of group_by
};

// Texts in it are the snapshot's and those of `options`.
Summary Summarize(const Snapshot& snapshot, const SummaryOptions& options, LabelTexts& texts,
                  const LabelPolicies& policies);

}  // namespace session_exporter
