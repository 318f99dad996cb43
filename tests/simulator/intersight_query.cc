#include "simulator/intersight_query.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

#include "simulator/faults.h"

namespace simulator {
namespace {

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// At commas outside parentheses; what is in parentheses is dropped: `User($select=Name),Parent`.
std::vector<std::string> Names(std::string_view text) {
  std::vector<std::string> names;
  std::string name;
  int depth = 0;
  for (const char c : std::string(text) + ",") {
    if (c == '(') ++depth;
    if (depth == 0 && c == ',') {
      if (!Trimmed(name).empty()) names.emplace_back(Trimmed(name));
      name.clear();
    } else if (depth == 0) {
      name += c;
    }
    if (c == ')') --depth;
  }
  return names;
}

// Throws std::invalid_argument.
std::size_t Number(const std::string& name, const std::string& text) {
  std::size_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) {
    throw std::invalid_argument(fmt::format("{}: '{}' is not a number", name, text));
  }
  return number;
}

// `CreateTime`, `-CreateTime`, `CreateTime asc`, `CreateTime desc`.
OrderKey ParseKey(std::string_view text) {
  OrderKey key{nullptr, text.starts_with('-')};
  if (key.descending) text.remove_prefix(1);
  const std::size_t space = text.find(' ');
  const std::string_view direction =
      space == std::string_view::npos ? "asc" : Trimmed(text.substr(space));
  if (direction != "asc" && direction != "desc") {
    throw std::invalid_argument(fmt::format("$orderby: '{}' is no direction", direction));
  }
  if (direction == "desc") key.descending = !key.descending;
  key.property = FindIntersightProperty(text.substr(0, space));
  if (key.property == nullptr || key.property->kind == PropertyKind::kOther) {
    throw std::invalid_argument(fmt::format("$orderby: cannot order by '{}'", text));
  }
  return key;
}

bool IsTrue(std::string_view text) { return text == "true" || text == "True"; }

// A path into a reference selects the reference.
std::vector<std::string> Heads(std::vector<std::string> names) {
  for (std::string& name : names) name.resize(std::min(name.find_first_of("./"), name.size()));
  return names;
}

std::optional<std::string> UnknownIn(const Projection& projection) {
  for (const std::string& name : projection.select) {
    if (FindIntersightProperty(name) == nullptr) return name;
    if (name == "LoginType" && !projection.login_type) return name;
  }
  return std::nullopt;
}

void ReadParameters(std::string_view query, Time now, IntersightQuery* read) {
  for (const auto& [name, value] : ParseParameters(query)) {
    if (name == "$filter") read->filter = value;
    if (name == "$orderby") read->order = value;
    if (name == "$select") read->projection.select = Heads(Names(value));
    if (name == "$expand") read->projection.expand = Names(value);
    if (name == "$count") read->count_alone = IsTrue(value);
    if (name == "$top") read->top = Number(name, value);
    if (name == "$skip") read->skip = Number(name, value);
    if (name == "$apply") read->grouping = ParseIntersightGrouping(value);
    if (name != "$inlinecount") continue;
    if (value != "allpages" && value != "none") {
      throw std::invalid_argument("$inlinecount: allpages or none");
    }
    read->count = value == "allpages";
  }
  if (read->top > kIntersightMaxTop) {
    throw std::invalid_argument(fmt::format("$top: at most {}", kIntersightMaxTop));
  }
  if (!read->projection.login_type &&
      (read->filter + read->order).find("LoginType") != std::string::npos) {
    throw std::invalid_argument("no property 'LoginType'");
  }
  read->predicate = ParseIntersightFilter(read->filter, now);
  for (const std::string& key : Names(read->order)) read->keys.push_back(ParseKey(key));
}

// Below zero, zero or above, as strcmp.
int Order(const PropertyValue& a, const PropertyValue& b) {
  if (a.index() != b.index()) return a.index() < b.index() ? -1 : 1;
  return std::visit(
      [&](const auto& left) {
        using T = std::decay_t<decltype(left)>;
        if constexpr (std::is_same_v<T, std::monostate> || std::is_same_v<T, RawJson>) {
          return 0;
        } else {
          const T& right = std::get<T>(b);
          return left < right ? -1 : right < left ? 1 : 0;
        }
      },
      a);
}

}  // namespace

std::map<std::string, std::string> ParseParameters(std::string_view query) {
  std::map<std::string, std::string> parameters;
  const auto decode = [](std::string_view part) {
    std::string text(part);
    std::replace(text.begin(), text.end(), '+', ' ');
    return PercentDecode(text);
  };
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view part = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = std::min(part.find('='), part.size());
    parameters[decode(part.substr(0, equals))] =
        decode(part.substr(std::min(equals + 1, part.size())));
  }
  return parameters;
}

std::variant<IntersightQuery, IntersightError> ParseIntersightQuery(std::string_view query,
                                                                    Time now, bool login_type) {
  IntersightQuery read;
  read.projection.login_type = login_type;
  try {
    ReadParameters(query, now, &read);
  } catch (const std::invalid_argument& error) {
    return InvalidRequest(fmt::format("Cannot process the request. {}.", error.what()));
  }
  if (const auto unknown = UnknownIn(read.projection)) {
    return InvalidUrl(
        fmt::format("Cannot process the request. The property '{}' is unknown.", *unknown));
  }
  return read;
}

bool InOrder(const std::vector<OrderKey>& keys, const IntersightSession& a,
             const IntersightSession& b) {
  for (const OrderKey& key : keys) {
    const int order = Order(key.property->get(a), key.property->get(b));
    if (order != 0) return key.descending ? order > 0 : order < 0;
  }
  return false;
}

}  // namespace simulator
