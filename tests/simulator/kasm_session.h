// Writes one session object of the Kasm API.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "simulator/kasm_faults.h"
#include "simulator/population.h"

namespace simulator {

// As Kasm writes dates; "None", the string, where there is none.
std::string KasmDate(const std::optional<Time>& time);

std::string_view KasmStatus(const Session& session);

class KasmSessionWriter {
 public:
  // Both must outlive it.
  KasmSessionWriter(const Population& population, const FaultSet& faults)
      : population_(population), faults_(faults) {}

  // Appends the object; `number` is its place in the list, by which faults take turns.
  void Write(const Session& session, std::size_t number, std::string* out) const;

 private:
  class Fields;

  void WriteClassic(const Session& session, Fields* fields) const;
  void WriteClassicRest(const Session& session, Fields* fields) const;
  void WriteNewer(const Session& session, Fields* fields) const;
  void WriteOwner(const Session& session, Fields* fields) const;
  void WritePlace(const Session& session, Fields* fields) const;

  const Population& population_;
  const KasmFieldFaults faults_;
};

}  // namespace simulator
