#include "model/status_limit.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace session_exporter {

void LimitUnknownStatuses(Snapshot& snapshot) {
  const Symbol missing = snapshot.symbols.Intern(NameOf(SessionState::kUnknown));
  std::unordered_map<std::uint32_t, std::size_t> counts;
  for (const Session& session : snapshot.sessions) {
    if (session.state == SessionState::kUnknown && session.status != missing) {
      ++counts[session.status.index];
    }
  }
  if (counts.size() <= kMostUnknownStatuses) return;
  std::vector<std::pair<std::uint32_t, std::size_t>> order(counts.begin(), counts.end());
  std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    if (a.second != b.second) return a.second > b.second;
    return snapshot.symbols.Text({a.first}) < snapshot.symbols.Text({b.first});
  });
  order.resize(kMostUnknownStatuses);
  const Symbol other = snapshot.symbols.Intern("other");
  for (Session& session : snapshot.sessions) {
    if (session.state != SessionState::kUnknown || session.status == missing) continue;
    const bool kept = std::any_of(order.begin(), order.end(), [&](const auto& entry) {
      return entry.first == session.status.index;
    });
    if (!kept) session.status = other;
  }
}

}  // namespace session_exporter
