// The query parameters of a list of sessions.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "simulator/intersight_error.h"
#include "simulator/intersight_filter.h"
#include "simulator/intersight_grouping.h"
#include "simulator/intersight_session.h"

namespace simulator {

inline constexpr std::size_t kIntersightDefaultTop = 100;
inline constexpr std::size_t kIntersightMaxTop = 1000;

// Decoded: `%XX`, and `+` as a space. Of a name given twice the last counts.
std::map<std::string, std::string> ParseParameters(std::string_view query);

struct OrderKey {
  const Property* property;
  bool descending;
};

struct IntersightQuery {
  std::string filter;
  std::string order;
  IntersightPredicate predicate;
  std::vector<OrderKey> keys;
  Projection projection;
  std::optional<Grouping> grouping;  // instead of the rows ($apply)
  std::size_t top = kIntersightDefaultTop;
  std::size_t skip = 0;
  bool count = false;        // beside the rows ($inlinecount)
  bool count_alone = false;  // instead of the rows ($count)
};

// `login_type`: whether the server knows the property LoginType.
std::variant<IntersightQuery, IntersightError> ParseIntersightQuery(std::string_view query,
                                                                    Time now, bool login_type);

// Whether `a` comes before `b`. Null comes first.
bool InOrder(const std::vector<OrderKey>& keys, const IntersightSession& a,
             const IntersightSession& b);

}  // namespace simulator
