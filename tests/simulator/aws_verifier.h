// Decides whether a request is signed as AWS wants it, and by whom.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "simulator/aws_keys.h"
#include "simulator/aws_options.h"
#include "simulator/clock.h"
#include "simulator/http_message.h"

namespace simulator {

// Each protocol has its own code for these.
enum class AwsRefusal { kUnsigned, kIncomplete, kUnknownKey, kExpiredToken, kSignature };

struct AwsVerdict {
  std::optional<AwsRefusal> refusal;
  std::string message;  // of the refusal, in AWS's words
  AwsKey key;
  std::string region;
};

// `now` is AWS's clock. The message about a wrong signature repeats the canonical request, session
// token and all, as AWS's own does.
AwsVerdict VerifySignature(const Request& request, std::string_view service,
                           const AwsOptions& options, const AwsKeyRing& keys, Time now);

// `YYYYMMDDTHHMMSSZ`.
std::string AwsCompactTime(Time time);
// `YYYY-MM-DDTHH:MM:SSZ`.
std::string AwsIsoTime(Time time);

}  // namespace simulator
