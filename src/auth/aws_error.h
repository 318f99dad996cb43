// What AWS answers when it refuses: an error code, by which one decides, since the same code comes
// with different statuses (docs.aws.amazon.com, the "Common Errors" of its services).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "net/http_client.h"

namespace session_exporter {

struct AwsError {
  int status = 0;
  std::string code;  // "ThrottlingException"; empty when the answer tells none
};

// The code in what stands in the header x-amzn-ErrorType or in a body's `__type` or `code`, which
// may put a namespace and '#' before it and ':' and a URL behind it. Empty for what is no code.
std::string AwsErrorCode(std::string_view written);

// The error of an answer whose status is not 200: its header, else what is left of its body, JSON
// or XML. A body that does not come or that is something else (a proxy's page) leaves the status.
AwsError ReadAwsError(HttpExchange& exchange, const HttpHead& head);
// The same of a body that is in memory.
AwsError AwsErrorOf(const HttpHead& head, std::string_view body);

// "HTTP 400 ThrottlingException" with the kind that the code stands for. AWS's own message is left
// out: that of a refused signature repeats the request's headers, session token included.
Error ToError(const AwsError& error);

// What a request that failed is worth.
enum class AwsFault {
  kLasting,    // the same again would fail the same
  kTransient,  // may work at once
  kThrottled,  // may work later
};
AwsFault FaultOf(const AwsError& error);
AwsFault FaultOf(const Error& transport_error);

// The token of the credentials is no longer valid: new credentials are worth one more attempt.
bool IsExpiredToken(const AwsError& error);

// How far our clock must be put forward for the next attempt, when it was the time that AWS
// refused: the distance to the answer's Date. Codes that may have other reasons count only when
// that is more than 4 minutes, as in the AWS SDK for Java 2 (ClockSkew); the tolerance is 5.
std::optional<Microseconds> ClockCorrection(const AwsError& error, const HttpHead& head);

}  // namespace session_exporter
