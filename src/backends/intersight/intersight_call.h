// One authorised request of a collection, sent anew where that can help.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "backends/backend.h"
#include "backends/intersight/intersight_api.h"
#include "backends/intersight/intersight_authorization.h"
#include "net/http_client.h"

namespace session_exporter {

// What the calls of one collection share. All of it outlives them.
struct IntersightCallContext {
  HttpClient& http;
  IntersightAuthorization& authorization;
  const CollectionContext& collection;
  const std::shared_ptr<const HttpOptions>& http_options;
  std::size_t max_body_bytes;
  std::stop_token stop;
};

class IntersightCall {
 public:
  // Builds the request without its authorisation; asked again for each attempt.
  using Build = std::function<HttpRequest()>;
  // Asked after a refusal: whether Build now gives a request that may fare better.
  using Adapt = std::function<bool(int status, const IntersightRefusal& refusal)>;

  // `operation` is a literal.
  IntersightCall(const IntersightCallContext& context, std::string_view operation, Build build,
                 Adapt adapt = {});

  // Signs and sends; does not wait for the answer.
  Result<void> Send();

  // Waits for the answer's head, whose status is 200. Sends anew, once for each of these: with a
  // new token after a 401, with what Adapt changed, and after the time that a Retry-After asks for,
  // where that lies before the deadline. Errors: those of the transport and of the refusal.
  Result<const HttpHead*> Await();

  // After Await. Errors: those of the transport and of the reader.
  template <typename Reader>
  Result<void> Feed(Reader& reader) {
    return FeedBody(*exchange_, reader);
  }

  // The status of the last answer that came; 0 without one.
  [[nodiscard]] int status() const { return status_; }

 private:
  // Whether to send again, and what is to be done before.
  bool MayTryAgain(const HttpHead& head, const IntersightRefusal& refusal);
  bool WaitAsTold(const HttpHead& head);

  const IntersightCallContext& context_;
  std::string_view operation_;
  Build build_;
  Adapt adapt_;
  std::unique_ptr<HttpExchange> exchange_;
  IntersightAuthorization::Grant grant_;
  std::string sent_url_;
  Secret sent_authorization_;
  int status_ = 0;
  int attempts_ = 0;
  bool renewed_ = false;
  bool adapted_ = false;
  bool waited_ = false;
};

}  // namespace session_exporter
