// Durations as Prometheus writes them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace session_exporter {

// Reads `500ms`, `5s`, `1h30m`, `30d`, `2w`, `1y` and `0`: whole numbers with the units y (365
// days), w, d, h, m, s, ms, largest first and each at most once. Nothing for any other text, and
// above the 292 years that Prometheus itself can hold.
std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);

// The shortest such text: `1h30m`, `2m`, `0s`. Years and weeks are not used, as in Prometheus' own
// pages they surprise more than they say. Not for negative durations.
std::string FormatDuration(std::chrono::milliseconds duration);

}  // namespace session_exporter
