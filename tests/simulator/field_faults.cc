#include "simulator/field_faults.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace simulator {
namespace {

constexpr std::array<std::string_view, 8> kAbsurdNumbers{
    "1e400",
    "-1",
    "18446744073709551616",
    "1e308",
    "-0.0",
    "9223372036854775808",
    "1e-400",
    "123456789012345678901234567890123456789012345678901234567890"};

bool IsIn(std::string_view name, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Of another type than `json`, and another one from session to session.
std::string_view WrongType(std::string_view json, std::size_t turn) {
  constexpr std::array<std::string_view, 5> kOthers{"12345", "\"wrong\"", "[1, [2]]",
                                                    "{\"wrong\": {\"username\": 1}}", "true"};
  const char first = json.empty() ? 'n' : json.front();
  std::string_view other = kOthers[turn % kOthers.size()];
  const bool same = first == other.front() || (first == 'f' && other == "true") ||
                    ((first == '-' || (first >= '0' && first <= '9')) && other == "12345");
  return same ? kOthers[(turn + 1) % kOthers.size()] : other;
}

bool IsActive(const FaultSet& faults) {
  for (const std::string_view name :
       {"wrong_types", "nulls", "missing", "invalid_utf8", "control", "surrogates", "long_strings",
        "no_ids", "absurd_numbers", "absurd_dates", "unknown_statuses", "distinct_labels"}) {
    if (faults.Has(name)) return true;
  }
  return false;
}

}  // namespace

FieldFaults::FieldFaults(const FieldTable& table, const FaultSet& faults)
    : table_(table),
      faults_(faults),
      active_(IsActive(faults)),
      wrong_all_(faults.Has("wrong_types") && *faults.Find("wrong_types") == "all") {}

bool FieldFaults::IsName(std::string_view field) const { return IsIn(field, table_.names); }

std::string FieldFaults::Name(std::string_view text, std::size_t session) const {
  if (!active_) return Quoted(text);
  std::string name(text);
  if (faults_.Has("distinct_labels")) name += fmt::format("-{}", session);
  if (faults_.Has("long_strings")) {
    name.resize(static_cast<std::size_t>(faults_.Number("long_strings", 100'000)), 'x');
  }
  if (faults_.Has("control")) name += std::string_view("\0\n\r\t\"\\{}=,\x1b[31m\x7f", 17);
  if (faults_.Has("invalid_utf8")) {
    constexpr std::array<std::string_view, 5> kBytes{"\xff\xfe", "\xc0\x80", "\xe2\x82", "\x80",
                                                     "\xed\xa0\x80"};
    name += kBytes[session % kBytes.size()];
  }
  std::string quoted = Quoted(name);
  if (faults_.Has("surrogates")) {
    quoted.insert(quoted.size() - 1, session % 2 == 0 ? "\\ud800" : "\\udc00\\ud800x");
  }
  return quoted;
}

std::string FieldFaults::Absurd(std::string_view name, std::string_view json,
                                std::size_t turn) const {
  if (faults_.Has("absurd_numbers") && IsIn(name, table_.numbers)) {
    return std::string(kAbsurdNumbers[turn % kAbsurdNumbers.size()]);
  }
  if (faults_.Has("absurd_dates") && IsIn(name, table_.dates)) {
    return std::string(table_.absurd_dates[turn % table_.absurd_dates.size()]);
  }
  return std::string(json);
}

std::optional<std::string> FieldFaults::Apply(std::string_view name, std::string_view json,
                                              std::size_t session, std::size_t field) const {
  if (!active_) return std::string(json);
  if (name == table_.id) {
    if (faults_.Has("no_ids")) return std::nullopt;
    return std::string(json);
  }
  if (faults_.Has("missing")) return std::nullopt;
  if (faults_.Has("nulls")) return "null";
  if (wrong_all_ || (faults_.Has("wrong_types") && session % table_.turns == field)) {
    return std::string(WrongType(json, session));
  }
  if (faults_.Has("unknown_statuses") && name == table_.status) {
    const auto count = static_cast<std::size_t>(faults_.Number("unknown_statuses", 1000));
    return fmt::format("\"status-{}\"", session % std::max<std::size_t>(count, 1));
  }
  // Names are spoilt where they are written, since some sit deeper than a field.
  return Absurd(name, json, session + field);
}

void FieldWriter::Raw(std::string_view name, std::string_view json) {
  if (!faults_.active()) {
    Append(name, json);
  } else if (const auto spoilt = faults_.Apply(name, json, number_, field_)) {
    Append(name, *spoilt);
  }
  ++field_;
}

void FieldWriter::Text(std::string_view name, std::string_view text) {
  Raw(name, faults_.active() && faults_.IsName(name) ? Name(text) : Quoted(text));
}

void FieldWriter::Append(std::string_view name, std::string_view json) {
  if (!first_) *out_ += ", ";
  first_ = false;
  *out_ += '"';
  *out_ += name;
  *out_ += "\": ";
  *out_ += json;
}

std::string SomethingElse(std::string_view kind) {
  if (kind == "null") return "null";
  if (kind == "string") return "\"a string\"";
  if (kind == "object") return "{\"kasm_id\": \"x\", \"Moid\": \"x\", \"SessionId\": \"x\"}";
  if (kind == "array") return "[[], {}]";
  return "12";
}

std::string ListMember(std::string_view name, const FaultSet& faults,
                       const std::function<std::string()>& list) {
  const auto member = [&](std::string_view json) { return fmt::format("\"{}\": {}", name, json); };
  std::string members;
  if (const std::string* kind = faults.Find("list")) {
    members = member(SomethingElse(*kind));
  } else if (!faults.Has("no_list")) {
    members = member(list());
  }
  if (!faults.Has("two_lists")) return members;
  return members + (members.empty() ? "" : ", ") + member("[]");
}

}  // namespace simulator
