#include "exposition/page_writer.h"

#include <algorithm>
#include <array>
#include <utility>

namespace session_exporter {
namespace {

std::string_view NameOf(MetricType type) {
  constexpr std::array<std::string_view, 3> kNames = {"gauge", "counter", "histogram"};
  return kNames[static_cast<std::size_t>(type)];
}

// The unit that a name ends in, as OpenMetrics wants it told.
std::string_view UnitOf(std::string_view family) {
  for (const std::string_view unit : {std::string_view("seconds"), std::string_view("bytes")}) {
    if (family.ends_with(unit)) return unit;
  }
  return {};
}

}  // namespace

PageWriter::PageWriter(Page page, ExpositionFormat format, std::size_t piece_bytes)
    : page_(std::move(page)), format_(format), piece_bytes_(piece_bytes) {}

bool PageWriter::Next(std::string& piece) {
  piece.clear();
  while (family_ < kMetricCount && piece.size() < piece_bytes_) {
    const MetricDescription& metric = Catalogue()[family_];
    if (!begun_) {
      if (Empty(metric.metric)) {
        ++family_;
        continue;
      }
      AppendHeader(metric, piece);
      AppendOwn(metric.metric, piece);
      begun_ = true;
    }
    if (!ContinueFamily(piece)) break;
    ++family_;
    begun_ = false;
    target_ = 0;
  }
  if (family_ == kMetricCount && !ended_) {
    ended_ = true;
    if (format_ == ExpositionFormat::kOpenMetrics) piece += "# EOF\n";
  }
  return !piece.empty();
}

bool PageWriter::Empty(Metric metric) const {
  const bool own = std::any_of(page_.own.begin(), page_.own.end(), [&](const OwnFamily& family) {
    return family.metric == metric && !family.lines.empty();
  });
  return !own && std::none_of(page_.targets.begin(), page_.targets.end(), [&](const auto& target) {
    return !target->Lines(metric).empty() ||
           (target->sessions() != nullptr && target->sessions()->Has(metric));
  });
}

void PageWriter::AppendOwn(Metric metric, std::string& piece) const {
  for (const OwnFamily& family : page_.own) {
    if (family.metric == metric) piece += family.lines;
  }
}

bool PageWriter::ContinueFamily(std::string& piece) {
  while (target_ < page_.targets.size()) {
    if (piece.size() >= piece_bytes_ || !ContinueTarget(*page_.targets[target_], piece))
      return false;
    ++target_;
    row_ = 0;
  }
  return true;
}

// A family is either of targets or of sessions, so that a target is taken up again only in the
// midst of its sessions.
bool PageWriter::ContinueTarget(const TargetPage& target, std::string& piece) {
  const auto metric = static_cast<Metric>(family_);
  piece += target.Lines(metric);
  const SessionTable* sessions = target.sessions();
  if (sessions == nullptr || !sessions->Has(metric)) return true;
  row_ = sessions->Append(metric, row_, piece_bytes_, piece);
  return row_ == sessions->rows();
}

void PageWriter::AppendHeader(const MetricDescription& metric, std::string& piece) const {
  std::string_view family = metric.name;
  const bool open_metrics = format_ == ExpositionFormat::kOpenMetrics;
  // OpenMetrics names a counter without the _total of its samples.
  if (open_metrics && metric.type == MetricType::kCounter) {
    family.remove_suffix(std::string_view("_total").size());
  }
  const auto append = [&](std::string_view keyword) {
    piece += "# ";
    piece += keyword;
    piece += ' ';
    piece += family;
    piece += ' ';
  };
  if (!open_metrics) {
    append("HELP");
    AppendEscapedHelp(piece, metric.help, format_);
    piece += '\n';
  }
  append("TYPE");
  piece += NameOf(metric.type);
  piece += '\n';
  if (!open_metrics) return;
  if (const std::string_view unit = UnitOf(family); !unit.empty()) {
    append("UNIT");
    piece += unit;
    piece += '\n';
  }
  append("HELP");
  AppendEscapedHelp(piece, metric.help, format_);
  piece += '\n';
}

}  // namespace session_exporter
