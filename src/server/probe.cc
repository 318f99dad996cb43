#include "server/probe.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/timestamp.h"
#include "base/utf8.h"
#include "server/query.h"

namespace session_exporter {
namespace {

std::optional<bool> ParseFlag(std::string_view text) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return std::nullopt;
}

// Messages may hold a backend's own words.
std::string OneLine(std::string_view text) {
  constexpr std::size_t kMostBytes = 1024;
  std::string line = CleanText(text, kMostBytes);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

double Seconds(Microseconds duration) { return std::chrono::duration<double>(duration).count(); }

void DescribeRequest(const ReportedRequest& request, std::size_t number, std::string& out) {
  auto end = std::back_inserter(out);
  fmt::format_to(end, "{:5}. {} {}\n       {}, ", number, request.method, OneLine(request.url),
                 request.operation);
  if (request.status == 0) {
    out += "no answer";
  } else {
    fmt::format_to(end, "status {}", request.status);
  }
  fmt::format_to(end, ", {} bytes, {:.3f}s, retries {}", request.bytes, Seconds(request.duration),
                 request.attempt - 1);
  if (request.failure) fmt::format_to(end, ", failed ({})", ReasonOf(*request.failure));
  if (!request.failure_message.empty()) {
    fmt::format_to(end, ": {}", OneLine(request.failure_message));
  }
  out += '\n';
}

void DescribeRequests(const CollectionReport& report, std::string& out) {
  fmt::format_to(std::back_inserter(out), "Requests: {}\n", report.request_count);
  for (std::size_t i = 0; i < report.requests.size(); ++i) {
    DescribeRequest(report.requests[i], i + 1, out);
  }
  if (report.request_count > report.requests.size()) {
    fmt::format_to(std::back_inserter(out), "       and {} more\n",
                   report.request_count - report.requests.size());
  }
}

void DescribeOutcome(const CollectionReport& report, Timestamp asked_at, std::string& out) {
  auto end = std::back_inserter(out);
  if (report.failure) {
    fmt::format_to(end, "Outcome: down\n  reason    {}\n  error     {}\n",
                   ReasonOf(report.failure->kind()), OneLine(report.failure->message()));
  } else {
    fmt::format_to(end, "Outcome: up\n  sessions  {}{}\n  stale     {}\n", report.sessions,
                   report.truncated ? " (max_sessions cut the list)" : "", report.stale_sessions);
  }
  fmt::format_to(end, "  duration  {:.3f}s of {:.3f}s\n  ended     {}\n", Seconds(report.duration),
                 Seconds(report.timeout), FormatHttpDate(report.ended_at));
  if (report.ended_at < asked_at) {
    fmt::format_to(end, "  shared    from {:.1f}s ago, within scrape.min_interval\n",
                   Seconds(asked_at - report.ended_at));
  }
}

}  // namespace

Result<ProbeQuery> ReadProbeQuery(std::string_view query) {
  const auto parameters = ParseQuery(query);
  if (!parameters) return tl::unexpected(parameters.error());
  ProbeQuery probe;
  int targets = 0;
  for (const auto& [name, value] : *parameters) {
    if (name == "target") {
      probe.target = value;
      ++targets;
    } else if (name == "strict" || name == "debug") {
      const auto flag = ParseFlag(value);
      if (!flag) return Fail(ErrorKind::kProtocol, "{}: expected true or false", name);
      (name == "strict" ? probe.strict : probe.debug) = *flag;
    }
  }
  if (targets > 1) return Fail(ErrorKind::kProtocol, "more than one target");
  if (probe.target.empty()) {
    return Fail(ErrorKind::kProtocol, "no target; expected /probe?target=NAME");
  }
  return probe;
}

std::string DescribeCollection(const Target& target, const CollectionReport& report,
                               Timestamp asked_at) {
  std::string out =
      fmt::format("Target: {}\n  backend   {}\n  endpoint  {}\n\n", target.config.name,
                  target.config.backend, target.description.endpoint);
  DescribeRequests(report, out);
  out += '\n';
  DescribeOutcome(report, asked_at, out);
  out += "\nMetrics:\n\n";
  return out;
}

}  // namespace session_exporter
