// The series of a target's sessions, written straight from the records. A session's own labels
// (`target="...",session="..."`) are put together once; no line is kept.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "exposition/catalogue.h"
#include "exposition/label_texts.h"
#include "model/snapshot.h"

namespace session_exporter {

struct SessionTableOptions {
  std::string target;
  std::string backend;
  LabelPolicies policies;
  // The further labels of session_info, of all targets together, each with its index in
  // Session::info, or -1 where this target has none of that name.
  struct InfoLabel {
    std::string name;
    int index = -1;

    bool operator==(const InfoLabel&) const = default;
  };
  std::vector<InfoLabel> info_labels;
  bool session_id_names_user = false;  // BackendTraits
  Microseconds stale_after{};
  // The most sessions with series of their own; the stalest are taken.
  std::size_t limit = 1000;
};

// Immutable once made; may be written from several threads at once.
class SessionTable {
 public:
  SessionTable(std::shared_ptr<const Snapshot> snapshot, const SessionTableOptions& options);
  ~SessionTable() = default;
  SessionTable(const SessionTable&) = delete;  // texts_ refers to policies_
  SessionTable& operator=(const SessionTable&) = delete;

  [[nodiscard]] std::size_t rows() const { return rows_.size(); }
  // Whether any session has a value for it.
  [[nodiscard]] bool Has(Metric metric) const { return present_[static_cast<std::size_t>(metric)]; }

  // Appends the lines of `metric` for the sessions from `begin` on, until `out` holds at least
  // `enough` bytes. Returns the first session that was not taken; rows() when there is none left.
  std::size_t Append(Metric metric, std::size_t begin, std::size_t enough, std::string& out) const;

 private:
  void Choose(std::size_t limit);
  void NameSessions(const SessionTableOptions& options, LabelTexts& texts);
  void NameInfo(const SessionTableOptions& options);
  void FindPresent();
  void AppendInfo(const Session& session, std::string& out) const;
  void AppendStatus(const Session& session, std::string& out) const;
  // Appends the value; false when the session has none.
  bool AppendValue(Metric metric, const Session& session, std::string& out) const;

  struct Row {
    std::uint32_t session;  // index into the snapshot's sessions
    std::uint32_t length;   // of its labels
    std::size_t labels;     // offset into labels_
  };
  // A label of session_info, and where its value comes from.
  struct InfoColumn {
    std::string prefix;  // `",image="`
    LabelPolicy policy;
    int label = -1;  // index into Session::labels, or
    int info = -1;   // index into Session::info, or neither: empty
  };

  std::shared_ptr<const Snapshot> snapshot_;
  Microseconds stale_after_;
  std::vector<Row> rows_;
  std::string labels_;
  std::string backend_label_;
  std::vector<InfoColumn> columns_;
  std::array<bool, kMetricCount> present_{};  // some session has a value
  // Escaped texts by symbol and policy, filled for the chosen sessions while this is made.
  std::unique_ptr<LabelTexts> texts_;
  LabelPolicies policies_;
};

}  // namespace session_exporter
