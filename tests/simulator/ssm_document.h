// The answers of DescribeSessions: which sessions each account has in each region, newest first,
// cut into pages. The first pair shows the population that the simulator was given, one row for
// each of its sessions; every other pair shows a population of its own, which follows from the same
// seed. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "simulator/aws_options.h"
#include "simulator/faults.h"
#include "simulator/population.h"
#include "simulator/ssm_query.h"
#include "simulator/ssm_session.h"

namespace simulator {

class SsmDocument {
 public:
  // `population`, made from `shape`, must outlive it.
  SsmDocument(const AwsOptions& options, const Population& population, PopulationOptions shape);

  // Null for a token that is not one of this query's. A page that no fault touches is kept until
  // the clock or the population moves on.
  std::shared_ptr<const std::string> Page(const SsmPlace& place, const SsmQuery& query,
                                          const FaultSet& faults, Time now);

  // All of a place's sessions.
  std::shared_ptr<const std::vector<SsmSession>> Rows(const SsmPlace& place, bool history,
                                                      Time now);

 private:
  // Where a page starts. The time is that of the first page, so that all pages are of one list.
  struct Cursor {
    Time time;
    std::size_t offset = 0;
    std::size_t empty_pages = 0;  // how many have been sent at this place
    std::size_t number = 0;       // pages before this one
  };

  static std::string Token(const Cursor& cursor, const SsmPlace& place, const SsmQuery& query);
  static std::optional<Cursor> ReadToken(const SsmPlace& place, const SsmQuery& query);

  const Population& PopulationOf(const SsmPlace& place);
  std::vector<SsmSession> Active(const SsmPlace& place, Time now);
  std::vector<SsmSession> Ended(const SsmPlace& place, Time now);
  std::string BuildPage(const SsmPlace& place, const SsmQuery& query, const FaultSet& faults,
                        const Cursor& cursor);

  const AwsOptions options_;
  const Population& population_;
  const PopulationOptions shape_;

  std::mutex mutex_;
  // By account and region.
  std::map<std::string, std::unique_ptr<Population>> populations_;              // guarded by mutex_
  std::map<std::string, std::shared_ptr<const std::vector<SsmSession>>> rows_;  // guarded by mutex_
  std::size_t kept_rows_ = 0;                                                   // guarded by mutex_
  std::map<std::string, std::shared_ptr<const std::string>> pages_;             // guarded by mutex_
  Time pages_at_{};                                                             // guarded by mutex_
  std::uint64_t pages_version_ = 0;                                             // guarded by mutex_
};

// One list of sessions, as the document faults want it, from `rows`.
std::string SsmList(const std::vector<SsmSession>& rows, std::size_t first_number,
                    const FaultSet& faults);

}  // namespace simulator
