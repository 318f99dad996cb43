// One target with all that collecting and showing it takes. Immutable.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backends/backend.h"
#include "config/configuration.h"
#include "exposition/label_texts.h"
#include "exposition/session_table.h"

namespace session_exporter {

struct Target {
  TargetConfig config;
  LabelsConfig labels;
  const BackendTraits* traits = nullptr;
  std::unique_ptr<Backend> backend;
  TargetDescription description;
  // The further labels of session_info, of all targets together, with this target's columns.
  std::vector<SessionTableOptions::InfoLabel> info_labels;
  // The label policies as they are now: the key file of `hash` may have changed.
  std::function<Result<LabelPolicies>()> policies;
};

using Targets = std::vector<std::shared_ptr<const Target>>;

// Makes the targets of a configuration, ordered by name. One of `former` that would come out the
// same, label policies and the labels of session_info included, is taken over as it is.
Targets MakeTargets(const Configuration& configuration, const BackendDependencies& dependencies,
                    const Targets& former = {});

}  // namespace session_exporter
