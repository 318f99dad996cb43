// What the document faults do to one Kasm session object: field by field, while it is written.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/faults.h"

namespace simulator {

class KasmFieldFaults {
 public:
  // `faults` must outlive it.
  explicit KasmFieldFaults(const FaultSet& faults);

  // False: no field will change, and the fast way may be taken.
  bool active() const { return active_; }

  // What to write for `name`, whose right value is `json`, in the session number `session`, of
  // which it is the field number `field`. Nothing: the field is left out.
  std::optional<std::string> Apply(std::string_view name, std::string_view json,
                                   std::size_t session, std::size_t field) const;

  // A name as the faults want it, already quoted.
  std::string Name(std::string_view text, std::size_t session) const;

 private:
  std::optional<std::string> Absurd(std::string_view name, std::string_view json,
                                    std::size_t turn) const;

  const FaultSet& faults_;
  const bool active_;
  const bool wrong_all_;
};

// The field count that `wrong_types` goes round by; at least that of any session.
inline constexpr std::size_t kKasmFieldTurns = 48;

}  // namespace simulator
