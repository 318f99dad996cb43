#include "backends/aws_ssm/aws_ssm_rows.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "backends/aws_ssm/aws_ssm_api.h"
#include "backends/session_time.h"
#include "base/utf8.h"
#include "model/status_limit.h"

namespace session_exporter {
namespace {

enum Field : std::size_t {
  kSessionId,
  kTarget,
  kStatus,
  kStartDate,
  kEndDate,
  kDocumentName,
  kOwner,
  kReason,
  kMaxSessionDuration,
  kAccessType,
};

// What is not read: Details (reserved) and OutputUrl.
const FieldSchema& RowSchema() {
  static const FieldSchema kSchema{
      "SessionId",    "Target", "Status", "StartDate",          "EndDate",
      "DocumentName", "Owner",  "Reason", "MaxSessionDuration", "AccessType"};
  return kSchema;
}

}  // namespace

AwsSsmPageReader::AwsSsmPageReader(AwsSsmRows& rows)
    : rows_(rows), reader_({"Sessions", {"NextToken"}}, RowSchema(), [this](Fields& fields) {
        rows_.ReadRow(fields);
        return Result<void>();
      }) {}

Result<std::string> AwsSsmPageReader::Finish() {
  if (auto end = reader_.Finish(); !end) return tl::unexpected(end.error());
  for (auto& warning : reader_.fields().Warnings()) rows_.warnings.push_back(std::move(warning));
  if (reader_.list_type() != JsonType::kArray) {
    return Fail(ErrorKind::kProtocol, "the answer has no list \"Sessions\"{}",
                reader_.list_type() == JsonType::kMissing ? "" : ", but a value of another type");
  }
  const JsonValue& token = reader_.member(0);
  if (token.type == JsonType::kString) return std::string(token.text);
  if (token.type == JsonType::kMissing || token.type == JsonType::kNull) return std::string();
  // It may be that there is more, and nobody can ask for it.
  return Fail(ErrorKind::kProtocol, "the answer's NextToken is no text");
}

AwsSsmSessions::AwsSsmSessions(const Options& options) : options_(options) { Clear(); }

void AwsSsmSessions::Clear() {
  snapshot_ = Snapshot();
  list_.emplace(snapshot_, options_.max_sessions);
  disconnected_ = snapshot_.symbols.Intern("Disconnected");
}

void AwsSsmSessions::ReadRow(Fields& fields) {
  Session session;
  session.id = Text(fields, kSessionId);
  const std::string_view status = fields.Text(kStatus).value_or("");
  session.status = snapshot_.symbols.Intern(status.empty() ? "unknown" : status);
  session.state = AwsSsmStateOf(status);
  ReadLabels(fields, session);
  session.start = ReadAwsSsmTime(fields, kStartDate);
  session.end = ReadAwsSsmTime(fields, kEndDate);
  const std::string_view longest = fields.Text(kMaxSessionDuration).value_or("");
  if (const auto duration = ReadAwsSsmDuration(longest)) {
    session.max_duration = *duration;
    if (session.start) session.expiration = *session.start + *duration;
  } else if (!longest.empty()) {
    fields.Warn(kMaxSessionDuration);
  }
  list_->Add(session);
}

void AwsSsmSessions::ReadLabels(Fields& fields, Session& session) {
  const AwsSsmOwner owner = ReadAwsSsmOwner(fields.Text(kOwner).value_or(""));
  session.Label(SessionLabel::kUser) = snapshot_.symbols.Intern(owner.user);
  session.Label(SessionLabel::kRole) = snapshot_.symbols.Intern(owner.role);
  session.Label(SessionLabel::kHost) = Text(fields, kTarget);
  session.Label(SessionLabel::kDocument) = Text(fields, kDocumentName);
  session.Label(SessionLabel::kAccessType) = Text(fields, kAccessType);
  if (!options_.info_labels) return;
  // In the order of AwsSsmInfoLabels().
  session.info[0] = Text(fields, kOwner);
  session.info[1] = Text(fields, kReason);
}

Symbol AwsSsmSessions::Text(Fields& fields, std::size_t field) {
  return snapshot_.symbols.Intern(fields.Text(field).value_or(""));
}

Snapshot AwsSsmSessions::Finish(const HttpHead& head) && {
  snapshot_.fetched_at = head.received_at;
  snapshot_.backend_time = head.date;
  std::uint64_t ahead = 0;
  for (Session& session : snapshot_.sessions) {
    if (LiesAhead(session.start, snapshot_.BackendNow())) {
      session.start = session.expiration = {};
      ++ahead;
    }
    Settle(session);
  }
  if (ahead > 0) warnings.emplace_back("StartDate", ahead);
  snapshot_.parse_warnings = std::move(warnings);
  return std::move(snapshot_);
}

// Nothing tells when a session was last used. What nobody is connected to any more, or what should
// have ended, was at least alive at its start.
void AwsSsmSessions::Settle(Session& session) {
  const bool overdue = session.expiration && *session.expiration < snapshot_.BackendNow();
  if (session.status == disconnected_ || overdue) session.sign_of_life = session.start;
}

void AwsSsmEndedSessions::Clear() {
  ids_.clear();
  history_ = {};
  history_.by_status = {{"Failed", 0}, {"Terminated", 0}};
  measured_ = 0;
  total_ = 0;
}

void AwsSsmEndedSessions::ReadRow(Fields& fields) {
  const std::string_view id = fields.Text(kSessionId).value_or("");
  if (id.empty() || !ids_.insert(std::hash<std::string_view>()(id)).second) return;
  std::string status = CleanText(fields.Text(kStatus).value_or("unknown"), kLongestText);
  if (history_.by_status.size() >= kMostUnknownStatuses && !history_.by_status.contains(status)) {
    status = "other";
  }
  ++history_.by_status[std::move(status)];
  const OptionalTime start = ReadAwsSsmTime(fields, kStartDate);
  const OptionalTime end = ReadAwsSsmTime(fields, kEndDate);
  if (!start || !end || *end < *start) return;
  const Microseconds duration = *end - *start;
  ++measured_;
  total_ += static_cast<double>(duration.count());
  history_.max_duration = std::max(history_.max_duration.value_or(duration), duration);
}

SessionHistory AwsSsmEndedSessions::Finish() && {
  if (measured_ > 0) {
    history_.mean_duration = Microseconds(std::llround(total_ / static_cast<double>(measured_)));
  }
  return std::move(history_);
}

}  // namespace session_exporter
