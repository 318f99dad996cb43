#include "exposition/target_page.h"

#include "exposition/text.h"

namespace session_exporter {

TargetPage::TargetPage(std::string target) : target_(std::move(target)) {}

std::string& TargetPage::Begin(Metric metric, std::initializer_list<Label> labels) {
  std::string& out = lines_[static_cast<std::size_t>(metric)];
  out += Describe(metric).name;
  out += "{target=\"";
  AppendEscapedLabelValue(out, target_);
  for (const auto& [name, value] : labels) {
    out += "\",";
    out += name;
    out += "=\"";
    AppendEscapedLabelValue(out, value);
  }
  out += "\"} ";
  return out;
}

void TargetPage::Add(Metric metric, std::initializer_list<Label> labels, double value) {
  std::string& out = Begin(metric, labels);
  AppendNumber(out, value);
  out += '\n';
}

void TargetPage::AddSeconds(Metric metric, std::initializer_list<Label> labels,
                            Microseconds value) {
  std::string& out = Begin(metric, labels);
  AppendSeconds(out, value);
  out += '\n';
}

}  // namespace session_exporter
