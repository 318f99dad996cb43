#include "backends/kasm/kasm_api.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "auth/basic.h"
#include "backends/session_time.h"
#include "backends/status_error.h"
#include "base/timestamp.h"
#include "base/utf8.h"
#include "json/quote.h"

namespace session_exporter {
namespace {

// Indexes into the schema below.
enum Field : std::size_t {
  kKasmId,
  kStatus,
  kNestedUsername,
  kUsername,
  kImageFriendlyName,
  kImageName,
  kServerHostname,
  kHostname,
  kHost,
  kServerZone,
  kZone,
  kShareId,
  kCores,
  kMemory,
  kStart,
  kKeepalive,
  kExpiration,
  kImageId,
  kUserId,
  kServerId,
  kContainerId,
  kContainerIp,
  kPort,
  kPersistentProfile,
};

// The members of a session that are read. Not among them, and so never kept: token,
// view_only_token, connection_credential and whatever a later release adds.
const FieldSchema& SessionSchema() {
  static const FieldSchema kSchema{"kasm_id",
                                   "operational_status",
                                   "user.username",
                                   "username",
                                   "image.friendly_name",
                                   "image.name",
                                   "server.hostname",
                                   "hostname",
                                   "host",
                                   "server.zone_name",
                                   "zone_name",
                                   "share_id",
                                   "cores",
                                   "memory",
                                   "start_date",
                                   "keepalive_date",
                                   "expiration_date",
                                   "image_id",
                                   "user_id",
                                   "server_id",
                                   "container_id",
                                   "container_ip",
                                   "port",
                                   "is_persistent_profile"};
  return kSchema;
}

enum Member : std::size_t { kCurrentTime, kErrorMessage };

constexpr std::array kStatuses = {
    StatusPair{SessionState::kStarting, "requested"},
    StatusPair{SessionState::kStarting, "provisioning"},
    StatusPair{SessionState::kStarting, "assigned"},
    StatusPair{SessionState::kStarting, "starting"},
    StatusPair{SessionState::kActive, "running"},
    StatusPair{SessionState::kIdle, "running"},
    StatusPair{SessionState::kPaused, "paused"},
    StatusPair{SessionState::kPaused, "stopped"},
    StatusPair{SessionState::kStopping, "stopping"},
    StatusPair{SessionState::kStopping, "deleting"},
    StatusPair{SessionState::kStopping, "user_delete_pending"},
    StatusPair{SessionState::kStopping, "admin_delete_pending"},
    StatusPair{SessionState::kEnded, "deleted"},
    StatusPair{SessionState::kFailed, "error"},
    StatusPair{SessionState::kFailed, "failed"},
    StatusPair{SessionState::kUnknown, "unknown"},
};

// More than any host has; what is above is a fault of the answer.
constexpr double kMostCores = 1e6;
constexpr double kMostMemory = 0x1p60;

char LowerCase(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Kasm writes Python's str() of a date that is not set.
bool IsUnset(std::string_view text) { return text.empty() || text == "None"; }

OptionalTime ReadTime(Fields& fields, std::size_t field) {
  return ReadSessionTime(fields, field, IsUnset);
}

double ReadAmount(Fields& fields, std::size_t field, double most) {
  const auto number = fields.Number(field);
  if (!number) return std::numeric_limits<double>::quiet_NaN();
  if (*number >= 0 && *number <= most) return *number;
  fields.Warn(field);
  return std::numeric_limits<double>::quiet_NaN();
}

bool Repeats(std::string_view text, const KasmCredentials& credentials) {
  const Secret basic =
      BasicAuthorization(credentials.api_key.Reveal(), credentials.api_key_secret.Reveal());
  for (const Secret* secret : {&credentials.api_key, &credentials.api_key_secret, &basic}) {
    std::string_view value = secret->Reveal();
    if (secret == &basic) value.remove_prefix(std::string_view("Basic ").size());
    if (!value.empty() && text.find(value) != std::string_view::npos) return true;
  }
  return false;
}

bool Repeats(std::string_view text, std::span<const std::pair<std::string, Secret>> headers) {
  constexpr std::size_t kTellingNothing = 4;
  return std::any_of(headers.begin(), headers.end(), [text](const auto& header) {
    const std::string_view value = header.second.Reveal();
    return value.size() >= kTellingNothing && text.find(value) != std::string_view::npos;
  });
}

}  // namespace

HttpRequest BuildGetKasms(const KasmConfig& config, const KasmCredentials& credentials) {
  HttpRequest request;
  request.method = HttpMethod::kPost;
  request.url = config.url + config.api_path + "/get_kasms";
  request.headers.emplace_back("Content-Type", Secret("application/json"));
  request.headers.emplace_back("Accept", Secret("application/json"));
  const std::string_view key = credentials.api_key.Reveal();
  const std::string_view secret = credentials.api_key_secret.Reveal();
  if (config.auth == KasmConfig::Auth::kBasic) {
    request.headers.emplace_back("Authorization", BasicAuthorization(key, secret));
    request.body = Secret("{}");
  } else {
    request.body = Secret(
        fmt::format("{{\"api_key\":{},\"api_key_secret\":{}}}", QuoteJson(key), QuoteJson(secret)));
  }
  return request;
}

Error ErrorOfKasmStatus(const HttpHead& head) {
  switch (head.status) {
    case 401:
      return {ErrorKind::kAuth,
              "HTTP 401: Kasm refused the API key; check api_key and api_key_secret, whether the "
              "key has expired, and the option auth"};
    case 403:
      return {ErrorKind::kPermission,
              "HTTP 403: the API key lacks the permission Sessions View (Kasm: Settings, "
              "Developers, the key's permissions)"};
    case 404:
    case 405:
      return {ErrorKind::kHttp,
              fmt::format("HTTP {}: there is no get_kasms at this address; check url and api_path",
                          head.status)};
    default:
      return ErrorOfStatus(head);
  }
}

std::span<const StatusPair> KasmStatuses() { return kStatuses; }

KasmSessionsReader::KasmSessionsReader(const Options& options)
    : options_(options),
      list_(snapshot_, options.max_sessions),
      reader_({"kasms", {"current_time", "error_message"}}, SessionSchema(),
              [this](Fields& fields) {
                ReadSession(fields);
                return Result<void>();
              }),
      shared_(snapshot_.symbols.Intern("true")),
      not_shared_(snapshot_.symbols.Intern("false")) {}

Result<void> KasmSessionsReader::Feed(std::span<const char> piece) { return reader_.Feed(piece); }

void KasmSessionsReader::ReadSession(Fields& fields) {
  Session session;
  session.id = Id(fields, kKasmId);
  ReadStatus(fields, session);
  ReadLabels(fields, session);
  if (options_.info_labels) ReadInfo(fields, session);
  session.cpu_cores = ReadAmount(fields, kCores, kMostCores);
  session.memory_bytes = ReadAmount(fields, kMemory, kMostMemory);
  session.start = ReadTime(fields, kStart);
  session.keepalive = ReadTime(fields, kKeepalive);
  session.expiration = ReadTime(fields, kExpiration);
  list_.Add(session);
}

void KasmSessionsReader::ReadStatus(Fields& fields, Session& session) {
  scratch_ = fields.Text(kStatus).value_or("");
  std::transform(scratch_.begin(), scratch_.end(), scratch_.begin(), LowerCase);
  if (scratch_.empty()) scratch_ = "unknown";
  session.status = snapshot_.symbols.Intern(scratch_);
  // `running` is active until SettleSession knows the backend's clock.
  const auto* const known =
      std::find_if(kStatuses.begin(), kStatuses.end(),
                   [this](const StatusPair& pair) { return pair.status == scratch_; });
  session.state = known == kStatuses.end() ? SessionState::kUnknown : known->state;
}

void KasmSessionsReader::ReadLabels(Fields& fields, Session& session) {
  session.Label(SessionLabel::kUser) = Text(fields, {kNestedUsername, kUsername});
  session.Label(SessionLabel::kImage) = Text(fields, {kImageFriendlyName, kImageName});
  session.Label(SessionLabel::kHost) = Text(fields, {kServerHostname, kHostname, kHost});
  session.Label(SessionLabel::kDeploymentZone) = Text(fields, {kServerZone, kZone});
  const bool shared = !IsUnset(fields.Text(kShareId).value_or(""));
  session.Label(SessionLabel::kShared) = shared ? shared_ : not_shared_;
}

// In the order of KasmInfoLabels().
void KasmSessionsReader::ReadInfo(Fields& fields, Session& session) {
  const auto any = [&](std::size_t field) {
    return snapshot_.symbols.Intern(fields.AnyText(field, scratch_).value_or(""));
  };
  session.info = {Id(fields, kImageId), Text(fields, {kImageName}),
                  Id(fields, kUserId),  Id(fields, kServerId),
                  any(kContainerId),    any(kContainerIp),
                  any(kPort),           any(kPersistentProfile)};
}

Symbol KasmSessionsReader::Text(Fields& fields, std::initializer_list<std::size_t> alternatives) {
  for (const std::size_t field : alternatives) {
    const auto text = fields.Text(field);
    if (text && !text->empty()) return snapshot_.symbols.Intern(*text);
  }
  return {};
}

// The same id comes with dashes from one endpoint and without from another.
Symbol KasmSessionsReader::Id(Fields& fields, std::size_t field) {
  scratch_ = fields.Text(field).value_or("");
  char* end = scratch_.data();
  for (const char c : scratch_) {
    if (c != '-') *end++ = LowerCase(c);
  }
  scratch_.resize(static_cast<std::size_t>(end - scratch_.data()));
  return snapshot_.symbols.Intern(scratch_);
}

Result<Snapshot> KasmSessionsReader::Finish(
    const HttpHead& head, const KasmCredentials& credentials,
    std::span<const std::pair<std::string, Secret>> headers) {
  constexpr std::size_t kLongestQuoted = 200;
  if (auto end = reader_.Finish(); !end) return tl::unexpected(end.error());
  const JsonValue& message = reader_.member(kErrorMessage);
  if (message.type == JsonType::kString && !message.text.empty()) {
    if (Repeats(message.text, credentials) || Repeats(message.text, headers)) {
      return Fail(ErrorKind::kBackend,
                  "Kasm answered with an error (its text repeats a secret of the request)");
    }
    return Fail(ErrorKind::kBackend, "Kasm answered with an error: {}",
                CleanText(message.text, kLongestQuoted));
  }
  if (reader_.list_type() != JsonType::kArray) {
    return Fail(ErrorKind::kProtocol, "the answer has no list \"kasms\"{}",
                reader_.list_type() == JsonType::kMissing ? "" : ", but a value of another type");
  }
  ReadBackendTime(head);
  for (Session& session : snapshot_.sessions) SettleSession(session);
  for (auto& warning : reader_.fields().Warnings()) {
    snapshot_.parse_warnings.push_back(std::move(warning));
  }
  return std::move(snapshot_);
}

void KasmSessionsReader::ReadBackendTime(const HttpHead& head) {
  snapshot_.fetched_at = head.received_at;
  snapshot_.backend_time = head.date;
  const JsonValue& current = reader_.member(kCurrentTime);
  if (current.type == JsonType::kMissing || current.type == JsonType::kNull) return;
  const bool text = current.type == JsonType::kString;
  if (text && IsUnset(current.text)) return;
  const auto time = text ? ParseTimestamp(current.text) : std::nullopt;
  if (time && IsPlausibleTime(*time)) {
    snapshot_.backend_time = *time;
  } else {
    snapshot_.parse_warnings.emplace_back("current_time", 1);
  }
}

void KasmSessionsReader::SettleSession(Session& session) {
  const Timestamp now = snapshot_.BackendNow();
  if (LiesAhead(session.keepalive, now)) {
    session.keepalive = {};
    reader_.fields().Warn(kKeepalive);
  }
  if (LiesAhead(session.start, now)) {
    session.start = {};
    reader_.fields().Warn(kStart);
  }
  session.sign_of_life = session.keepalive ? session.keepalive : session.start;
  if (session.state == SessionState::kActive && session.keepalive &&
      snapshot_.BackendNow() - *session.keepalive > options_.idle_after) {
    session.state = SessionState::kIdle;
  }
}

}  // namespace session_exporter
