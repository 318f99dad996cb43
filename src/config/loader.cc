#include "config/loader.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <utility>

#include "base/error.h"
#include "base/result.h"
#include "config/document.h"
#include "config/target_name.h"
#include "config/target_reader.h"
#include "config/wording.h"

namespace session_exporter {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kAccepted =
    "expected a mapping with targets and, if wanted, scrape and labels";
constexpr std::string_view kTargetsAccepted =
    "expected a list of targets, each with name, backend and the backend's own keys";

ScrapeConfig ReadScrape(Section section) {
  ScrapeConfig scrape;
  scrape.timeout =
      section.Duration("timeout", scrape.timeout, milliseconds(1), std::chrono::hours(1));
  scrape.min_interval = section.Duration("min_interval", scrape.min_interval, milliseconds(0),
                                         std::chrono::hours(24));
  scrape.max_concurrency =
      static_cast<int>(section.Integer("max_concurrency", scrape.max_concurrency, 1, 1024));
  section.Finish();
  return scrape;
}

// The labels of session_info, those that the backends add included.
std::vector<std::string_view> LabelNames(std::span<const TargetFormat* const> formats) {
  std::vector<std::string_view> names = {"user",      "image", "host",        "deployment_zone",
                                         "document",  "role",  "access_type", "login_type",
                                         "client_ip", "shared"};
  for (const TargetFormat* format : formats) {
    for (const std::string_view name : format->info_labels()) {
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

bool NamesUser(std::string_view label, std::span<const TargetFormat* const> formats) {
  return std::ranges::any_of(formats, [label](const TargetFormat* format) {
    const auto labels = format->labels_naming_user();
    return std::ranges::find(labels, label) != labels.end();
  });
}

LabelsConfig ReadLabels(Section section, std::span<const TargetFormat* const> formats) {
  constexpr std::array<std::string_view, 3> kPolicies = {"keep", "drop", "hash"};
  LabelsConfig labels;
  std::string_view hashed;
  std::string of_user = "keep";
  for (const std::string_view name : LabelNames(formats)) {  // `user` comes first
    std::string_view fallback = name == "client_ip" ? "drop" : "keep";
    if (NamesUser(name, formats)) fallback = of_user;
    const std::string policy = section.OneOf(name, kPolicies, fallback);
    if (name == "user") of_user = policy;
    if (policy == "drop") labels.policies.emplace_back(name, LabelPolicy::kDrop);
    if (policy == "hash") {
      labels.policies.emplace_back(name, LabelPolicy::kHash);
      if (hashed.empty()) hashed = name;
    }
  }
  labels.hash_key = section.SecretOf("hash_key", Section::Presence::kOptional);
  if (!hashed.empty() && labels.hash_key.empty()) {
    section.Warning(hashed,
                    "hash without hash_key or hash_key_file: whoever guesses a value can "
                    "see that it is the one");
  }
  section.Finish();
  return labels;
}

// Adds the targets that come out of one section, whose names must be new.
class TargetList {
 public:
  void Add(Section& section, const std::string& path, std::vector<TargetConfig> targets) {
    for (TargetConfig& target : targets) {
      if (target.name.empty()) continue;  // reported
      if (!IsTargetName(target.name)) {
        section.Problem("name", fmt::format("expands to {}; expected {}", Quoted(target.name),
                                            kTargetNameForm));
        continue;
      }
      const auto [first, is_new] = owners_.emplace(target.name, path);
      if (!is_new) {
        section.Problem("name", fmt::format("\"{}\" is already the name of {}; expected another",
                                            target.name, first->second));
        continue;
      }
      targets_.push_back(std::move(target));
    }
  }

  std::vector<TargetConfig> Take() { return std::move(targets_); }

 private:
  std::map<std::string, std::string> owners_;  // name to path
  std::vector<TargetConfig> targets_;
};

std::vector<TargetConfig> ReadTargets(Section& root, const ScrapeConfig& scrape,
                                      std::span<const TargetFormat* const> formats) {
  if (!root.Has("targets")) {
    root.Problem("targets", fmt::format("missing; {}", kTargetsAccepted));
  } else if (root.HasEmptyList("targets")) {
    root.Problem("targets", fmt::format("is empty; {}", kTargetsAccepted));
  }
  std::vector<Section> sections = root.Children("targets");
  TargetList list;
  for (Section& section : sections) {
    list.Add(section, section.path(), ReadTarget(section, scrape, formats));
  }
  return list.Take();
}

Configuration ReadRoot(Section& root, std::span<const TargetFormat* const> formats) {
  Configuration configuration;
  configuration.scrape = ReadScrape(root.Child("scrape"));
  configuration.labels = ReadLabels(root.Child("labels"), formats);
  configuration.targets = ReadTargets(root, configuration.scrape, formats);
  return configuration;
}

}  // namespace

tl::expected<Configuration, ConfigErrors> ParseConfiguration(
    const std::string& text, const std::string& file, std::span<const TargetFormat* const> formats,
    const Environment& environment) {
  Configuration configuration;
  auto document = ReadDocument(text, {file, kAccepted, DocumentForm::Empty::kRefused}, environment,
                               [&](Section& root) { configuration = ReadRoot(root, formats); });
  if (!document) return tl::unexpected<ConfigErrors>(std::move(document).error());
  configuration.warnings = std::move(document->warnings);
  configuration.in_force = std::move(document->in_force);
  return configuration;
}

tl::expected<Configuration, ConfigErrors> LoadConfiguration(
    const std::string& file, std::span<const TargetFormat* const> formats,
    const Environment& environment) {
  const Result<std::string> text = ReadTextFile(file);
  if (text) return ParseConfiguration(*text, file, formats, environment);
  ConfigErrors errors(file);
  errors.Add({}, "", text.error().message());
  return tl::unexpected<ConfigErrors>(std::move(errors));
}

}  // namespace session_exporter
