#include "config/errors.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace session_exporter {

void ConfigErrors::Add(ConfigPlace place, std::string path, std::string message) {
  if (errors_.size() == kMostKept) {
    ++only_counted_;
    return;
  }
  errors_.push_back({place, std::move(path), std::move(message)});
}

std::vector<std::string> ConfigErrors::Lines() const {
  std::vector<const ConfigError*> ordered;
  for (const ConfigError& error : errors_) ordered.push_back(&error);
  std::ranges::stable_sort(
      ordered, [](const ConfigError* a, const ConfigError* b) { return a->place < b->place; });

  std::vector<std::string> lines;
  for (const ConfigError* error : ordered) {
    std::string line = file_;
    if (error->place.line > 0) {
      line += fmt::format(":{}:{}", error->place.line, error->place.column);
    }
    if (!error->path.empty()) line += ": " + error->path;
    lines.push_back(line + ": " + error->message);
  }
  if (only_counted_ > 0) lines.push_back(fmt::format("{}: {} more errors", file_, only_counted_));
  return lines;
}

}  // namespace session_exporter
