#include "simulator/intersight_filter.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace simulator {
namespace {

using Predicate = IntersightPredicate;

struct Token {
  enum class Kind { kWord, kText, kOpen, kClose, kComma, kEnd };
  Kind kind = Kind::kEnd;
  std::string text;
};

[[noreturn]] void Fail(std::string_view what) { throw std::invalid_argument(std::string(what)); }

// A quote inside a string is doubled.
std::string TakeString(std::string_view* text) {
  std::string value;
  text->remove_prefix(1);
  while (true) {
    const std::size_t quote = text->find('\'');
    if (quote == std::string_view::npos) Fail("a string without end");
    value += text->substr(0, quote);
    text->remove_prefix(quote + 1);
    if (!text->starts_with('\'')) return value;
    value += '\'';
    text->remove_prefix(1);
  }
}

std::vector<Token> Tokens(std::string_view text) {
  using Kind = Token::Kind;
  std::vector<Token> tokens;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    if (text.empty()) break;
    const std::size_t punctuation = std::string_view("(),").find(text.front());
    if (punctuation != std::string_view::npos) {
      constexpr Kind kKinds[] = {Kind::kOpen, Kind::kClose, Kind::kComma};
      tokens.push_back({kKinds[punctuation], std::string(1, text.front())});
      text.remove_prefix(1);
    } else if (text.front() == '\'') {
      tokens.push_back({Kind::kText, TakeString(&text)});
    } else {
      const std::size_t end = std::min(text.find_first_of(" \t(),'"), text.size());
      tokens.push_back({Kind::kWord, std::string(text.substr(0, end))});
      text.remove_prefix(end);
    }
  }
  tokens.push_back({Kind::kEnd, ""});
  return tokens;
}

// The part of ISO 8601 without months and years: P1DT12H, PT2H, P60D, PT3M20S.
std::optional<std::chrono::seconds> ParseDuration(std::string_view text) {
  if (text.size() < 3 || text.front() != 'P') return std::nullopt;
  text.remove_prefix(1);
  std::chrono::seconds total{0};
  bool in_day = false;
  while (!text.empty()) {
    if (text.front() == 'T' && !in_day) {
      in_day = true;
      text.remove_prefix(1);
      continue;
    }
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end == text.data() + text.size() || number < 0) return std::nullopt;
    const std::string_view units = in_day ? "HMS" : "DW";
    const std::size_t unit = units.find(*end);
    if (unit == std::string_view::npos) return std::nullopt;
    constexpr int kInDay[] = {3600, 60, 1};
    constexpr int kDays[] = {86400, 7 * 86400};
    total += std::int64_t{number} * std::chrono::seconds(in_day ? kInDay[unit] : kDays[unit]);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  }
  return total;
}

template <typename T>
bool Compare(std::string_view op, const T& left, const T& right) {
  if (op == "eq") return left == right;
  if (op == "ne") return left != right;
  if (op == "gt") return left > right;
  if (op == "ge") return left >= right;
  if (op == "lt") return left < right;
  return left <= right;
}

bool Holds(std::string_view op, const PropertyValue& left, const PropertyValue& right) {
  if (left.index() != right.index()) return op == "ne";  // one of them is null
  return std::visit(
      [&](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::monostate> || std::is_same_v<T, RawJson>) {
          return op == "eq" || op == "ge" || op == "le";
        } else {
          return Compare(op, value, std::get<T>(right));
        }
      },
      left);
}

bool Matches(std::string_view function, std::string_view text, std::string_view part) {
  if (function == "contains") return text.find(part) != std::string_view::npos;
  return function == "startswith" ? text.starts_with(part) : text.ends_with(part);
}

class Parser {
 public:
  Parser(std::string_view text, Time now) : tokens_(Tokens(text)), now_(now) {}

  Predicate Parse() {
    Predicate all = Or();
    if (Next().kind != Token::Kind::kEnd) Fail("something follows the filter");
    return all;
  }

 private:
  using Kind = Token::Kind;

  const Token& Next() const { return tokens_[at_]; }
  Token Take() { return Next().kind == Kind::kEnd ? Next() : tokens_[at_++]; }
  bool TakeWord(std::string_view word) {
    if (Next().kind != Kind::kWord || Next().text != word) return false;
    ++at_;
    return true;
  }
  void Expect(Kind kind, std::string_view what) {
    if (Take().kind != kind) Fail(fmt::format("expected {}", what));
  }

  Predicate Or() {
    Predicate left = And();
    while (TakeWord("or")) {
      left = [a = std::move(left), b = And()](const IntersightSession& s) { return a(s) || b(s); };
    }
    return left;
  }

