// The standard process_* metrics, as Prometheus' own client libraries show them.
#pragma once

#include <vector>

#include "exposition/page_writer.h"

namespace session_exporter {

// Reads /proc/self. What cannot be read is left out.
std::vector<OwnFamily> CollectProcessMetrics();

}  // namespace session_exporter
