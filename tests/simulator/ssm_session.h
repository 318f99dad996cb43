// One session as Systems Manager's DescribeSessions shows it, and its JSON. Members, their order
// and their forms are those of AWS's service model and of recorded answers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "simulator/field_faults.h"
#include "simulator/population.h"

namespace simulator {

// Whose sessions, and where.
struct SsmPlace {
  std::string account;
  std::string region;
};

// Empty: the member is absent.
struct SsmSession {
  std::string id;
  std::string target;
  std::string status;
  Time start;
  std::optional<Time> end;
  std::string document_name;
  std::string owner;
  std::string reason;
  std::optional<std::string> details;
  std::string output_url;  // JSON
  std::string max_duration;
  std::string access_type;
};

// A session of the population as State=Active shows it.
SsmSession ActiveSsmSession(const Population& population, const Session& session,
                            const SsmPlace& place, Time now);
// One that is over, as State=History shows it. `random` decides everything else.
SsmSession EndedSsmSession(const Population& population, const SsmPlace& place,
                           std::uint64_t random, Time end);

// `aws`, `aws-cn`, `aws-us-gov`.
std::string_view AwsPartition(std::string_view region);

class SsmSessionWriter {
 public:
  // `faults` must outlive it.
  explicit SsmSessionWriter(const FaultSet& faults);

  // Appends the object; `number` is its place in the list, by which faults take turns.
  void Write(const SsmSession& session, std::size_t number, std::string* out) const;

 private:
  void WriteMaxDuration(const SsmSession& session, std::size_t number, FieldWriter* fields) const;

  const FaultSet& faults_;
  const FieldFaults fields_;
};

}  // namespace simulator
