// Credentials as JSON, the way that containers, instances and programs hand them out, and what
// becomes of them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "auth/aws_credential_source.h"
#include "auth/aws_credentials.h"
#include "base/clock.h"
#include "base/result.h"

namespace session_exporter {

struct AwsCredentialDocument {
  AwsCredentials credentials;
  std::optional<Timestamp> expiration;
};

// What the session token is called.
enum class TokenName {
  kToken,         // by containers and instances
  kSessionToken,  // by programs, which also write "Version": 1
};

// Errors: kAuth (an instance's Code that is not Success), kProtocol (not such a document, an
// Expiration that is no date). They repeat no secret.
Result<AwsCredentialDocument> ReadAwsCredentialDocument(std::string_view json, TokenName name);

// Errors: kProtocol where one is missing or is text that no header takes.
Result<void> CheckAwsCredentials(const AwsCredentials& credentials);

// With their lifetime from `now`; of those without an end `unstated`.
FetchedAwsCredentials LivingUntil(AwsCredentialDocument document, Timestamp now,
                                  std::chrono::steady_clock::duration unstated);

// An answer small enough to be held.
struct AwsAnswer {
  HttpHead head;
  Secret body;

  // The server's clock where it tells it, else ours: an Expiration is meant by the former.
  [[nodiscard]] Timestamp Now(const Clock& clock) const { return head.date.value_or(clock.Now()); }
};

// Sends a request and reads its answer, whatever its status. Errors: those of the transport.
Result<AwsAnswer> SendForAnswer(HttpClient& http, HttpRequest request, RequestContext context);

}  // namespace session_exporter
