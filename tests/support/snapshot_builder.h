// Snapshots made by hand.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "model/snapshot.h"

namespace session_exporter::test {

// 2024-06-07 08:00:00 UTC, the hour of every test that needs one.
inline constexpr Timestamp kNow{std::chrono::seconds(1'717'747'200)};

class SnapshotBuilder {
 public:
  SnapshotBuilder() { snapshot_->fetched_at = kNow; }

  // Adds an active session; the reference is valid until the next one is added.
  Session& Add(std::string_view id) {
    Session session;
    session.id = Text(id);
    session.state = SessionState::kActive;
    session.status = Text("running");
    snapshot_->sessions.push_back(session);
    return snapshot_->sessions.back();
  }

  // Adds a session in that state; live ones and ended ones count differently.
  Session& Add(std::string_view id, SessionState state, std::string_view status) {
    Session& session = Add(id);
    session.state = state;
    session.status = Text(status);
    return session;
  }

  Symbol Text(std::string_view text) { return snapshot_->symbols.Intern(text); }

  Snapshot& operator*() { return *snapshot_; }
  Snapshot* operator->() { return snapshot_.get(); }

  // The snapshot; the builder is spent.
  std::shared_ptr<Snapshot> Build() { return std::move(snapshot_); }

 private:
  std::shared_ptr<Snapshot> snapshot_ = std::make_shared<Snapshot>();
};

}  // namespace session_exporter::test
