// What one target puts on a page: the finished lines of its few samples, and its sessions, whose
// lines are made when they are sent.
#pragma once

#include <array>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "exposition/catalogue.h"
#include "exposition/session_table.h"

namespace session_exporter {

// Filled by one thread, then shared as const.
class TargetPage {
 public:
  using Label = std::pair<std::string_view, std::string_view>;

  explicit TargetPage(std::string target);

  // Adds a sample with the label `target` and `labels`, whose values are clean UTF-8. Samples of
  // one metric are shown in the order in which they are added.
  void Add(Metric metric, std::initializer_list<Label> labels, double value);
  void AddSeconds(Metric metric, std::initializer_list<Label> labels, Microseconds value);
  void SetSessions(std::shared_ptr<const SessionTable> sessions) {
    sessions_ = std::move(sessions);
  }

  [[nodiscard]] const std::string& target() const { return target_; }
  [[nodiscard]] const std::string& Lines(Metric metric) const {
    return lines_[static_cast<std::size_t>(metric)];
  }
  // Null when the target failed or shows none.
  [[nodiscard]] const SessionTable* sessions() const { return sessions_.get(); }

 private:
  std::string& Begin(Metric metric, std::initializer_list<Label> labels);

  std::string target_;
  std::array<std::string, kMetricCount> lines_;
  std::shared_ptr<const SessionTable> sessions_;
};

}  // namespace session_exporter
