#include "exposition/exporter_metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "exposition/process_metrics.h"
#include "exposition/text.h"

namespace session_exporter {
namespace {

using Labels = std::map<std::string, std::string>;

const prometheus::Histogram::BucketBoundaries& DurationBuckets() {
  static const prometheus::Histogram::BucketBoundaries kBuckets = {0.01, 0.025, 0.05, 0.1, 0.25,
                                                                   0.5,  1,     2.5,  5,   10};
  return kBuckets;
}

template <typename Builder>
auto& Register(prometheus::Registry& registry, Builder&& builder, Metric metric) {
  const MetricDescription& description = Describe(metric);
  return builder.Name(std::string(description.name))
      .Help(std::string(description.help))
      .Register(registry);
}

std::string_view NameOf(ExporterMetrics::Rejection reason) {
  return reason == ExporterMetrics::Rejection::kSaturated ? "saturated" : "stopping";
}

// The value of a label, or nothing.
std::string_view ValueOf(const prometheus::ClientMetric& metric, std::string_view name) {
  for (const auto& label : metric.label) {
    if (label.name == name) return label.value;
  }
  return {};
}

std::vector<std::string_view> SplitNames(std::string_view names) {
  std::vector<std::string_view> split;
  while (!names.empty()) {
    const std::size_t comma = std::min(names.find(','), names.size());
    split.push_back(names.substr(0, comma));
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
  return split;
}

// One line: the name, the labels in the catalogue's order and one more when it has a name.
void AppendLine(std::string& out, std::string_view name, const prometheus::ClientMetric& metric,
                const std::vector<std::string_view>& labels,
                const std::pair<std::string_view, std::string>& extra, double value) {
  out += name;
  char separator = '{';
  const auto append = [&](std::string_view label, std::string_view text) {
    out += separator;
    out += label;
    out += "=\"";
    AppendEscapedLabelValue(out, text);
    out += '"';
    separator = ',';
  };
  for (const std::string_view label : labels) append(label, ValueOf(metric, label));
  if (!extra.first.empty()) append(extra.first, extra.second);
  if (separator == ',') out += '}';
  out += ' ';
  AppendNumber(out, value);
  out += '\n';
}

void AppendHistogram(std::string& out, std::string_view name,
                     const prometheus::ClientMetric& metric,
                     const std::vector<std::string_view>& labels) {
  const std::string base(name);
  for (const auto& bucket : metric.histogram.bucket) {
    std::string bound;
    // OpenMetrics wants bounds written as floats.
    AppendNumber(bound, bucket.upper_bound);
    if (std::isfinite(bucket.upper_bound) && bound.find('.') == std::string::npos) bound += ".0";
    AppendLine(out, base + "_bucket", metric, labels, {"le", bound},
               static_cast<double>(bucket.cumulative_count));
  }
  AppendLine(out, base + "_sum", metric, labels, {}, metric.histogram.sample_sum);
  AppendLine(out, base + "_count", metric, labels, {},
             static_cast<double>(metric.histogram.sample_count));
}

OwnFamily Render(const MetricDescription& description, prometheus::MetricFamily family) {
  const std::vector<std::string_view> labels = SplitNames(description.labels);
  const auto values = [&labels](const prometheus::ClientMetric& metric) {
    std::vector<std::string_view> all;
    all.reserve(labels.size());
    for (const std::string_view label : labels) all.push_back(ValueOf(metric, label));
    return all;
  };
  std::sort(family.metric.begin(), family.metric.end(),
            [&](const auto& a, const auto& b) { return values(a) < values(b); });
  OwnFamily rendered{description.metric, {}};
  for (const prometheus::ClientMetric& metric : family.metric) {
    switch (description.type) {
      case MetricType::kHistogram:
        AppendHistogram(rendered.lines, description.name, metric, labels);
        break;
      case MetricType::kCounter:
        AppendLine(rendered.lines, description.name, metric, labels, {}, metric.counter.value);
        break;
      case MetricType::kGauge:
        AppendLine(rendered.lines, description.name, metric, labels, {}, metric.gauge.value);
        break;
    }
  }
  return rendered;
}

}  // namespace

struct ExporterMetrics::Impl {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Histogram>& durations;
  prometheus::Family<prometheus::Counter>& failures;
  prometheus::Family<prometheus::Counter>& requests;
  prometheus::Family<prometheus::Counter>& bytes;
  prometheus::Family<prometheus::Counter>& shared;
  prometheus::Family<prometheus::Counter>& log_messages;
  prometheus::Family<prometheus::Counter>& warnings;
  prometheus::Family<prometheus::Counter>& rejected;
  prometheus::Gauge& in_flight;
  prometheus::Gauge& reload_successful;
  prometheus::Gauge& reload_time;
  prometheus::Gauge& targets;

  prometheus::Family<prometheus::Counter>& Counters(Metric metric) {
    return Register(registry, prometheus::BuildCounter(), metric);
  }
  prometheus::Gauge& Gauge(Metric metric) {
    return Register(registry, prometheus::BuildGauge(), metric).Add({});
  }
  Impl()
      : durations(
            Register(registry, prometheus::BuildHistogram(), Metric::kExporterApiRequestDuration)),
        failures(Counters(Metric::kExporterApiRequestFailures)),
        requests(Counters(Metric::kExporterApiRequests)),
        bytes(Counters(Metric::kExporterApiResponseBytes)),
        shared(Counters(Metric::kExporterCollectionsShared)),
        log_messages(Counters(Metric::kExporterLogMessages)),
        warnings(Counters(Metric::kExporterParseWarnings)),
        rejected(Counters(Metric::kExporterScrapesRejected)),
        in_flight(Gauge(Metric::kExporterScrapesInFlight)),
        reload_successful(Gauge(Metric::kExporterConfigReloadSuccessful)),
        reload_time(Gauge(Metric::kExporterConfigReloadSuccessTimestamp)),
        targets(Gauge(Metric::kExporterTargets)) {}

