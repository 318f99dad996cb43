// Prometheus' HTTP service discovery: the targets, each as its own probe. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace session_exporter {

struct DiscoveredTarget {
  std::string_view name;
  std::string_view backend;
};

// The answer as JSON, in the order given, so that Prometheus schedules and shards the targets
// without relabelling. `host` is where this exporter was asked, with its port if the client named
// one.
std::string DescribeTargets(std::string_view host, const std::vector<DiscoveredTarget>& targets);

}  // namespace session_exporter
