// What /probe is asked, and the debug view that it can answer with. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "collector/collection_report.h"
#include "collector/target.h"

namespace session_exporter {

struct ProbeQuery {
  std::string target;
  bool strict = false;  // a failed target is a failed request
  bool debug = false;
};

// Reads the query of a probe. Further parameters are of no concern: Prometheus sends what its
// configuration says. Errors (kProtocol, kLimit) are one line for the client that does not repeat
// the query.
Result<ProbeQuery> ReadProbeQuery(std::string_view query);

// The debug view in front of the metrics: every request of the collection, then what came of it. A
// collection that ended before `asked_at` was not made for this scrape.
std::string DescribeCollection(const Target& target, const CollectionReport& report,
                               Timestamp asked_at);

}  // namespace session_exporter
