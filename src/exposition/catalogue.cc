#include "exposition/catalogue.h"

#include <algorithm>
#include <array>

namespace session_exporter {
namespace {

constexpr auto kGauge = MetricType::kGauge;
constexpr auto kCounter = MetricType::kCounter;
constexpr auto kHistogram = MetricType::kHistogram;

// HELP names the field of the vendor's API that a value comes from.
constexpr std::array<MetricDescription, kMetricCount> kCatalogue = {{
    {Metric::kProcessCpuSeconds, "process_cpu_seconds_total", kCounter, "",
     "Total user and system CPU time spent in seconds."},
    {Metric::kProcessMaxFds, "process_max_fds", kGauge, "",
     "Maximum number of open file descriptors."},
    {Metric::kProcessOpenFds, "process_open_fds", kGauge, "", "Number of open file descriptors."},
    {Metric::kProcessResidentMemory, "process_resident_memory_bytes", kGauge, "",
     "Resident memory size in bytes."},
    {Metric::kProcessStartTime, "process_start_time_seconds", kGauge, "",
     "Start time of the process since unix epoch in seconds."},
    {Metric::kProcessThreads, "process_threads", kGauge, "",
     "Number of OS threads in the process."},
    {Metric::kProcessVirtualMemory, "process_virtual_memory_bytes", kGauge, "",
     "Virtual memory size in bytes."},
    {Metric::kAccessTypeSessions, "session_access_type_sessions", kGauge, "target,access_type",
     "Live sessions by access type (AWS SSM: AccessType); the largest group_limit values, the rest "
     "as other."},
    {Metric::kAllocatedCpuCores, "session_allocated_cpu_cores", kGauge, "target,backend",
     "Sum of the cores of live sessions (Kasm: cores)."},
    {Metric::kAllocatedMemory, "session_allocated_memory_bytes", kGauge, "target,backend",
     "Sum of the memory of live sessions (Kasm: memory)."},
    {Metric::kClockSkew, "session_clock_skew_seconds", kGauge, "target",
     "The backend's clock minus the exporter's (Kasm: current_time; elsewhere the Date header)."},
    {Metric::kCollectionDuration, "session_collection_duration_seconds", kGauge, "target",
     "Time that listing the target's sessions took."},
    {Metric::kCollectionError, "session_collection_error", kGauge, "target,reason",
     "1 for the reason why listing the target's sessions failed, else 0."},
    {Metric::kCollectionRequests, "session_collection_requests", kGauge, "target",
     "HTTP requests that listing the target's sessions took, retries and token requests included."},
    {Metric::kCollectionTimeout, "session_collection_timeout_seconds", kGauge, "target",
     "Longest time that listing the target's sessions was given."},
    {Metric::kCpuCores, "session_cpu_cores", kGauge, "target,session",
     "Cores of the session (Kasm: cores)."},
    {Metric::kDataTimestamp, "session_data_timestamp_seconds", kGauge, "target",
     "When the served list of sessions was fetched."},
    {Metric::kDeploymentZoneSessions, "session_deployment_zone_sessions", kGauge,
     "target,deployment_zone",
     "Live sessions by deployment zone (Kasm: server.zone_name or zone_name); the largest "
     "group_limit values, the rest as other."},
    {Metric::kDocumentSessions, "session_document_sessions", kGauge, "target,document",
     "Live sessions by document (AWS SSM: DocumentName); the largest group_limit values, the rest "
     "as other."},
    {Metric::kEndTimestamp, "session_end_timestamp_seconds", kGauge, "target,session",
     "When the session ended (Intersight: EndTime; AWS SSM: EndDate)."},
    {Metric::kExpirationTimestamp, "session_expiration_timestamp_seconds", kGauge, "target,session",
     "When the session expires (Kasm: expiration_date; Intersight: Expiration; AWS SSM: StartDate "
     "plus MaxSessionDuration)."},
    {Metric::kExpiredSessions, "session_expired_sessions", kGauge, "target,backend",
     "Sessions that are listed past their expiration, on the backend's clock (Kasm: "
     "expiration_date; Intersight: Expiration or IdleTimeExpiration; AWS SSM: StartDate plus "
     "MaxSessionDuration)."},
    {Metric::kExporterApiRequestDuration, "session_exporter_api_request_duration_seconds",
     kHistogram, "target,operation",
     "Duration of requests to a backend, its answer read included."},
    {Metric::kExporterApiRequestFailures, "session_exporter_api_request_failures_total", kCounter,
     "target,operation,reason", "Requests to a backend that failed or were refused, by reason."},
    {Metric::kExporterApiRequests, "session_exporter_api_requests_total", kCounter,
     "target,operation,code",
     "Requests to a backend, by the status of the answer; code is none when there was no answer."},
    {Metric::kExporterApiResponseBytes, "session_exporter_api_response_bytes_total", kCounter,
     "target", "Bytes of the answers of a backend, decoded."},
    {Metric::kExporterBuildInfo, "session_exporter_build_info", kGauge, "version,revision,compiler",
     "A metric with a constant value of 1 that tells what this exporter was built from."},
    {Metric::kExporterCollectionsShared, "session_exporter_collections_shared_total", kCounter,
     "target", "Collections that a scrape did not start because another's result was shared."},
    {Metric::kExporterConfigReloadSuccessTimestamp,
     "session_exporter_config_last_reload_success_timestamp_seconds", kGauge, "",
     "When the configuration was last loaded successfully."},
    {Metric::kExporterConfigReloadSuccessful, "session_exporter_config_last_reload_successful",
     kGauge, "", "Whether the last attempt to load the configuration succeeded."},
    {Metric::kExporterLogMessages, "session_exporter_log_messages_total", kCounter, "level",
     "Log lines written, by level."},
    {Metric::kExporterParseWarnings, "session_exporter_parse_warnings_total", kCounter,
     "target,field",
     "Values in a backend's answers that were left out as not what they should be."},
    {Metric::kExporterScrapesInFlight, "session_exporter_scrapes_in_flight", kGauge, "",
     "Scrapes that are being collected."},
    {Metric::kExporterScrapesRejected, "session_exporter_scrapes_rejected_total", kCounter,
     "reason", "Scrapes that were refused, by reason."},
    {Metric::kExporterTargets, "session_exporter_targets", kGauge, "", "Configured targets."},
    {Metric::kFailedLogins, "session_failed_logins", kGauge, "target,session",
     "Failed logins of the session's user (Intersight: FailedLogins)."},
    {Metric::kHistoryMaxDuration, "session_history_max_duration_seconds", kGauge, "target",
     "Longest duration of the ended sessions in the history window (AWS SSM: EndDate minus "
     "StartDate)."},
    {Metric::kHistoryMeanDuration, "session_history_mean_duration_seconds", kGauge, "target",
     "Mean duration of the ended sessions in the history window (AWS SSM: EndDate minus "
     "StartDate)."},
    {Metric::kHistorySessions, "session_history_sessions", kGauge, "target,status",
     "Sessions in the history that started within its window, by the backend's own status (AWS "
     "SSM: State=History)."},
    {Metric::kHostSessions, "session_host_sessions", kGauge, "target,host",
     "Live sessions by host (Kasm: server.hostname, hostname or host; AWS SSM: Target); the "
     "largest "
     "group_limit values, the rest as other."},
    {Metric::kIdleExpirationTimestamp, "session_idle_expiration_timestamp_seconds", kGauge,
     "target,session", "When the session expires for idleness (Intersight: IdleTimeExpiration)."},
    {Metric::kIdleTimeout, "session_idle_timeout_seconds", kGauge, "target",
     "Time without use after which the account ends a session (Intersight: SessionLimits "
     "IdleTimeOut)."},
    {Metric::kImageSessions, "session_image_sessions", kGauge, "target,image",
     "Live sessions by image (Kasm: image.friendly_name or image.name); the largest group_limit "
     "values, the rest as other."},
    {Metric::kInfo, "session_info", kGauge,
     "target,session,backend,user,image,host,deployment_zone,document,role,access_type,login_type,"
     "client_ip,shared",
     "What a session is, with a constant value of 1; labels that do not apply are empty (Kasm: "
     "user, image, server, share_id; Intersight: UserIdOrEmail, Role, LoginType, ClientIpAddress; "
     "AWS SSM: Owner, Target, DocumentName, AccessType)."},
    {Metric::kKeepaliveAge, "session_keepalive_age_seconds", kGauge, "target,session",
     "Time since the session's last sign of use, on the backend's clock (Kasm: keepalive_date; "
     "Intersight: IdleTimeExpiration minus the idle limit)."},
    {Metric::kKeepaliveTimestamp, "session_keepalive_timestamp_seconds", kGauge, "target,session",
     "The session's last sign of use (Kasm: keepalive_date; Intersight: IdleTimeExpiration minus "
     "the idle limit)."},
    {Metric::kLastLoginTimestamp, "session_last_login_timestamp_seconds", kGauge, "target,session",
     "The last login of the session's user (Intersight: LastLoginTime)."},
    {Metric::kLifetime, "session_lifetime_seconds", kGauge, "target",
     "Longest time that the account lets a session last (Intersight: SessionLimits "
     "SessionTimeOut)."},
    {Metric::kLimitSessions, "session_limit_sessions", kGauge, "target,scope",
     "Most sessions that the account allows, in all and for each user (Intersight: SessionLimits "
     "MaximumLimit and PerUserLimit)."},
    {Metric::kListTruncated, "session_list_truncated", kGauge, "target",
     "1 when max_sessions cut the list: counts are then lower bounds."},
    {Metric::kLoginTypeSessions, "session_login_type_sessions", kGauge, "target,login_type",
     "Live sessions by login type (Intersight: LoginType); the largest group_limit values, the "
     "rest "
     "as other."},
    {Metric::kMaxDuration, "session_max_duration_seconds", kGauge, "target,session",
     "Longest time that the session may last (AWS SSM: MaxSessionDuration)."},
    {Metric::kMemory, "session_memory_bytes", kGauge, "target,session",
     "Memory of the session (Kasm: memory)."},
    {Metric::kOldestKeepaliveTimestamp, "session_oldest_keepalive_timestamp_seconds", kGauge,
     "target",
     "The least recent sign of use among live sessions (Kasm: keepalive_date; Intersight: "
     "IdleTimeExpiration minus the idle limit)."},
    {Metric::kOldestStartTimestamp, "session_oldest_start_timestamp_seconds", kGauge, "target",
     "The earliest start among live sessions (Kasm: start_date; Intersight: CreateTime; AWS SSM: "
     "StartDate)."},
    {Metric::kRoleSessions, "session_role_sessions", kGauge, "target,role",
     "Live sessions by role (Intersight: Role; AWS SSM: role of the Owner); the largest "
     "group_limit "
     "values, the rest as other."},
    {Metric::kSeriesDropped, "session_series_dropped", kGauge, "target,reason",
     "Sessions without series of their own: beyond per_session.limit, listed again, or without an "
     "id."},
    {Metric::kSessions, "session_sessions", kGauge, "target,backend,state,status",
     "Sessions by state and by the backend's own status (Kasm: operational_status; Intersight and "
     "AWS SSM: Status)."},
    {Metric::kStale, "session_stale", kGauge, "target,session",
     "1 when the last sign of life is longer ago than the target's stale_after (Kasm: "
     "keepalive_date, else start_date; Intersight: IdleTimeExpiration minus the idle limit; AWS "
     "SSM: StartDate, only of sessions disconnected or past MaxSessionDuration)."},
    {Metric::kStaleSessions, "session_stale_sessions", kGauge, "target,backend",
     "Sessions whose last sign of life is longer ago than the target's stale_after (fields: as of "
     "session_stale)."},
    {Metric::kStaleThreshold, "session_stale_threshold_seconds", kGauge, "target",
     "The target's stale_after."},
    {Metric::kStartTimestamp, "session_start_timestamp_seconds", kGauge, "target,session",
     "When the session started (Kasm: start_date; Intersight: CreateTime; AWS SSM: StartDate)."},
    {Metric::kStatus, "session_status", kGauge, "target,session,state,status",
     "1 for the session's present state and the backend's own status (Kasm: operational_status; "
     "Intersight and AWS SSM: Status)."},
    {Metric::kTargetInfo, "session_target_info", kGauge,
     "target,backend,endpoint,aws_account_id,aws_region",
     "What a target is, with a constant value of 1."},
    {Metric::kUp, "session_up", kGauge, "target,backend",
     "1 when listing the target's sessions succeeded, else 0."},
    {Metric::kUserSessions, "session_user_sessions", kGauge, "target,user",
     "Live sessions by user (Kasm: user.username or username; Intersight: UserIdOrEmail; AWS SSM: "
     "Owner); the largest group_limit values, the rest as other."},
    {Metric::kUsers, "session_users", kGauge, "target,backend",
     "Distinct users of live sessions (Kasm: user.username or username; Intersight: UserIdOrEmail; "
     "AWS SSM: Owner)."},
}};

constexpr bool IsInOrder() {
  for (std::size_t i = 0; i < kCatalogue.size(); ++i) {
    if (static_cast<std::size_t>(kCatalogue[i].metric) != i) return false;
    if (i > 0 && kCatalogue[i - 1].name >= kCatalogue[i].name) return false;
  }
  return true;
}
static_assert(IsInOrder(), "the catalogue is in the order of Metric and of the names");

}  // namespace

std::span<const MetricDescription> Catalogue() { return kCatalogue; }

}  // namespace session_exporter
