#include "collector/target_families.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "collector/summary.h"

namespace session_exporter {
namespace {

double AsNumber(std::uint64_t count) { return static_cast<double>(count); }

// What every collection shows, however it ended.
void AddFacts(TargetPage& page, const Target& target, std::optional<ErrorKind> failure,
              const CollectionFacts& facts) {
  const std::string& backend = target.config.backend;
  const TargetDescription& description = target.description;
  page.Add(Metric::kUp, {{"backend", backend}}, failure ? 0 : 1);
  page.Add(Metric::kTargetInfo,
           {{"backend", backend},
            {"endpoint", description.endpoint},
            {"aws_account_id", description.aws_account_id},
            {"aws_region", description.aws_region}},
           1);
  page.AddSeconds(Metric::kCollectionDuration, {}, facts.duration);
  page.AddSeconds(Metric::kCollectionTimeout, {}, facts.timeout);
  for (const ErrorKind kind : kAllErrorKinds) {
    page.Add(Metric::kCollectionError, {{"reason", ReasonOf(kind)}}, failure == kind ? 1 : 0);
  }
  page.Add(Metric::kCollectionRequests, {}, AsNumber(facts.requests));
  if (facts.clock_skew) page.AddSeconds(Metric::kClockSkew, {}, *facts.clock_skew);
}

void AddDropped(TargetPage& page, std::uint64_t duplicate, std::uint64_t invalid,
                std::uint64_t limit) {
  page.Add(Metric::kSeriesDropped, {{"reason", "duplicate"}}, AsNumber(duplicate));
  page.Add(Metric::kSeriesDropped, {{"reason", "invalid"}}, AsNumber(invalid));
  page.Add(Metric::kSeriesDropped, {{"reason", "limit"}}, AsNumber(limit));
}

// The family that counts live sessions by a label.
Metric GroupMetric(std::string_view label) {
  constexpr std::array<std::pair<std::string_view, Metric>, 8> kMetrics = {{
      {"user", Metric::kUserSessions},
      {"image", Metric::kImageSessions},
      {"host", Metric::kHostSessions},
      {"deployment_zone", Metric::kDeploymentZoneSessions},
      {"document", Metric::kDocumentSessions},
      {"role", Metric::kRoleSessions},
      {"access_type", Metric::kAccessTypeSessions},
      {"login_type", Metric::kLoginTypeSessions},
  }};
  const auto* const found =
      std::find_if(kMetrics.begin(), kMetrics.end(),
                   [label](const auto& entry) { return entry.first == label; });
  return found->second;  // the configuration lets in no other
}

void AddSummary(TargetPage& page, const Target& target, const Summary& summary) {
  const std::string& backend = target.config.backend;
  for (const auto& [pair, count] : summary.by_state_and_status) {
    page.Add(Metric::kSessions,
             {{"backend", backend}, {"state", pair.first}, {"status", pair.second}},
             AsNumber(count));
  }
  page.Add(Metric::kUsers, {{"backend", backend}}, AsNumber(summary.users));
  page.Add(Metric::kStaleSessions, {{"backend", backend}}, AsNumber(summary.stale));
  page.Add(Metric::kExpiredSessions, {{"backend", backend}}, AsNumber(summary.expired));
  page.AddSeconds(Metric::kStaleThreshold, {}, target.config.stale_after);
  const auto add_time = [&page](Metric metric, OptionalTime time) {
    if (time) page.AddSeconds(metric, {}, (*time).time_since_epoch());
  };
  add_time(Metric::kOldestKeepaliveTimestamp, summary.oldest_keepalive);
  add_time(Metric::kOldestStartTimestamp, summary.oldest_start);
  if (target.traits->reports_allocation) {
    page.Add(Metric::kAllocatedCpuCores, {{"backend", backend}}, summary.cpu_cores);
    page.Add(Metric::kAllocatedMemory, {{"backend", backend}}, summary.memory_bytes);
  }
  for (const Summary::Group& group : summary.groups) {
    for (const auto& [value, count] : group.live_sessions) {
      page.Add(GroupMetric(group.label), {{group.label, value}}, AsNumber(count));
    }
  }
}

void AddLimits(TargetPage& page, const SessionLimits& limits) {
  if (limits.sessions_per_account) {
    page.Add(Metric::kLimitSessions, {{"scope", "account"}},
             AsNumber(*limits.sessions_per_account));
  }
  if (limits.sessions_per_user) {
    page.Add(Metric::kLimitSessions, {{"scope", "user"}}, AsNumber(*limits.sessions_per_user));
  }
  if (limits.idle_timeout) page.AddSeconds(Metric::kIdleTimeout, {}, *limits.idle_timeout);
  if (limits.lifetime) page.AddSeconds(Metric::kLifetime, {}, *limits.lifetime);
}

void AddHistory(TargetPage& page, const SessionHistory& history) {
  for (const auto& [status, count] : history.by_status) {
    page.Add(Metric::kHistorySessions, {{"status", status}}, AsNumber(count));
  }
  if (history.mean_duration) {
    page.AddSeconds(Metric::kHistoryMeanDuration, {}, *history.mean_duration);
  }
  if (history.max_duration) {
    page.AddSeconds(Metric::kHistoryMaxDuration, {}, *history.max_duration);
  }
}

std::shared_ptr<const SessionTable> MakeTable(const Target& target,
                                              std::shared_ptr<const Snapshot> snapshot,
                                              const LabelPolicies& policies) {
  SessionTableOptions options;
  options.target = target.config.name;
  options.backend = target.config.backend;
  options.policies = policies;
  options.info_labels = target.info_labels;
  options.session_id_names_user = target.traits->session_id_names_user;
  options.stale_after = target.config.stale_after;
  options.limit = target.config.per_session.limit;
  return std::make_shared<SessionTable>(std::move(snapshot), options);
}

}  // namespace

Result<std::shared_ptr<const TargetPage>> SuccessFamilies(
    const Target& target, const std::shared_ptr<const Snapshot>& snapshot,
    const CollectionFacts& facts) {
  const auto policies = target.policies();
  if (!policies) return tl::unexpected(policies.error());
  auto page = std::make_shared<TargetPage>(target.config.name);
  AddFacts(*page, target, std::nullopt, facts);
  page->AddSeconds(Metric::kDataTimestamp, {}, snapshot->fetched_at.time_since_epoch());
  page->Add(Metric::kListTruncated, {}, snapshot->truncated ? 1 : 0);
  AddLimits(*page, snapshot->limits);
  if (snapshot->history) AddHistory(*page, *snapshot->history);
  {
    LabelTexts texts(snapshot->symbols, *policies);
    const SummaryOptions options{target.traits->known_statuses, target.config.stale_after,
                                 target.config.group_by, target.config.group_limit};
    AddSummary(*page, target, Summarize(*snapshot, options, texts, *policies));
  }
  std::uint64_t beyond_limit = 0;
  if (target.config.per_session.enabled) {
    auto table = MakeTable(target, snapshot, *policies);
    beyond_limit = snapshot->sessions.size() - table->rows();
    page->SetSessions(std::move(table));
  }
  AddDropped(*page, snapshot->duplicate_sessions, snapshot->invalid_sessions, beyond_limit);
  return page;
}

std::shared_ptr<const TargetPage> FailureFamilies(const Target& target, ErrorKind reason,
                                                  const CollectionFacts& facts) {
  auto page = std::make_shared<TargetPage>(target.config.name);
  AddFacts(*page, target, reason, facts);
  page->Add(Metric::kListTruncated, {}, 0);
  AddDropped(*page, 0, 0, 0);
  return page;
}

}  // namespace session_exporter
