// Writes one session object of the Kasm API.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "simulator/field_faults.h"
#include "simulator/population.h"

namespace simulator {

// As Kasm writes dates; "None", the string, where there is none.
std::string KasmDate(const std::optional<Time>& time);

std::string_view KasmStatus(const Session& session);

class KasmSessionWriter {
 public:
  // Both must outlive it.
  KasmSessionWriter(const Population& population, const FaultSet& faults);

  // Appends the object; `number` is its place in the list, by which faults take turns.
  void Write(const Session& session, std::size_t number, std::string* out) const;

 private:
  void WriteClassic(const Session& session, FieldWriter* fields) const;
  void WriteClassicRest(const Session& session, FieldWriter* fields) const;
  void WriteNewer(const Session& session, FieldWriter* fields) const;
  void WriteOwner(const Session& session, FieldWriter* fields) const;
  void WritePlace(const Session& session, FieldWriter* fields) const;

  const Population& population_;
  const FieldFaults faults_;
};

}  // namespace simulator
