// Which form of an answer a client asks for, by RFC 9110, 12.5. Pure.
#pragma once

#include <string_view>

#include "exposition/text.h"

namespace session_exporter {

// OpenMetrics only when the `Accept` header names it, in version 1.0.0 or 0.0.1 or none, with a
// quality above zero and not below that of text 0.0.4; at equal quality the more specific of the
// two wins, then the first. A range that cannot be read does not count. Text in all other cases,
// also when it is refused: a scrape shall not fail for its headers.
ExpositionFormat NegotiateFormat(std::string_view accept);

// True when `Accept-Encoding` names gzip (or x-gzip, or `*`) with a quality above zero and not
// below what it gives `identity`.
bool AcceptsGzip(std::string_view accept_encoding);

}  // namespace session_exporter
