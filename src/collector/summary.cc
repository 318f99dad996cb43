#include "collector/summary.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "model/staleness.h"

namespace session_exporter {
namespace {

constexpr std::string_view kOther = "other";

void TakeOlder(OptionalTime& oldest, OptionalTime time) {
  if (time && (!oldest || *time < *oldest)) oldest = time;
}

bool IsExpired(const Session& session, Timestamp now) {
  return (session.expiration && *session.expiration < now) ||
         (session.idle_expiration && *session.idle_expiration < now);
}

void CountLive(const Session& session, Summary& summary) {
  TakeOlder(summary.oldest_keepalive, session.keepalive);
  TakeOlder(summary.oldest_start, session.start);
  if (!std::isnan(session.cpu_cores)) summary.cpu_cores += session.cpu_cores;
  if (!std::isnan(session.memory_bytes)) summary.memory_bytes += session.memory_bytes;
}

// Keeps the `limit` largest, of equals the alphabetically first, and sums up the rest.
void LimitGroup(std::map<std::string, std::uint64_t>& counts, std::size_t limit) {
  if (counts.size() <= limit) return;
  std::vector<std::pair<std::string, std::uint64_t>> order(counts.begin(), counts.end());
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::uint64_t rest = 0;
  for (std::size_t i = limit; i < order.size(); ++i) rest += order[i].second;
  order.resize(limit);
  counts = {order.begin(), order.end()};
  counts[std::string(kOther)] += rest;
}

Summary::Group GroupBy(const Snapshot& snapshot, std::string_view label, std::size_t limit,
                       LabelTexts& texts, LabelPolicy policy) {
  Summary::Group group{std::string(label), {}};
  const auto* const name = std::find(kSessionLabelNames.begin(), kSessionLabelNames.end(), label);
  if (name == kSessionLabelNames.end()) return group;  // the configuration knows only these
  const auto column = static_cast<std::size_t>(name - kSessionLabelNames.begin());
  std::unordered_map<std::uint32_t, std::uint64_t> counts;
  for (const Session& session : snapshot.sessions) {
    if (session.Live()) ++counts[session.labels[column].index];
  }
  for (const auto& [symbol, count] : counts) {
    group.live_sessions[std::string(texts.Shown(policy, {symbol}))] += count;
  }
  LimitGroup(group.live_sessions, limit);
  return group;
}

}  // namespace

Summary Summarize(const Snapshot& snapshot, const SummaryOptions& options, LabelTexts& texts,
                  const LabelPolicies& policies) {
  Summary summary;
  for (const StatusPair& pair : options.known_statuses) {
    summary.by_state_and_status[{NameOf(pair.state), pair.status}] = 0;
  }
  const Timestamp now = snapshot.BackendNow();
  std::unordered_set<std::uint32_t> users;
  for (const Session& session : snapshot.sessions) {
    ++summary.by_state_and_status[{NameOf(session.state), snapshot.symbols.Text(session.status)}];
    if (IsExpired(session, now)) ++summary.expired;
    if (!session.Live()) continue;
    if (IsStale(session, now, options.stale_after)) ++summary.stale;
    if (!session.Label(SessionLabel::kUser).empty()) {
      users.insert(session.Label(SessionLabel::kUser).index);
    }
    CountLive(session, summary);
  }
  summary.users = users.size();
  for (const std::string& label : options.group_by) {
    summary.groups.push_back(
        GroupBy(snapshot, label, options.group_limit, texts, policies.Of(label)));
  }
  return summary;
}

}  // namespace session_exporter
