// DescribeSessions of AWS Systems Manager as pure functions: what to ask, and what the words of an
// answer mean. No socket and no clock. README.md in this folder tells where the facts of the wire
// come from.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "backends/aws_ssm/aws_ssm_config.h"
#include "base/clock.h"
#include "json/fields.h"
#include "model/session.h"
#include "model/session_state.h"
#include "net/http_client.h"

namespace session_exporter {

enum class AwsSsmState { kActive, kHistory };

// POST {url}/, not yet signed. `next_token` is empty for the first page.
HttpRequest BuildDescribeSessions(const AwsSsmConfig& config, AwsSsmState state,
                                  std::span<const AwsSsmFilter> filters,
                                  std::string_view next_token);

// The target's filters, with an InvokedAfter that lets only sessions in that started since `since`:
// a later one of the target's own stays.
std::vector<AwsSsmFilter> WithInvokedAfter(std::span<const AwsSsmFilter> filters, Timestamp since);

// Every pair of state and Status that is known.
std::span<const StatusPair> AwsSsmStatuses();
SessionState AwsSsmStateOf(std::string_view status);

// Who an ARN is of: the last part of it as the user, and the role of an assumed role, empty for
// anyone else. A text that is no ARN is the user.
struct AwsSsmOwner {
  std::string_view user;
  std::string_view role;
};
AwsSsmOwner ReadAwsSsmOwner(std::string_view owner);

// StartDate and EndDate: seconds since the epoch with a fraction, as the JSON protocol has them, or
// ISO 8601, which the prose of the API reference speaks of.
OptionalTime ReadAwsSsmTime(Fields& fields, std::size_t field);

// MaxSessionDuration: minutes, as text of one to four digits. AWS's own pattern for it leaves out
// lengths that its console offers (1080, which is 18 hours), so it is not used here.
std::optional<Microseconds> ReadAwsSsmDuration(std::string_view text);

}  // namespace session_exporter
