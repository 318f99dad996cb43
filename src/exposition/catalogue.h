// Every metric that the exporter shows: name, type, labels and help, in one place. Dashboards,
// alerts and users' queries depend on them; change one only with a line in CHANGELOG.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace session_exporter {

// In the order of the names, which is the order on a page.
enum class Metric : std::uint8_t {
  kProcessCpuSeconds,
  kProcessMaxFds,
  kProcessOpenFds,
  kProcessResidentMemory,
  kProcessStartTime,
  kProcessThreads,
  kProcessVirtualMemory,
  kAccessTypeSessions,
  kAllocatedCpuCores,
  kAllocatedMemory,
  kClockSkew,
  kCollectionDuration,
  kCollectionError,
  kCollectionRequests,
  kCollectionTimeout,
  kCpuCores,
  kDataTimestamp,
  kDeploymentZoneSessions,
  kDocumentSessions,
  kEndTimestamp,
  kExpirationTimestamp,
  kExpiredSessions,
  kExporterApiRequestDuration,
  kExporterApiRequestFailures,
  kExporterApiRequests,
  kExporterApiResponseBytes,
  kExporterBuildInfo,
  kExporterCollectionsShared,
  kExporterConfigReloadSuccessTimestamp,
  kExporterConfigReloadSuccessful,
  kExporterLogMessages,
  kExporterParseWarnings,
  kExporterScrapesInFlight,
  kExporterScrapesRejected,
  kExporterTargets,
  kFailedLogins,
  kHistoryMaxDuration,
  kHistoryMeanDuration,
  kHistorySessions,
  kHostSessions,
  kIdleExpirationTimestamp,
  kIdleTimeout,
  kImageSessions,
  kInfo,
  kKeepaliveAge,
  kKeepaliveTimestamp,
  kLastLoginTimestamp,
  kLifetime,
  kLimitSessions,
  kListTruncated,
  kLoginTypeSessions,
  kMaxDuration,
  kMemory,
  kOldestKeepaliveTimestamp,
  kOldestStartTimestamp,
  kRoleSessions,
  kSeriesDropped,
  kSessions,
  kStale,
  kStaleSessions,
  kStaleThreshold,
  kStartTimestamp,
  kStatus,
  kTargetInfo,
  kUp,
  kUserSessions,
  kUsers,
};

inline constexpr std::size_t kMetricCount = static_cast<std::size_t>(Metric::kUsers) + 1;

enum class MetricType : std::uint8_t { kGauge, kCounter, kHistogram };

struct MetricDescription {
  Metric metric;
  std::string_view name;
  MetricType type;
  std::string_view labels;  // comma separated, as they are shown
  std::string_view help;
};

// By the value of Metric.
std::span<const MetricDescription> Catalogue();

inline const MetricDescription& Describe(Metric metric) {
  return Catalogue()[static_cast<std::size_t>(metric)];
}

}  // namespace session_exporter
