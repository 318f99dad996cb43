// The JSON of Intersight's collections: sessions, session limits, the account.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/faults.h"
#include "simulator/intersight_query.h"
#include "simulator/population.h"

namespace simulator {

using IntersightParameters = std::map<std::string, std::string>;

class IntersightDocument {
 public:
  // `population` must outlive it.
  IntersightDocument(const Population& population, std::string account_name)
      : population_(population), account_name_(std::move(account_name)) {}

  // One page of the list, or its count. Thread-safe.
  std::string Sessions(const IntersightQuery& query, Time now, const FaultSet& faults);
  // Nothing when there is no such session.
  std::optional<std::string> Session(std::string_view moid, const Projection& projection, Time now,
                                     const FaultSet& faults) const;
  // The population's id of the session.
  std::optional<std::string> FindId(std::string_view moid, Time now) const;

  // The lists with few objects: only $count and $inlinecount of the parameters do anything.
  std::string Limits(const IntersightParameters& parameters, const FaultSet& faults) const;
  std::string Accounts(const IntersightParameters& parameters) const;
  std::string Account() const;

 private:
  struct Selection {
    std::vector<simulator::Session> sessions;
    std::vector<IntersightSession> rows;  // of `sessions`
  };

  // The filtered and ordered rows, kept from one page to the next.
  std::shared_ptr<const Selection> Select(const IntersightQuery& query, Time now,
                                          const FaultSet& faults);
  std::shared_ptr<const Selection> BuildSelection(const IntersightQuery& query, Time now,
                                                  const FaultSet& faults) const;
  std::string Page(const Selection& selection, const IntersightQuery& query,
                   const FaultSet& faults);

  const Population& population_;
  const std::string account_name_;
  std::atomic<std::size_t> shuffles_{0};

  std::mutex mutex_;
  std::string selected_by_;                    // guarded by mutex_
  std::shared_ptr<const Selection> selected_;  // guarded by mutex_
};

}  // namespace simulator
