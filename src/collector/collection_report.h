// What came of one collection beyond its metrics: for the status page, the debug view and whoever
// must know whether it failed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "exposition/target_page.h"

namespace session_exporter {

// One HTTP request of a collection, as it ended.
struct ReportedRequest {
  std::string operation;
  std::string method;
  std::string url;          // without user info and query
  int status = 0;           // 0 when no answer came
  int attempt = 1;          // above 1 when the same request had been sent before
  std::uint64_t bytes = 0;  // of the decoded body
  Microseconds duration{};
  std::optional<ErrorKind> failure;  // of the transfer, or what the status means
  std::string failure_message;       // of the transfer; never holds a secret
};

struct CollectionReport {
  // Beyond this many, requests are only counted: a backend decides how many pages it has.
  static constexpr std::size_t kMostRequests = 200;

  Timestamp ended_at{};  // on our clock
  Microseconds duration{};
  Microseconds timeout{};
  std::optional<Error> failure;
  std::vector<ReportedRequest> requests;  // in the order in which they ended
  std::uint64_t request_count = 0;

  // On success.
  std::uint64_t sessions = 0;
  std::uint64_t stale_sessions = 0;
  bool truncated = false;
};

// What every scrape that shares a collection receives. Immutable once it is handed out.
struct CollectedPage {
  std::shared_ptr<const TargetPage> page;
  CollectionReport report;
};

// How a target fares, between scrapes.
struct TargetStatus {
  struct Failure {
    Error error;
    Timestamp at;
  };

  std::optional<CollectionReport> last;  // without its requests; nothing before the first one
  std::optional<Failure> last_failure;   // of any collection so far
};

}  // namespace session_exporter