  // The series of a configured target, which goes when its target goes; nullptr for another, whose
  // last collection may outlast the reload that removed it. With mutex held, as what is done to the
  // series: removing destroys it.
  template <typename Series, typename... Arguments>
  Series* Of(std::string_view target, prometheus::Family<Series>& family, Labels labels,
             const Arguments&... arguments) {
    const auto found = removals.find(std::string(target));
    if (found == removals.end()) return nullptr;
    labels["target"] = target;
    Series& series = family.Add(labels, arguments...);
    found->second.try_emplace(&series, [&family, &series] { family.Remove(&series); });
    return &series;
  }
  void Count(std::string_view target, prometheus::Family<prometheus::Counter>& family,
             const Labels& labels, double value) {
    const std::lock_guard lock(mutex);
    if (prometheus::Counter* const counter = Of(target, family, labels)) counter->Increment(value);
  }

  std::mutex mutex;
  // Guarded by mutex: by target and series.
  std::unordered_map<std::string, std::unordered_map<const void*, std::function<void()>>> removals;
};

ExporterMetrics::ExporterMetrics(const BuildInfo& build) : impl_(std::make_unique<Impl>()) {
  Register(impl_->registry, prometheus::BuildGauge(), Metric::kExporterBuildInfo)
      .Add({{"version", build.version}, {"revision", build.revision}, {"compiler", build.compiler}})
      .Set(1);
  for (const LogLevel level :
       {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarn, LogLevel::kError}) {
    impl_->log_messages.Add({{"level", std::string(session_exporter::NameOf(level))}});
  }
  for (const Rejection reason : {Rejection::kSaturated, Rejection::kStopping}) {
    impl_->rejected.Add({{"reason", std::string(NameOf(reason))}});
  }
}

ExporterMetrics::~ExporterMetrics() = default;

void ExporterMetrics::CountApiRequest(const ApiRequest& request) {
  const Labels labels = {{"operation", std::string(request.operation)}};
  Labels with_code = labels;
  with_code["code"] = request.status == 0 ? "none" : fmt::format("{}", request.status);
  impl_->Count(request.target, impl_->requests, with_code, 1);
  if (request.failure) {
    Labels with_reason = labels;
    with_reason["reason"] = ReasonOf(*request.failure);
    impl_->Count(request.target, impl_->failures, with_reason, 1);
  }
  impl_->Count(request.target, impl_->bytes, {}, static_cast<double>(request.bytes));
  const std::lock_guard lock(impl_->mutex);
  prometheus::Histogram* const durations =
      impl_->Of(request.target, impl_->durations, labels, DurationBuckets());
  if (durations != nullptr) durations->Observe(request.duration.count());
}

void ExporterMetrics::CountParseWarnings(std::string_view target, std::string_view field,
                                         std::uint64_t count) {
  impl_->Count(target, impl_->warnings, {{"field", std::string(field)}},
               static_cast<double>(count));
}

void ExporterMetrics::CountSharedCollection(std::string_view target) {
  impl_->Count(target, impl_->shared, {}, 1);
}

void ExporterMetrics::CountLogMessage(LogLevel level) {
  impl_->log_messages.Add({{"level", std::string(session_exporter::NameOf(level))}}).Increment();
}

void ExporterMetrics::CountRejectedScrape(Rejection reason) {
  impl_->rejected.Add({{"reason", std::string(NameOf(reason))}}).Increment();
}

void ExporterMetrics::AddScrapesInFlight(int change) { impl_->in_flight.Increment(change); }

void ExporterMetrics::SetConfigLoaded(bool successful, Timestamp at) {
  impl_->reload_successful.Set(successful ? 1 : 0);
  if (!successful) return;
  impl_->reload_time.Set(std::chrono::duration<double>(at.time_since_epoch()).count());
}

void ExporterMetrics::SetTargets(const std::vector<std::string>& names) {
  impl_->targets.Set(static_cast<double>(names.size()));
  const std::unordered_set<std::string> present(names.begin(), names.end());
  const std::lock_guard lock(impl_->mutex);
  std::erase_if(impl_->removals, [&present](const auto& target) {
    if (present.contains(target.first)) return false;
    for (const auto& [series, remove] : target.second) remove();
    return true;
  });
  for (const std::string& name : names) {
    impl_->removals.try_emplace(name);
    impl_->Of(name, impl_->shared, {});
    impl_->Of(name, impl_->bytes, {});
  }
}

std::vector<OwnFamily> ExporterMetrics::Collect() const {
  std::vector<OwnFamily> own = CollectProcessMetrics();
  for (prometheus::MetricFamily& family : impl_->registry.Collect()) {
    const auto catalogue = Catalogue();
    const auto description = std::find_if(
        catalogue.begin(), catalogue.end(),
        [&family](const MetricDescription& known) { return known.name == family.name; });
    if (description != catalogue.end()) own.push_back(Render(*description, std::move(family)));
  }
  return own;
}

}  // namespace session_exporter
