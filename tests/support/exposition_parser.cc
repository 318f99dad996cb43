#include "support/exposition_parser.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <stdexcept>

#include "support/exposition_lines.h"

namespace session_exporter::test {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

tl::unexpected<LineError> Bad(std::string message) {
  return tl::unexpected<LineError>(std::move(message));
}

bool IsKnownType(std::string_view type, Dialect dialect) {
  static const std::set<std::string_view> kText = {"counter", "gauge", "histogram", "summary",
                                                   "untyped"};
  static const std::set<std::string_view> kOpenMetrics = {
      "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset", "unknown"};
  return (dialect == Dialect::kText ? kText : kOpenMetrics).contains(type);
}

// What a family's sample names add to its own name.
std::vector<std::string> SuffixesOf(const std::string& type, Dialect dialect) {
  if (type == "histogram") return {"_bucket", "_count", "_sum"};
  if (type == "gaugehistogram") return {"_bucket", "_gcount", "_gsum"};
  if (type == "summary") return {"", "_count", "_sum"};
  if (type == "info") return {"_info"};
  if (type == "counter" && dialect == Dialect::kOpenMetrics) return {"_total"};
  return {""};
}

Labels Without(Labels labels, std::string_view name) {
  std::erase_if(labels, [name](const auto& label) { return label.first == name; });
  return labels;
}

// The buckets of one series of a histogram rise to +Inf, which holds them all.
tl::expected<void, LineError> CheckBuckets(const std::vector<const ParsedSample*>& samples) {
  double bound = -std::numeric_limits<double>::infinity();
  double count = 0;
  const ParsedSample* last = nullptr;
  const ParsedSample* total = nullptr;
  bool has_sum = false;
  for (const ParsedSample* sample : samples) {
    if (sample->name.ends_with("_count")) total = sample;
    if (sample->name.ends_with("_sum")) has_sum = true;
    if (!sample->name.ends_with("_bucket")) continue;
    const auto le = ParseNumber(sample->Label("le"));
    if (!le) return Bad("le is " + le.error());
    if (!(*le > bound)) return Bad("buckets out of order");
    if (sample->value < count) return Bad("buckets that are not cumulative");
    bound = *le;
    count = sample->value;
    last = sample;
  }
  if (last == nullptr || !std::isinf(bound)) return Bad("histogram without a bucket for +Inf");
  if (total == nullptr || !has_sum) return Bad("histogram without its count or its sum");
  if (total->value != count) return Bad("histogram whose count is not that of +Inf");
  return {};
}

class PageReader {
 public:
  explicit PageReader(Dialect dialect) : dialect_(dialect) {}

  tl::expected<void, LineError> Take(std::string_view line, std::size_t number) {
    if (ended_) return Bad("text after # EOF");
    if (line.empty()) return Bad("blank line");
    if (dialect_ == Dialect::kOpenMetrics && line == "# EOF") {
      ended_ = true;
      return FinishFamily();
    }
    if (line[0] == '#') return TakeMetadata(line);
    return TakeSample(line, number);
  }

  tl::expected<void, LineError> Finish() {
    if (dialect_ == Dialect::kText) return FinishFamily();
    if (!ended_) return Bad("no # EOF at the end");
    return {};
  }

  std::vector<ParsedFamily> Families() && { return std::move(families_); }

 private:
  tl::expected<void, LineError> TakeMetadata(std::string_view line) {
    const auto metadata = ParseMetadataLine(line);
    if (!metadata) return Bad(metadata.error());
    const auto& [keyword, name, rest] = *metadata;
    if (keyword == "UNIT" && dialect_ == Dialect::kText) return Bad("UNIT in the text format");
    if (families_.empty() || families_.back().name != name) {
      if (auto begun = BeginFamily(name); !begun) return begun;
    }
    ParsedFamily& family = families_.back();
    if (!family.samples.empty()) return Bad(keyword + " of " + name + " after its samples");
    if (!seen_.insert(keyword).second) return Bad(keyword + " of " + name + " twice");
    if (keyword == "HELP") {
      auto help = UnescapeHelp(rest, dialect_);
      if (!help) return Bad(help.error());
      family.help = std::move(*help);
    } else if (keyword == "UNIT") {
      if (!name.ends_with("_" + rest)) return Bad(name + " does not end in its unit " + rest);
      family.unit = rest;
    } else {
      if (!IsKnownType(rest, dialect_)) return Bad("unknown type: " + rest);
      family.type = rest;
    }
    return {};
  }

  tl::expected<void, LineError> BeginFamily(const std::string& name) {
    if (auto finished = FinishFamily(); !finished) return finished;
    for (const ParsedFamily& family : families_) {
      if (family.name == name) return Bad("family " + name + " is taken up again");
    }
    families_.push_back({name, "", "", "", {}});
    seen_.clear();
    return {};
  }

  tl::expected<void, LineError> TakeSample(std::string_view line, std::size_t number) {
    auto sample = ParseSampleLine(line);
    if (!sample) return Bad(sample.error());
    sample->line = number;
    if (families_.empty()) return Bad("sample before any TYPE: " + sample->name);
    ParsedFamily& family = families_.back();
    if (!seen_.contains("TYPE")) return Bad("no TYPE for " + family.name);
    if (!seen_.contains("HELP")) return Bad("no HELP for " + family.name);
    const std::vector<std::string> suffixes = SuffixesOf(family.type, dialect_);
    const bool fits = std::any_of(suffixes.begin(), suffixes.end(), [&](const auto& suffix) {
      return sample->name == family.name + suffix;
    });
    if (!fits)
      return Bad("sample " + sample->name + " within the " + family.type + " " + family.name);
    if (auto fine = CheckSample(*sample, family); !fine) return fine;
    Labels labels = sample->labels;
    std::sort(labels.begin(), labels.end());
    if (!series_.emplace(sample->name, std::move(labels)).second) {
      return Bad("series twice: " + std::string(line));
    }
    family.samples.push_back(std::move(*sample));
    return {};
  }

