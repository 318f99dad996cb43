// What a client asks of DescribeSessions: the body read and judged as the service model's
// constraints want it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulator/aws_error.h"
#include "simulator/clock.h"
#include "simulator/ssm_session.h"

namespace simulator {

class SsmQuery {
 public:
  // Nothing, with the error to answer, for what AWS would refuse.
  static std::optional<SsmQuery> Parse(std::string_view body, AwsError* error);

  bool history() const { return history_; }
  std::size_t page_size() const { return page_size_; }
  const std::string& token() const { return token_; }
  // What must be the same from page to page.
  const std::string& identity() const { return identity_; }

  // Whether all filters let the session through.
  bool Matches(const SsmSession& session) const;

 private:
  struct Filter {
    std::string key;
    std::string value;
    Time time;  // of InvokedAfter and InvokedBefore
  };

  bool ReadState(std::string_view state, AwsError* error);
  bool AddFilter(std::string key, std::string value, AwsError* error);
  static bool Passes(const Filter& filter, const SsmSession& session);

  friend class SsmQueryReader;

  bool history_ = false;
  // Which size is the default is not documented.
  std::size_t page_size_ = 50;
  std::string token_;
  std::vector<Filter> filters_;
  std::string identity_;
};

}  // namespace simulator
