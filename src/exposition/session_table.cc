#include "exposition/session_table.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "exposition/text.h"
#include "model/staleness.h"

namespace session_exporter {
namespace {

// The metrics of a session that have a value of their own; see AppendValue.
constexpr std::array kValueMetrics = {Metric::kStartTimestamp,
                                      Metric::kKeepaliveTimestamp,
                                      Metric::kKeepaliveAge,
                                      Metric::kExpirationTimestamp,
                                      Metric::kIdleExpirationTimestamp,
                                      Metric::kEndTimestamp,
                                      Metric::kLastLoginTimestamp,
                                      Metric::kMaxDuration,
                                      Metric::kFailedLogins,
                                      Metric::kCpuCores,
                                      Metric::kMemory,
                                      Metric::kStale};

// Sorts what has no time last.
Timestamp OrLatest(OptionalTime time) { return time ? *time : Timestamp::max(); }

}  // namespace

SessionTable::SessionTable(std::shared_ptr<const Snapshot> snapshot,
                           const SessionTableOptions& options)
    : snapshot_(std::move(snapshot)),
      stale_after_(options.stale_after),
      policies_(options.policies) {
  texts_ = std::make_unique<LabelTexts>(snapshot_->symbols, policies_);
  Choose(options.limit);
  NameSessions(options, *texts_);
  NameInfo(options);
  FindPresent();
}

// The stalest first: oldest sign of use, then oldest start, then id.
void SessionTable::Choose(std::size_t limit) {
  const std::vector<Session>& sessions = snapshot_->sessions;
  std::vector<std::uint32_t> order(sessions.size());
  std::iota(order.begin(), order.end(), 0U);
  if (order.size() > limit) {
    const auto staleness = [&](std::uint32_t index) {
      const Session& session = sessions[index];
      return std::make_tuple(OrLatest(session.keepalive ? session.keepalive : session.start),
                             OrLatest(session.start), snapshot_->symbols.Text(session.id));
    };
    std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(limit), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return staleness(a) < staleness(b); });
    order.resize(limit);
  }
  rows_.reserve(order.size());
  for (const std::uint32_t session : order) rows_.push_back({session, 0, 0});
}

void SessionTable::NameSessions(const SessionTableOptions& options, LabelTexts& texts) {
  LabelPolicy policy = LabelPolicy::kKeep;
  if (options.session_id_names_user && policies_.Of("user") != LabelPolicy::kKeep) {
    policy = LabelPolicy::kHash;  // also for `drop`: sessions must stay apart
  }
  const auto id_of = [&](const Row& row) {
    return texts.Shown(policy, snapshot_->sessions[row.session].id);
  };
  std::sort(rows_.begin(), rows_.end(),
            [&](const Row& a, const Row& b) { return id_of(a) < id_of(b); });
  std::string prefix = "{target=\"";
  AppendEscapedLabelValue(prefix, options.target);
  prefix += "\",session=\"";
  for (Row& row : rows_) {
    row.labels = labels_.size();
    labels_ += prefix;
    labels_ += texts.Escaped(policy, snapshot_->sessions[row.session].id);
    labels_ += '"';
    row.length = static_cast<std::uint32_t>(labels_.size() - row.labels);
  }
  labels_.shrink_to_fit();
}

void SessionTable::NameInfo(const SessionTableOptions& options) {
  backend_label_ = ",backend=\"";
  AppendEscapedLabelValue(backend_label_, options.backend);
  const auto prefix_of = [](std::string_view name) { return "\"," + std::string(name) + "=\""; };
  for (std::size_t i = 0; i < kSessionLabelCount; ++i) {
    const std::string_view name = kSessionLabelNames[i];
    columns_.push_back({prefix_of(name), policies_.Of(name), static_cast<int>(i), -1});
  }
  for (const auto& label : options.info_labels) {
    columns_.push_back({prefix_of(label.name), policies_.Of(label.name), -1, label.index});
  }
  // A digest is made when it is first asked for; ask here, so that writing changes nothing.
  for (const InfoColumn& column : columns_) {
    if (column.policy != LabelPolicy::kHash) continue;
    for (const Row& row : rows_) {
      const Session& session = snapshot_->sessions[row.session];
      if (column.label >= 0) {
        texts_->Escaped(column.policy, session.labels[static_cast<std::size_t>(column.label)]);
      } else if (column.info >= 0) {
        texts_->Escaped(column.policy, session.info[static_cast<std::size_t>(column.info)]);
      }
    }
  }
}

