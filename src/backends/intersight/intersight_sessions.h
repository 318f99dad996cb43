// The rows of iam/Sessions.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <vector>

#include "backends/intersight/intersight_limits.h"
#include "backends/intersight/intersight_rows.h"
#include "model/session_list.h"
#include "model/snapshot.h"
#include "net/http_client.h"

namespace session_exporter {

class IntersightSessions final : public IntersightRows {
 public:
  struct Options {
    std::size_t max_sessions = 50'000;
    bool info_labels = false;  // read the fields that only info_labels show
  };

  explicit IntersightSessions(const Options& options);

  Result<void> ReadRow(Fields& fields) override;
  [[nodiscard]] std::uint64_t repeated() const override { return snapshot_.duplicate_sessions; }
  void Clear() override;

  // After the last page. `head` is an answer's: it tells the backend's clock, on which sessions
  // are past their expiries.
  Snapshot Finish(const HttpHead& head, const IntersightLimits& limits) &&;

 private:
  void ReadLabels(Fields& fields, Session& session);
  void ReadTimes(Fields& fields, Session& session);
  void Settle(Session& session, Symbol permission, const IntersightLimits& limits);
  void CountFuture(const char* field);
  Symbol Text(Fields& fields, std::size_t field);

  Options options_;
  Snapshot snapshot_;
  std::optional<SessionList> list_;  // of snapshot_; always there
  std::vector<Symbol> permissions_;  // of snapshot_.sessions, by index
};

}  // namespace session_exporter
