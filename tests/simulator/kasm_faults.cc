#include "simulator/kasm_faults.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "simulator/json_text.h"

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
constexpr std::array<std::string_view, 12> kAbsurdDates{"\"0001-01-01 00:00:00\"",
                                                        "\"1970-01-01 00:00:00\"",
                                                        "\"9999-12-31 23:59:59.999999\"",
                                                        "\"garbage\"",
                                                        "\"\"",
                                                        "\"2026-02-30 00:00:00\"",
                                                        "\"2026-13-01 25:61:61\"",
                                                        "\"2026-01-01\"",
                                                        "\"2026-01-01 00:00:00.\"",
                                                        "\"-2026-01-01 00:00:00\"",
                                                        "\"2026-01-01 00:00:00.1234567890123\"",
                                                        "\"292277026597-01-01 00:00:00\""};

bool IsIn(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsDate(std::string_view name) { return name.ends_with("_date"); }

bool IsNumber(std::string_view name) {
  return IsIn(name, {"cores", "memory", "gpus", "port", "operational_progress"});
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

KasmFieldFaults::KasmFieldFaults(const FaultSet& faults)
    : faults_(faults),
      active_(IsActive(faults)),
      wrong_all_(faults.Has("wrong_types") && *faults.Find("wrong_types") == "all") {}

std::string KasmFieldFaults::Name(std::string_view text, std::size_t session) const {
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

std::optional<std::string> KasmFieldFaults::Absurd(std::string_view name, std::string_view json,
                                                   std::size_t turn) const {
  if (faults_.Has("absurd_numbers") && IsNumber(name)) {
    return std::string(kAbsurdNumbers[turn % kAbsurdNumbers.size()]);
  }
  if (faults_.Has("absurd_dates") && IsDate(name)) {
    return std::string(kAbsurdDates[turn % kAbsurdDates.size()]);
  }
  return std::string(json);
}

std::optional<std::string> KasmFieldFaults::Apply(std::string_view name, std::string_view json,
                                                  std::size_t session, std::size_t field) const {
  if (!active_) return std::string(json);
  if (name == "kasm_id") {
    if (faults_.Has("no_ids")) return std::nullopt;
    return std::string(json);
  }
  if (faults_.Has("missing")) return std::nullopt;
  if (faults_.Has("nulls")) return "null";
  if (wrong_all_ || (faults_.Has("wrong_types") && session % kKasmFieldTurns == field)) {
    return std::string(WrongType(json, session));
  }
  if (faults_.Has("unknown_statuses") && name == "operational_status") {
    const auto count = static_cast<std::size_t>(faults_.Number("unknown_statuses", 1000));
    return fmt::format("\"status-{}\"", session % std::max<std::size_t>(count, 1));
  }
  // Names are spoilt where they are written, since some sit deeper than a field.
  return Absurd(name, json, session + field);
}

}  // namespace simulator
