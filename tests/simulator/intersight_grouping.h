// The one form of $apply that counting sessions needs:
// `groupby((Status,Role),aggregate($count as Total))`. That Intersight offers it for sessions has
// not been seen; it does for other collections.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "simulator/intersight_session.h"

namespace simulator {

struct Grouping {
  std::vector<const Property*> by;
  std::string alias;  // of the count
};

// Throws std::invalid_argument for another form.
Grouping ParseIntersightGrouping(std::string_view text);

// The groups as a JSON list, in the order of their values.
std::string GroupIntersight(const std::vector<IntersightSession>& rows, const Grouping& grouping);

}  // namespace simulator