  tl::expected<void, LineError> CheckSample(const ParsedSample& sample,
                                            const ParsedFamily& family) {
    const auto [owner, fresh] = owners_.emplace(sample.name, family.name);
    if (!fresh && owner->second != family.name) {
      return Bad(sample.name + " is also a sample of " + owner->second);
    }
    const bool bucket = family.type == "histogram" && sample.name.ends_with("_bucket");
    if (bucket == sample.Label("le").empty() && family.type != "gaugehistogram") {
      return Bad(bucket ? "bucket without le" : "le outside of a bucket");
    }
    const bool counts = family.type == "counter" || family.type == "histogram";
    if (counts && !(sample.value >= 0)) return Bad("a count that is negative or NaN");
    if (family.type == "info" && sample.value != 1) return Bad("an info that is not 1");
    return {};
  }

  // What can be said of a family once it is whole.
  tl::expected<void, LineError> FinishFamily() {
    if (families_.empty()) return {};
    const ParsedFamily& family = families_.back();
    if (family.samples.empty()) return Bad("family " + family.name + " has no sample");
    const bool total = family.name.ends_with("_total");
    if (family.type == "counter" && total == (dialect_ == Dialect::kOpenMetrics)) {
      return Bad(total ? "OpenMetrics counter named _total: " + family.name
                       : "counter not named _total: " + family.name);
    }
    if (family.type != "histogram" && family.type != "summary") return {};
    // The samples of one series stand together.
    std::map<Labels, std::vector<const ParsedSample*>> groups;
    const Labels* previous = nullptr;
    for (const ParsedSample& sample : family.samples) {
      const auto [group, fresh] =
          groups.try_emplace(Without(sample.labels, family.type == "summary" ? "quantile" : "le"));
      if (!fresh && previous != &group->first) return Bad("interleaved series of " + family.name);
      previous = &group->first;
      group->second.push_back(&sample);
    }
    if (family.type == "summary") return {};
    for (const auto& [labels, samples] : groups) {
      if (auto fine = CheckBuckets(samples); !fine) return Bad(family.name + ": " + fine.error());
    }
    return {};
  }

  Dialect dialect_;
  std::vector<ParsedFamily> families_;
  std::set<std::string> seen_;  // the keywords of the family under way
  std::set<std::pair<std::string, Labels>> series_;
  std::map<std::string, std::string> owners_;  // sample name -> family
  bool ended_ = false;
};

bool Matches(const ParsedSample& sample, std::string_view name, LabelMatch labels) {
  return sample.name == name && std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
           return std::any_of(sample.labels.begin(), sample.labels.end(), [&](const auto& have) {
             return have.first == label.first && have.second == label.second;
           });
         });
}

}  // namespace

std::string_view ParsedSample::Label(std::string_view label) const {
  for (const auto& [label_name, label_value] : labels) {
    if (label_name == label) return label_value;
  }
  return {};
}

const ParsedFamily* Exposition::Family(std::string_view name) const {
  for (const ParsedFamily& family : families_) {
    const bool total = family.type == "counter" && family.name + "_total" == name;
    if (family.name == name || total) return &family;
  }
  return nullptr;
}

std::vector<ParsedSample> Exposition::Series(std::string_view sample, LabelMatch labels) const {
  std::vector<ParsedSample> series;
  for (const ParsedFamily& family : families_) {
    if (!sample.starts_with(family.name)) continue;
    for (const ParsedSample& candidate : family.samples) {
      if (Matches(candidate, sample, labels)) series.push_back(candidate);
    }
  }
  return series;
}

std::optional<double> Exposition::Value(std::string_view sample, LabelMatch labels) const {
  const std::vector<ParsedSample> series = Series(sample, labels);
  if (series.size() > 1) {
    throw std::logic_error("several series match " + std::string(sample) + ", at line " +
                           std::to_string(series[0].line) + " and further");
  }
  if (series.empty()) return std::nullopt;
  return series[0].value;
}

double Exposition::Sum(std::string_view sample, LabelMatch labels) const {
  double sum = 0;
  for (const ParsedSample& one : Series(sample, labels)) sum += one.value;
  return sum;
}

tl::expected<Exposition, ParseError> ParseExposition(std::string_view text, Dialect dialect) {
  const auto fail = [](std::size_t line, std::string message) {
    return tl::unexpected<ParseError>(ParseError{line, std::move(message)});
  };
  PageReader reader(dialect);
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return fail(number, "last line without its newline");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (!IsValidUtf8(line)) return fail(number, "not UTF-8");
    if (line.find('\r') != std::string_view::npos) return fail(number, "carriage return");
    if (const auto taken = reader.Take(line, number); !taken) return fail(number, taken.error());
  }
  if (const auto finished = reader.Finish(); !finished) return fail(0, finished.error());
  return Exposition(std::move(reader).Families());
}

}  // namespace session_exporter::test
