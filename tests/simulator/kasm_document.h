// The JSON of the Kasm API: sessions, users, images, zones. Field names, their order and the forms
// of their values are those of the published example and of independent clients; sessions alternate
// between the older form (nested user and server) and the newer.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "simulator/faults.h"
#include "simulator/population.h"

namespace simulator {

class KasmDocument {
 public:
  explicit KasmDocument(const Population& population) : population_(population) {}

  // The answer of get_kasms. Kept until the clock or the population moves on, where no fault
  // touches it. Thread-safe.
  std::shared_ptr<const std::string> Sessions(Time now, const FaultSet& faults);

  std::string Session(const simulator::Session& session, std::size_t number,
                      const FaultSet& faults) const;
  std::string Users(Time now) const;
  std::string User(std::size_t person, Time now) const;
  std::string Images() const;
  std::string Zones(bool brief) const;

 private:
  std::string BuildSessions(Time now, const FaultSet& faults) const;
  std::string List(Time now, const FaultSet& faults) const;
  std::string UserObject(std::size_t person, const std::vector<simulator::Session>& sessions) const;

  const Population& population_;

  std::mutex mutex_;
  Time cached_at_{};                           // guarded by mutex_
  std::uint64_t cached_version_ = 0;           // guarded by mutex_
  std::shared_ptr<const std::string> cached_;  // guarded by mutex_
};

}  // namespace simulator
