#include "collector/target.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "auth/keyed_hash.h"
#include "backends/registry.h"

namespace session_exporter {
namespace {

// A metric has one set of labels, so every target carries those that any target asks for.
std::set<std::string> AllInfoLabels(const Configuration& configuration) {
  std::set<std::string> labels;
  for (const TargetConfig& target : configuration.targets) {
    labels.insert(target.info_labels.begin(), target.info_labels.end());
  }
  return labels;
}

std::vector<SessionTableOptions::InfoLabel> ColumnsOf(const TargetConfig& target,
                                                      const BackendTraits& traits,
                                                      const std::set<std::string>& all) {
  std::vector<SessionTableOptions::InfoLabel> columns;
  for (const std::string& label : all) {
    const auto known = std::find(traits.info_labels.begin(), traits.info_labels.end(), label);
    const bool wanted = std::count(target.info_labels.begin(), target.info_labels.end(), label) > 0;
    const auto index = std::distance(traits.info_labels.begin(), known);
    columns.push_back({label, wanted ? static_cast<int>(index) : -1});
  }
  return columns;
}

// Whether any label value is hashed. Session ids that name their user are, unless users are kept.
bool NeedsKey(const LabelsConfig& labels) {
  return std::any_of(labels.policies.begin(), labels.policies.end(), [](const auto& entry) {
    return entry.second == LabelPolicy::kHash ||
           (entry.first == "user" && entry.second == LabelPolicy::kDrop);
  });
}

std::function<Result<LabelPolicies>()> PoliciesOf(const LabelsConfig& labels) {
  return [labels]() -> Result<LabelPolicies> {
    Secret key;
    if (!labels.hash_key.empty() && NeedsKey(labels)) {
      auto read = labels.hash_key.Read();
      if (!read) return Annotate(read.error(), "labels.hash_key");
      key = std::move(*read);
    }
    return LabelPolicies(labels.policies, [key = std::move(key)](std::string_view text) {
      return ShortKeyedHash(key.Reveal(), text);
    });
  };
}

std::shared_ptr<const Target> MakeTarget(const TargetConfig& config, const LabelsConfig& labels,
                                         std::vector<SessionTableOptions::InfoLabel> info_labels,
                                         const BackendFactory& factory,
                                         const BackendDependencies& dependencies) {
  auto target = std::make_shared<Target>();
  target->config = config;
  target->labels = labels;
  target->traits = &factory.traits();
  target->backend = factory.Create(config, dependencies);
  target->description = target->backend->Describe();
  target->info_labels = std::move(info_labels);
  target->policies = PoliciesOf(labels);
  return target;
}

}  // namespace

Targets MakeTargets(const Configuration& configuration, const BackendDependencies& dependencies,
                    const Targets& former) {
  const std::set<std::string> info_labels = AllInfoLabels(configuration);
  Targets targets;
  for (const TargetConfig& config : configuration.targets) {
    const BackendFactory* factory = FindBackend(config.backend);
    if (factory == nullptr) continue;  // the configuration was read by these very factories
    auto columns = ColumnsOf(config, factory->traits(), info_labels);
    const auto same = std::find_if(former.begin(), former.end(), [&](const auto& target) {
      return target->config == config && target->labels == configuration.labels &&
             target->info_labels == columns;
    });
    targets.push_back(
        same != former.end()
            ? *same
            : MakeTarget(config, configuration.labels, std::move(columns), *factory, dependencies));
  }
  std::sort(targets.begin(), targets.end(),
            [](const auto& a, const auto& b) { return a->config.name < b->config.name; });
  return targets;
}

}  // namespace session_exporter
