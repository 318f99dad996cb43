// The page for people under `/`: how every target fares, as of its last collection. Reading it asks
// no backend. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "collector/collection_report.h"
#include "server/http_server.h"

namespace session_exporter {

struct StatusPageTarget {
  std::string name;
  std::string backend;
  std::string endpoint;
  TargetStatus status;
};

struct StatusPageContent {
  std::string version;
  std::string telemetry_path;
  Timestamp now{};
  Microseconds uptime{};
  std::vector<StatusPageTarget> targets;  // in the order in which they are shown
};

// HTML that needs no JavaScript and nothing from elsewhere, which its Content-Security-Policy says
// too: its one style sheet is StatusStyle(), under kStatusStylePath.
OutgoingResponse StatusPage(const StatusPageContent& content);

inline constexpr std::string_view kStatusStylePath = "/status.css";
OutgoingResponse StatusStyle();

// Fit for text and for attribute values in double quotes.
std::string EscapeHtml(std::string_view text);

// "12 s", "3 min", "5 h", "2 d": the largest unit, cut.
std::string RoughDuration(Microseconds duration);

}  // namespace session_exporter
