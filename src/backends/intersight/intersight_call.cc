#include "backends/intersight/intersight_call.h"

#include <algorithm>
#include <utility>

#include "backends/retry_after.h"
#include "base/wait.h"

namespace session_exporter {

IntersightCall::IntersightCall(const IntersightCallContext& context, std::string_view operation,
                               Build build, Adapt adapt)
    : context_(context),
      operation_(operation),
      build_(std::move(build)),
      adapt_(std::move(adapt)) {}

Result<void> IntersightCall::Send() {
  const RequestContext request_context{operation_,
                                       context_.collection.deadline,
                                       context_.http_options,
                                       context_.max_body_bytes,
                                       context_.collection.observer,
                                       ++attempts_};
  HttpRequest request = build_();
  auto grant = context_.authorization.Authorize(request, request_context);
  if (!grant) return tl::unexpected(grant.error());
  grant_ = std::move(*grant);
  const auto authorization =
      std::find_if(request.headers.begin(), request.headers.end(),
                   [](const auto& header) { return header.first == "Authorization"; });
  sent_authorization_ = authorization->second;
  sent_url_ = request.url;
  exchange_ = context_.http.Send(std::move(request), request_context);
  return {};
}

Result<const HttpHead*> IntersightCall::Await() {
  while (true) {
    auto head = exchange_->Head();
    if (!head) return head;
    status_ = (*head)->status;
    if (status_ == 200) return head;
    IntersightRefusal refusal;
    // A body that breaks off tells less, but the status stands.
    static_cast<void>(Feed(refusal));
    if (!MayTryAgain(**head, refusal)) {
      return tl::unexpected(refusal.Explain(**head, {sent_url_, sent_authorization_.Reveal()}));
    }
    if (auto sent = Send(); !sent) return tl::unexpected(sent.error());
  }
}

bool IntersightCall::MayTryAgain(const HttpHead& head, const IntersightRefusal& refusal) {
  if (head.status == 401) {
    return !std::exchange(renewed_, true) && context_.authorization.Renew(grant_);
  }
  if (head.status == 429 || head.status == 503) {
    return !std::exchange(waited_, true) && WaitAsTold(head);
  }
  return adapt_ && !std::exchange(adapted_, true) && adapt_(head.status, refusal);
}

bool IntersightCall::WaitAsTold(const HttpHead& head) {
  // What the answer to the next attempt needs at least.
  constexpr std::chrono::milliseconds kRoom{100};
  const auto wait = RetryAfterOf(head);
  if (!wait || *wait + kRoom > context_.collection.deadline.Remaining()) return false;
  return SleepUntil(std::chrono::steady_clock::now() + *wait, context_.stop);
}

}  // namespace session_exporter
