// How long a scrape may take.
#pragma once

#include <chrono>
#include <string_view>

namespace session_exporter {

// The smaller of `configured` and what the header X-Prometheus-Scrape-Timeout-Seconds leaves: H
// minus the smaller of `offset` and H/10, where H is a positive finite number; any other header is
// ignored.
std::chrono::milliseconds ScrapeTimeout(std::string_view header,
                                        std::chrono::milliseconds configured,
                                        std::chrono::milliseconds offset);

}  // namespace session_exporter
