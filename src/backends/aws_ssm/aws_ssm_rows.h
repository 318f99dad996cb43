// The rows of DescribeSessions, and reading one page of them while it arrives:
//
//   {"Sessions": [{...}, ...], "NextToken": "..."}
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/result.h"
#include "json/list_reader.h"
#include "model/session.h"
#include "model/session_history.h"
#include "model/session_list.h"
#include "model/snapshot.h"
#include "net/http_client.h"

namespace session_exporter {

// Takes the rows of all pages, one after the other.
class AwsSsmRows {
 public:
  AwsSsmRows() = default;
  virtual ~AwsSsmRows() = default;
  AwsSsmRows(const AwsSsmRows&) = delete;
  AwsSsmRows& operator=(const AwsSsmRows&) = delete;

  // A row of whatever JSON type.
  virtual void ReadRow(Fields& fields) = 0;
  // Forgets all rows: they will come again.
  virtual void Clear() = 0;
  // Whether further rows would be dropped.
  [[nodiscard]] virtual bool Full() const { return false; }

  // Fields of wrong types, as Snapshot::parse_warnings has them; a page adds its own at its end.
  std::vector<std::pair<std::string, std::uint64_t>> warnings;
};

class AwsSsmPageReader {
 public:
  // `rows` outlives the reader.
  explicit AwsSsmPageReader(AwsSsmRows& rows);
  ~AwsSsmPageReader() = default;
  AwsSsmPageReader(const AwsSsmPageReader&) = delete;
  AwsSsmPageReader& operator=(const AwsSsmPageReader&) = delete;

  // Errors: kProtocol, kLimit.
  Result<void> Feed(std::span<const char> piece) { return reader_.Feed(piece); }
  // At the answer's end: the token of the next page, empty when this is the last. Errors:
  // kProtocol.
  Result<std::string> Finish();

 private:
  AwsSsmRows& rows_;
  ListReader reader_;
};

// Sessions that are listed one by one.
class AwsSsmSessions final : public AwsSsmRows {
 public:
  struct Options {
    std::size_t max_sessions = 50'000;
    bool info_labels = false;  // read the fields that only info_labels show
  };

  explicit AwsSsmSessions(const Options& options);

  void ReadRow(Fields& fields) override;
  void Clear() override;
  [[nodiscard]] bool Full() const override { return snapshot_.truncated; }

  // After the last page. `head` is an answer's: it tells the backend's clock.
  Snapshot Finish(const HttpHead& head) &&;

 private:
  void ReadLabels(Fields& fields, Session& session);
  void Settle(Session& session);
  Symbol Text(Fields& fields, std::size_t field);

  Options options_;
  Snapshot snapshot_;
  std::optional<SessionList> list_;  // of snapshot_; always there
  Symbol disconnected_;
};

// Sessions that are over, as counts.
class AwsSsmEndedSessions final : public AwsSsmRows {
 public:
  AwsSsmEndedSessions() { Clear(); }

  void ReadRow(Fields& fields) override;
  void Clear() override;

  // After the last page.
  SessionHistory Finish() &&;

 private:
  // Hashes of the ids, since a session that comes twice counts once. Not the ids: they stay from
  // scrape to scrape, and are as long as the backend makes them.
  std::unordered_set<std::size_t> ids_;
  SessionHistory history_;
  std::uint64_t measured_ = 0;  // sessions whose duration is known
  double total_ = 0;            // microseconds; more than an integer holds where dates are absurd
};

}  // namespace session_exporter
