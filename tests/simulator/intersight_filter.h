// $filter of Intersight's query language, as its query syntax page has it
// (developer.cisco.com/docs/intersight/query-syntax): comparisons, and, or, not, in, contains,
// startswith, endswith; strings in single quotes or bare, dates bare, `now() sub PT2H`.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "simulator/clock.h"
#include "simulator/intersight_session.h"

namespace simulator {

using IntersightPredicate = std::function<bool(const IntersightSession&)>;

// Throws std::invalid_argument, which says what is wrong. The empty filter lets everything through.
IntersightPredicate ParseIntersightFilter(std::string_view text, Time now);

}  // namespace simulator
