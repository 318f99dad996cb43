// How AWS says no: as JSON (Systems Manager, protocol AWS JSON 1.1) and as XML (STS, protocol AWS
// Query).
#pragma once

#include <string>
#include <string_view>

#include "simulator/faults.h"
#include "simulator/http_message.h"

namespace simulator {

struct AwsError {
  int status = 400;
  std::string code;
  std::string message;  // empty: the body has none
};

// The faults `error_namespaced` and `error_in` decide how the code is written, and where.
Response JsonError(const AwsError& error, const FaultSet& faults);
Response XmlError(const AwsError& error);

// What the service model's constraints make of a wrong value; `value` is quoted where it is one.
AwsError ConstraintError(std::string_view value, std::string_view member, std::string_view must);

std::string XmlEscaped(std::string_view text);

}  // namespace simulator
