#include "simulator/ssm_session.h"

#include <array>
#include <chrono>

#include <fmt/format.h>

#include "simulator/json_text.h"

namespace simulator {
namespace {

using std::chrono::seconds;

constexpr std::array<std::string_view, 2> kDates{"StartDate", "EndDate"};
constexpr std::array<std::string_view, 4> kNames{"Target", "DocumentName", "Owner", "Reason"};
// Numbers, as this protocol writes dates; and what a parser may take for one.
constexpr std::array<std::string_view, 12> kAbsurdDates{
    "-62135596800", "0",      "253402300799.999",    "-1.5",
    "1e300",        "1e-300", "9223372036854775807", "\"2026-01-01T00:00:00Z\"",
    "\"garbage\"",  "\"\"",   "1772366400000",       "\"1772366400.5\""};
constexpr std::array<std::string_view, 8> kAbsurdMinutes{
    "-1", "0", "1441", "99999999999999999999", "1e3", "", "60 minutes", "0x10"};

constexpr FieldTable kTable{"SessionId", "Status", kDates, kDates, kNames, kAbsurdDates, 13};

// A browser that is still there was heard of at most this long ago.
constexpr seconds kHeardOf{120};

// By the population's image; empty is a plain shell, which recorded answers show without a name.
constexpr std::array<std::string_view, 7> kDocuments{"",
                                                     "SSM-SessionManagerRunShell",
                                                     "AWS-StartSSHSession",
                                                     "AWS-StartPortForwardingSessionToRemoteHost",
                                                     "AWS-StartInteractiveCommand",
                                                     "Team_Maintenance-Shell.v2",
                                                     "AWS-StartPortForwardingSession"};

constexpr std::array<std::string_view, 5> kReasons{
    "INC0012345: disk full", "rotate \"staging\" certificates", "Änderung nach Freigabe",
    "debugging C:\\app\\config", "monthly patching"};

// 1080 does not fit the pattern that the service model gives, and is possible all the same.
constexpr std::array<std::string_view, 5> kMaxDurations{"60", "480", "1080", "1440", "5"};

std::string Hex17(std::uint64_t a, std::uint64_t b) {
  return fmt::format("{:016x}{:x}", Mix(a, b, 31), Mix(a, b, 32) & 0xf);
}

bool IsEcs(std::size_t host) { return host % 6 == 5; }

std::string Target(const Population& population, std::size_t host) {
  const std::string& id = population.hosts()[host].id;
  if (IsEcs(host)) {
    return fmt::format("ecs:{}_{}_{}-{}", population.zones()[population.hosts()[host].zone].name,
                       id, id, 1'000'000'000 + host);
  }
  return (host % 6 == 4 ? "mi-" : "i-") + id.substr(0, 17);
}

struct Who {
  std::string name;  // with which the session's id starts
  std::string arn;
};

Who Owner(const Population& population, std::optional<std::size_t> person, const SsmPlace& place,
          std::uint64_t random) {
  const std::string_view partition = AwsPartition(place.region);
  const auto arn = [&](std::string_view service, std::string_view resource) {
    return fmt::format("arn:{}:{}::{}:{}", partition, service, place.account, resource);
  };
  if (!person) return {"root", arn("iam", "root")};
  const std::string& name = population.people()[*person].name;
  switch (Mix(random, 33) % 8) {
    case 0:
      return {name, arn("iam", "user/" + name)};
    case 1:
      return {name, arn("iam", "user/division/team/" + name)};
    case 2:
      return {name, arn("sts", "federated-user/" + name)};
    case 3:
    case 4:
      return {name, arn("sts", "assumed-role/AWSReservedSSO_AdministratorAccess_0123456789abcdef/" +
                                   name)};
    case 5:
      return {name, arn("sts", "assumed-role/BreakGlass/" + name)};
    default:
      return {name, arn("sts", "assumed-role/Operations/" + name)};
  }
}

std::string OutputUrl(std::uint64_t random, const std::string& id) {
  switch (Mix(random, 34) % 4) {
    case 0:
      return {};
    case 1:
      return "{}";
    case 2:
      return "{\"S3OutputUrl\": \"\", \"CloudWatchOutputUrl\": \"\"}";
    default:
      return fmt::format(
          "{{\"S3OutputUrl\": {}, \"CloudWatchOutputUrl\": \"\"}}",
          Quoted("https://s3.us-east-1.amazonaws.com/example-session-logs/" + id + ".log"));
  }
}

std::string_view ActiveStatus(const Session& session, Time now) {
  switch (session.state) {
    case State::kStarting:
      return "Connecting";
    case State::kRunning:
      return session.last_contact && now - *session.last_contact <= kHeardOf ? "Connected"
                                                                             : "Disconnected";
    case State::kPaused:
    case State::kStopped:
      return "Disconnected";
    case State::kDeleting:
    case State::kDeletePending:
      return "Terminating";
    case State::kError:
      return "Failed";
  }
  return "Connected";
}

// Everything that does not depend on how long the session lives.
SsmSession Make(const Population& population, std::optional<std::size_t> person, std::size_t host,
                std::size_t image, const SsmPlace& place, std::uint64_t random,
                std::string_view suffix) {
  const Who who = Owner(population, person, place, random);
  SsmSession session;
  session.id = fmt::format("{}-{}", IsEcs(host) ? "ecs-execute-command" : who.name, suffix);
  session.target = Target(population, host);
  session.document_name =
      IsEcs(host) ? "AmazonECS-ExecuteInteractiveCommand" : kDocuments[image % kDocuments.size()];
  // A session may outlast the right to know whose it is: no member is promised.
  if (person || Mix(random, 35) % 2 == 0) session.owner = who.arn;
  if (Mix(random, 36) % 3 == 0) session.reason = kReasons[Mix(random, 37) % kReasons.size()];
  if (Mix(random, 38) % 2 == 0) session.details = "";
  session.output_url = OutputUrl(random, session.id);
  if (Mix(random, 39) % 2 == 0) {
    session.max_duration = kMaxDurations[Mix(random, 40) % kMaxDurations.size()];
  }
  const std::uint64_t access = Mix(random, 41) % 10;
  if (access > 1) session.access_type = access < 4 ? "JustInTime" : "Standard";
  return session;
}

// Seconds since 1970 with a fraction of milliseconds.
std::string EpochSeconds(Time time) {
  const auto millis =
      std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
  return fmt::format("{}.{:03}", millis / 1000, millis % 1000);
}

}  // namespace

std::string_view AwsPartition(std::string_view region) {
  if (region.starts_with("cn-")) return "aws-cn";
  return region.starts_with("us-gov-") ? "aws-us-gov" : "aws";
}

SsmSession ActiveSsmSession(const Population& population, const Session& session,
                            const SsmPlace& place, Time now) {
  SsmSession made = Make(population, session.person, session.host, session.image, place,
                         session.random, std::string_view(session.id).substr(0, 17));
  made.status = ActiveStatus(session, now);
  made.start = session.created;
  return made;
}

SsmSession EndedSsmSession(const Population& population, const SsmPlace& place,
                           std::uint64_t random, Time end) {
  SsmSession made = Make(population, Mix(random, 51) % population.people().size(),
                         Mix(random, 52) % population.hosts().size(),
                         Mix(random, 53) % kDocuments.size(), place, random, Hex17(random, 54));
  made.status = Mix(random, 55) % 20 == 0 ? "Failed" : "Terminated";
  // From seconds to nearly ten hours, more often short.
  const double share = static_cast<double>(Mix(random, 56) % 1000) / 1000.0;
  made.start = end - seconds(5 + static_cast<std::int64_t>(36'000 * share * share));
  made.end = end;
  return made;
}

SsmSessionWriter::SsmSessionWriter(const FaultSet& faults)
    : faults_(faults), fields_(kTable, faults) {}

void SsmSessionWriter::WriteMaxDuration(const SsmSession& session, std::size_t number,
                                        FieldWriter* fields) const {
  if (faults_.Has("absurd_numbers")) {
    fields->Text("MaxSessionDuration", kAbsurdMinutes[number % kAbsurdMinutes.size()]);
  } else if (session.max_duration.empty()) {
    fields->Skip();
  } else {
    fields->Text("MaxSessionDuration", session.max_duration);
  }
}

void SsmSessionWriter::Write(const SsmSession& session, std::size_t number,
                             std::string* out) const {
  FieldWriter fields(fields_, number, out);
  const auto text = [&](std::string_view name, const std::string& value) {
    if (value.empty()) return fields.Skip();
    fields.Text(name, value);
  };
  text("SessionId", session.id);
  text("Target", session.target);
  text("Status", session.status);
  fields.Raw("StartDate", EpochSeconds(session.start));
  if (session.end) {
    fields.Raw("EndDate", EpochSeconds(*session.end));
  } else {
    fields.Skip();
  }
  text("DocumentName", session.document_name);
  text("Owner", session.owner);
  text("Reason", session.reason);
  if (session.details) {
    fields.Text("Details", *session.details);
  } else {
    fields.Skip();
  }
  if (session.output_url.empty()) {
    fields.Skip();
  } else {
    fields.Raw("OutputUrl", session.output_url);
  }
  WriteMaxDuration(session, number, &fields);
  text("AccessType", session.access_type);
  fields.Close();
}

}  // namespace simulator
