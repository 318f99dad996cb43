// What the document faults do to the session objects of any vendor: field by field, while an object
// is written. A vendor says in a FieldTable what its fields mean; the rest is shared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "simulator/faults.h"
#include "simulator/json_text.h"

namespace simulator {

// A constant of the vendor's; what it refers to must live as long.
struct FieldTable {
  std::string_view id;      // spared by all faults but no_ids
  std::string_view status;  // where unknown_statuses go
  std::span<const std::string_view> dates;
  std::span<const std::string_view> numbers;
  std::span<const std::string_view> names;  // FieldWriter::Text spoils them as Name does
  // What absurd_dates write, each as JSON: strings with their quotes, or numbers.
  std::span<const std::string_view> absurd_dates;
  // At least the number of fields of any session: wrong_types goes round by it.
  std::size_t turns = 48;
};

class FieldFaults {
 public:
  // `faults` must outlive it.
  FieldFaults(const FieldTable& table, const FaultSet& faults);

  // False: no field will change, and the fast way may be taken.
  bool active() const { return active_; }

  // What to write for `name`, whose right value is `json`, in the session number `session`, of
  // which it is the field number `field`. Nothing: the field is left out.
  std::optional<std::string> Apply(std::string_view name, std::string_view json,
                                   std::size_t session, std::size_t field) const;

  // A name as the faults want it, already quoted.
  std::string Name(std::string_view text, std::size_t session) const;
  bool IsName(std::string_view field) const;

 private:
  std::string Absurd(std::string_view name, std::string_view json, std::size_t turn) const;

  const FieldTable table_;
  const FaultSet& faults_;
  const bool active_;
  const bool wrong_all_;
};

// Appends one session object, each field passing through the faults.
class FieldWriter {
 public:
  // `number` is the session's place in the list, by which faults take turns. All must outlive it.
  FieldWriter(const FieldFaults& faults, std::size_t number, std::string* out)
      : faults_(faults), number_(number), out_(out) {
    *out_ += '{';
  }

  void Raw(std::string_view name, std::string_view json);
  void Text(std::string_view name, std::string_view text);
  void Number(std::string_view name, std::int64_t value) { Raw(name, std::to_string(value)); }
  void Bool(std::string_view name, bool value) { Raw(name, value ? "true" : "false"); }
  void Null(std::string_view name) { Raw(name, "null"); }
  // For a field that this session lacks: takes its turn, so that a turn is the same field in every
  // session.
  void Skip() { ++field_; }
  // For a name deeper than a field: as faults want it, quoted.
  std::string Name(std::string_view text) const { return faults_.Name(text, number_); }

  void Close() { *out_ += '}'; }

 private:
  void Append(std::string_view name, std::string_view json);

  const FieldFaults& faults_;
  const std::size_t number_;
  std::string* out_;
  std::size_t field_ = 0;
  bool first_ = true;
};

// JSON of the kind that `list=` and `items=` name, where something else belongs.
std::string SomethingElse(std::string_view kind);

// The member that holds the list of sessions, as the faults want it: missing (then empty), twice,
// or something else. `list` makes the right value.
std::string ListMember(std::string_view name, const FaultSet& faults,
                       const std::function<std::string()>& list);

}  // namespace simulator
