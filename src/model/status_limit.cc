#include "model/status_limit.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace session_exporter {
namespace {

// Which sessions are limited; compares symbols, since there may be many sessions.
class Unlisted {
 public:
  Unlisted(SymbolTable& symbols, std::span<const StatusPair> known)
      : missing_(symbols.Intern(NameOf(SessionState::kUnknown))), other_(symbols.Intern("other")) {
    for (const StatusPair& pair : known) {
      known_.emplace_back(pair.state, symbols.Intern(pair.status));
    }
  }

  [[nodiscard]] bool Has(const Session& session) const {
    if (session.status == missing_ || session.status == other_) return false;
    return std::find(known_.begin(), known_.end(), std::pair(session.state, session.status)) ==
           known_.end();
  }
  [[nodiscard]] Symbol other() const { return other_; }

 private:
  Symbol missing_;
  Symbol other_;
  std::vector<std::pair<SessionState, Symbol>> known_;
};

}  // namespace

void LimitUnknownStatuses(Snapshot& snapshot, std::span<const StatusPair> known) {
  const Unlisted unlisted(snapshot.symbols, known);
  std::unordered_map<std::uint32_t, std::size_t> counts;
  for (const Session& session : snapshot.sessions) {
    if (unlisted.Has(session)) ++counts[session.status.index];
  }
  if (counts.size() <= kMostUnknownStatuses) return;
  std::vector<std::pair<std::uint32_t, std::size_t>> order(counts.begin(), counts.end());
  std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    if (a.second != b.second) return a.second > b.second;
    return snapshot.symbols.Text({a.first}) < snapshot.symbols.Text({b.first});
  });
  order.resize(kMostUnknownStatuses);
  for (Session& session : snapshot.sessions) {
    if (!unlisted.Has(session)) continue;
    const bool kept = std::any_of(order.begin(), order.end(), [&](const auto& entry) {
      return entry.first == session.status.index;
    });
    if (!kept) session.status = unlisted.other();
  }
}

}  // namespace session_exporter
