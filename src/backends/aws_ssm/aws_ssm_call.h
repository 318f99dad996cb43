// Asks for one page at a time: signed, and sent again where that can help, within the deadline.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "auth/aws_credential_source.h"
#include "auth/aws_error.h"
#include "auth/aws_retry.h"
#include "backends/aws_ssm/aws_ssm_api.h"
#include "backends/aws_ssm/aws_ssm_config.h"
#include "backends/aws_ssm/aws_ssm_rows.h"
#include "backends/backend.h"

namespace session_exporter {

// One target's. Thread-safe.
class AwsSsmCaller {
 public:
  // The dependencies outlive the caller.
  AwsSsmCaller(const TargetConfig& target, const BackendDependencies& dependencies);

  struct Question {
    std::string_view operation;  // a literal
    AwsSsmState state = AwsSsmState::kActive;
    std::span<const AwsSsmFilter> filters;
    std::string_view next_token;
  };
  struct Page {
    std::string next_token;  // empty after the last
    HttpHead head;
  };
  struct Failure {
    Error error;
    bool token_refused = false;  // the question's next_token is no longer good
  };

  // Gives a page's rows to `rows`. Sends again by the SDKs' rules for what is transient or
  // throttled, and once each with new credentials and by a corrected clock; not once rows began to
  // come. Errors: those of the transport, of the credentials, of the refusal and of the reader.
  tl::expected<Page, Failure> Ask(const Question& question, const CollectionContext& context,
                                  AwsSsmRows& rows);

 private:
  // What came of one attempt that brought no page.
  struct Miss {
    Error error;
    AwsFault fault = AwsFault::kLasting;
    std::optional<std::chrono::milliseconds> retry_after = {};
    std::optional<Microseconds> clock_correction = {};
    bool expired_token = false;
    bool token_refused = false;
  };

  // `number` counts from 1.
  tl::expected<Page, Miss> Attempt(const Question& question, int number,
                                   const CollectionContext& context,
                                   const AwsCredentials& credentials, AwsSsmRows& rows);
  static Miss MissOf(HttpExchange& exchange, const HttpHead& head);
  // False when there is no time, or when the program ends.
  bool Pause(std::chrono::milliseconds pause, const CollectionContext& context) const;

  std::shared_ptr<const AwsSsmConfig> config_;
  std::shared_ptr<const HttpOptions> http_options_;
  std::size_t max_body_bytes_;
  BackendDependencies dependencies_;
  AwsRetryQuota quota_;
  std::atomic<Microseconds> clock_correction_{Microseconds(0)};
};

}  // namespace session_exporter
