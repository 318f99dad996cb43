#include "model/session_list.h"

namespace session_exporter {

void SessionList::Add(const Session& session) {
  if (session.id.empty()) {
    ++snapshot_.invalid_sessions;
    return;
  }
  if (session.id.index >= listed_.size()) listed_.resize(snapshot_.symbols.size());
  if (listed_[session.id.index]) {
    ++snapshot_.duplicate_sessions;
    return;
  }
  if (snapshot_.sessions.size() >= max_sessions_) {
    snapshot_.truncated = true;
    return;
  }
  listed_[session.id.index] = true;
  snapshot_.sessions.push_back(session);
}

}  // namespace session_exporter