void SessionTable::FindPresent() {
  present_[static_cast<std::size_t>(Metric::kInfo)] = !rows_.empty();
  present_[static_cast<std::size_t>(Metric::kStatus)] = !rows_.empty();
  std::string value;
  for (const Metric metric : kValueMetrics) {
    present_[static_cast<std::size_t>(metric)] =
        std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) {
          value.clear();
          return AppendValue(metric, snapshot_->sessions[row.session], value);
        });
  }
}

std::size_t SessionTable::Append(Metric metric, std::size_t begin, std::size_t enough,
                                 std::string& out) const {
  const std::string_view name = Describe(metric).name;
  std::size_t at = begin;
  for (; at < rows_.size() && out.size() < enough; ++at) {
    const Row& row = rows_[at];
    const Session& session = snapshot_->sessions[row.session];
    const std::size_t line = out.size();
    out += name;
    out.append(labels_, row.labels, row.length);
    if (metric == Metric::kInfo) {
      AppendInfo(session, out);
    } else if (metric == Metric::kStatus) {
      AppendStatus(session, out);
    } else {
      out += "} ";
      if (!AppendValue(metric, session, out)) {
        out.resize(line);
        continue;
      }
    }
    out += '\n';
  }
  return at;
}

void SessionTable::AppendInfo(const Session& session, std::string& out) const {
  out += backend_label_;
  for (const InfoColumn& column : columns_) {
    out += column.prefix;
    if (column.label >= 0) {
      out += texts_->Escaped(column.policy, session.labels[static_cast<std::size_t>(column.label)]);
    } else if (column.info >= 0) {
      out += texts_->Escaped(column.policy, session.info[static_cast<std::size_t>(column.info)]);
    }
  }
  out += "\"} 1";
}

void SessionTable::AppendStatus(const Session& session, std::string& out) const {
  out += ",state=\"";
  out += NameOf(session.state);
  out += "\",status=\"";
  out += texts_->Escaped(LabelPolicy::kKeep, session.status);
  out += "\"} 1";
}

bool SessionTable::AppendValue(Metric metric, const Session& session, std::string& out) const {
  const auto time = [&out](OptionalTime value) {
    if (value) AppendSeconds(out, (*value).time_since_epoch());
    return value.has_value();
  };
  const auto number = [&out](double value) {
    if (!std::isnan(value)) AppendNumber(out, value);
    return !std::isnan(value);
  };
  switch (metric) {
    case Metric::kStartTimestamp:
      return time(session.start);
    case Metric::kKeepaliveTimestamp:
      return time(session.keepalive);
    case Metric::kKeepaliveAge:
      if (!session.keepalive) return false;
      // Clocks within a backend's own servers differ a little; nobody was active in the future.
      AppendSeconds(out, std::max(snapshot_->BackendNow() - *session.keepalive, Microseconds(0)));
      return true;
    case Metric::kExpirationTimestamp:
      return time(session.expiration);
    case Metric::kIdleExpirationTimestamp:
      return time(session.idle_expiration);
    case Metric::kEndTimestamp:
      return time(session.end);
    case Metric::kLastLoginTimestamp:
      return time(session.last_login);
    case Metric::kMaxDuration:
      if (session.max_duration == Session::kUnsetDuration) return false;
      AppendSeconds(out, session.max_duration);
      return true;
    case Metric::kFailedLogins:
      if (session.failed_logins < 0) return false;
      return number(session.failed_logins);
    case Metric::kCpuCores:
      return number(session.cpu_cores);
    case Metric::kMemory:
      return number(session.memory_bytes);
    case Metric::kStale:
      out += IsStale(session, snapshot_->BackendNow(), stale_after_) ? '1' : '0';
      return true;
    default:
      return false;  // not a series of a session
  }
}

}  // namespace session_exporter