  Predicate And() {
    Predicate left = Not();
    while (TakeWord("and")) {
      left = [a = std::move(left), b = Not()](const IntersightSession& s) { return a(s) && b(s); };
    }
    return left;
  }

  Predicate Not() {
    if (TakeWord("not")) {
      Descend();
      return [a = Not()](const IntersightSession& s) { return !a(s); };
    }
    if (Next().kind != Kind::kOpen) return Comparison();
    Descend();
    Take();
    Predicate inner = Or();
    Expect(Kind::kClose, ")");
    return inner;
  }

  Predicate Comparison() {
    const Token name = Take();
    if (name.kind != Kind::kWord) Fail("expected a property");
    for (const std::string_view function : {"contains", "startswith", "endswith"}) {
      if (name.text == function && Next().kind == Kind::kOpen) return Function(function);
    }
    const Property& property = Find(name.text);
    const std::string op = Take().text;
    if (op == "in") return In(property);
    constexpr std::string_view kOperators[] = {"eq", "ne", "gt", "ge", "lt", "le"};
    if (std::find(std::begin(kOperators), std::end(kOperators), op) == std::end(kOperators)) {
      Fail(fmt::format("no operator '{}'", op));
    }
    return [get = property.get, op, value = Literal(property)](const IntersightSession& s) {
      return Holds(op, get(s), value);
    };
  }

  Predicate In(const Property& property) {
    Expect(Kind::kOpen, "(");
    std::vector<PropertyValue> values{Literal(property)};
    while (Next().kind == Kind::kComma) {
      Take();
      values.push_back(Literal(property));
    }
    Expect(Kind::kClose, ")");
    return [get = property.get, values](const IntersightSession& s) {
      const PropertyValue own = get(s);
      return std::any_of(values.begin(), values.end(),
                         [&](const PropertyValue& value) { return Holds("eq", own, value); });
    };
  }

  Predicate Function(std::string_view function) {
    Expect(Kind::kOpen, "(");
    const Property& property = Find(Take().text);
    if (property.kind != PropertyKind::kText) Fail(fmt::format("{} is no text", property.name));
    Expect(Kind::kComma, ",");
    const Token part = Take();
    if (part.kind != Kind::kText) Fail("expected a string");
    Expect(Kind::kClose, ")");
    return [get = property.get, function, part = part.text](const IntersightSession& s) {
      const PropertyValue own = get(s);
      const auto* text = std::get_if<std::string>(&own);
      return text != nullptr && Matches(function, *text, part);
    };
  }

  const Property& Find(const std::string& name) const {
    const Property* property = FindIntersightProperty(name);
    if (property == nullptr) Fail(fmt::format("no property '{}'", name));
    return *property;
  }

  PropertyValue Literal(const Property& property) {
    const Token token = Take();
    if (token.kind != Kind::kWord && token.kind != Kind::kText) Fail("expected a value");
    if (token.kind == Kind::kWord && token.text == "null") return {};
    switch (property.kind) {
      case PropertyKind::kText:
        return token.text;
      case PropertyKind::kNumber:
        return NumberOf(token, property);
      case PropertyKind::kTime:
        return TimeOf(token, property);
      case PropertyKind::kOther:
        break;
    }
    Fail(fmt::format("{} cannot be compared", property.name));
  }

  static PropertyValue NumberOf(const Token& token, const Property& property) {
    std::int64_t number = 0;
    const char* end = token.text.data() + token.text.size();
    const auto [stop, error] = std::from_chars(token.text.data(), end, number);
    if (token.kind != Kind::kWord || error != std::errc() || stop != end) {
      Fail(fmt::format("{} is a number", property.name));
    }
    return number;
  }

  PropertyValue TimeOf(const Token& token, const Property& property) {
    if (token.kind == Kind::kWord && token.text == "now") return Now();
    const auto time = ParseIntersightDate(token.text);
    if (token.kind != Kind::kWord || !time) Fail(fmt::format("{} is a date", property.name));
    return *time;
  }

  PropertyValue Now() {
    Expect(Kind::kOpen, "(");
    Expect(Kind::kClose, ")");
    const bool back = TakeWord("sub");
    if (!back && !TakeWord("add")) return now_;
    const auto duration = ParseDuration(Take().text);
    if (!duration) Fail("expected a duration");
    return back ? now_ - *duration : now_ + *duration;
  }

  void Descend() {
    if (++depth_ > 100) Fail("nested too deeply");
  }

  const std::vector<Token> tokens_;
  const Time now_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

IntersightPredicate ParseIntersightFilter(std::string_view text, Time now) {
  if (text.empty()) return [](const IntersightSession&) { return true; };
  return Parser(text, now).Parse();
}

}  // namespace simulator
