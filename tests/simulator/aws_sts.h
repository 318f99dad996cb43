// STS over HTTP: AssumeRole, AssumeRoleWithWebIdentity and GetCallerIdentity in the AWS Query
// protocol, version 2011-06-15 (form in, XML out). Thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "simulator/aws_error.h"
#include "simulator/aws_keys.h"
#include "simulator/aws_options.h"
#include "simulator/faults.h"
#include "simulator/http_message.h"

namespace simulator {

// Fields of a form body (application/x-www-form-urlencoded).
std::map<std::string, std::string, std::less<>> ParseForm(std::string_view body);

// Of `arn:PARTITION:iam::ACCOUNT:role/[PATH/]NAME`; empty for anything else.
std::string AccountOfRole(std::string_view role_arn);

class AwsSts {
 public:
  // Both must outlive it.
  AwsSts(const AwsOptions& options, AwsKeyRing* keys) : options_(options), keys_(*keys) {}

  // Whether the request is one of this service's.
  static bool Takes(const Request& request);
  Response Handle(const Request& request, const FaultSet& faults, Time now);

 private:
  using Form = std::map<std::string, std::string, std::less<>>;

  Response AssumeRole(const Request& request, const Form& form, Time now);
  Response AssumeRoleWithWebIdentity(const Form& form, Time now);
  Response GetCallerIdentity(const Request& request, Time now);
  // An error with an empty code is none.
  AwsError CheckRole(const Form& form, bool chained) const;
  bool MayAssume(const std::string& account) const;
  // The part of both answers that is the same.
  std::string Assumed(const Form& form, Time now);

  const AwsOptions& options_;
  AwsKeyRing& keys_;
};

}  // namespace simulator
