#include "simulator/intersight_grouping.h"

#include <map>
#include <regex>
#include <stdexcept>

#include "simulator/json_text.h"

namespace simulator {
namespace {

std::string JsonOf(const PropertyValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return Quoted(*text);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* time = std::get_if<Time>(&value)) return Quoted(IntersightDate(*time));
  return "null";
}

}  // namespace

Grouping ParseIntersightGrouping(std::string_view text) {
  static const std::regex kForm(
      R"( *groupby *\( *\(([A-Za-z., ]+)\) *, *aggregate *\( *\$count +as +(\w+) *\) *\) *)");
  std::match_results<std::string_view::const_iterator> match;
  if (!std::regex_match(text.begin(), text.end(), match, kForm)) {
    throw std::invalid_argument("$apply: only groupby((A,B),aggregate($count as C)) is simulated");
  }
  Grouping grouping{{}, match[2].str()};
  std::string names = match[1].str();
  std::erase(names, ' ');
  for (std::size_t start = 0; start <= names.size();) {
    const std::size_t end = std::min(names.find(',', start), names.size());
    const Property* property = FindIntersightProperty(names.substr(start, end - start));
    if (property == nullptr || property->kind == PropertyKind::kOther) {
      throw std::invalid_argument("$apply: cannot group by '" + names + "'");
    }
    grouping.by.push_back(property);
    start = end + 1;
  }
  return grouping;
}

std::string GroupIntersight(const std::vector<IntersightSession>& rows, const Grouping& grouping) {
  std::map<std::vector<std::string>, std::int64_t> groups;
  for (const IntersightSession& row : rows) {
    std::vector<std::string> values;
    for (const Property* property : grouping.by) values.push_back(JsonOf(property->get(row)));
    ++groups[values];
  }
  std::string list;
  for (const auto& [values, count] : groups) {
    ObjectText group;
    for (std::size_t i = 0; i < values.size(); ++i) group.Raw(grouping.by[i]->name, values[i]);
    group.Number(grouping.alias, count);
    list += (list.empty() ? "" : ", ") + group.Done();
  }
  return "[" + list + "]";
}

}  // namespace simulator
