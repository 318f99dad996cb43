// Reads one entry of `targets`. Internal to config/.
#pragma once

#include <span>
#include <vector>

#include "config/configuration.h"
#include "config/loader.h"
#include "config/section.h"

namespace session_exporter {

// The targets that the section stands for. With a broken name or backend the common keys are
// checked all the same; a key is unknown where the backend, or else every backend, does not know
// it. There is at least one format. A target whose backend is not known is returned for its name
// only.
std::vector<TargetConfig> ReadTarget(Section& section, const ScrapeConfig& scrape,
                                     std::span<const TargetFormat* const> formats);

}  // namespace session_exporter
