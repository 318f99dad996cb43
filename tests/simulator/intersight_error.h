// Intersight's errors, from its published OpenAPI document, its page on API error handling and the
// few real bodies that people have posted.
#pragma once

#include <string>
#include <vector>

#include "simulator/http_message.h"

namespace simulator {

struct IntersightError {
  int status = 400;
  std::string code;
  std::string message;
  std::string message_id;
  std::vector<std::string> params;
};

IntersightError InvalidRequest(std::string message);
// A bad key, a bad signature, a key that is disabled or has expired: one answer for all of them.
IntersightError InvalidApiKey();
IntersightError InvalidCookie();
// What comes for a property in $select that the server does not know.
IntersightError InvalidUrl(std::string message);
// For a collection that is there, and a method that is not.
IntersightError InvalidMethod(const std::string& method);
// The message for a missing privilege has not been published; the code is the documented one.
IntersightError Unauthorised();
IntersightError NoSuchObject(const std::string& moid);
IntersightError NoSuchPath(const std::string& path);

// The trace id is also in a header of the answer, which all answers have.
Response ErrorResponse(const IntersightError& error, const std::string& trace_id);

}  // namespace simulator
