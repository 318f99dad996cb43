#include "backends/aws_ssm/aws_ssm_call.h"

#include <utility>

#include "auth/sigv4.h"
#include "backends/http_options.h"
#include "base/wait.h"

namespace session_exporter {
namespace {

// What an operator can do about a refusal that AWS's code alone does not tell.
std::string_view AdviceFor(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kPermission:
      return "; the policy must allow ssm:DescribeSessions on Resource \"*\"";
    case ErrorKind::kAuth:
      return "; AWS refused the credentials, which may be expired, of another partition, or signed "
             "by a wrong clock";
    default:
      return "";
  }
}

Error Explained(const Error& error) {
  return {error.kind(), error.message() + std::string(AdviceFor(error.kind()))};
}

}  // namespace

AwsSsmCaller::AwsSsmCaller(const TargetConfig& target, const BackendDependencies& dependencies)
    : config_(std::static_pointer_cast<const AwsSsmConfig>(target.backend_config)),
      http_options_(MakeHttpOptions(target.http)),
      max_body_bytes_(target.max_response_bytes),
      dependencies_(dependencies) {}

tl::expected<AwsSsmCaller::Page, AwsSsmCaller::Failure> AwsSsmCaller::Ask(
    const Question& question, const CollectionContext& context, AwsSsmRows& rows) {
  AwsCredentialStore& store = dependencies_.credentials.aws;
  AwsRetry retry = store.NewRetry(quota_);
  bool renewed = false;
  bool corrected = false;
  for (int attempt = 1;; ++attempt) {
    const auto credentials =
        store.Get(*config_->credentials, {context.deadline, http_options_, context.observer});
    if (!credentials) {
      return tl::unexpected(Failure{Error(credentials.error()).Within("credentials"), false});
    }
    auto page = Attempt(question, attempt, context, **credentials, rows);
    if (page) {
      retry.AfterSuccess();
      return std::move(*page);
    }
    const Miss& miss = page.error();
    if (miss.expired_token && !std::exchange(renewed, true)) {
      store.Forget(*config_->credentials, *credentials);
      continue;
    }
    if (miss.clock_correction && !std::exchange(corrected, true)) {
      clock_correction_ = *miss.clock_correction;
      continue;
    }
    const auto pause = retry.AfterFailure(miss.fault, miss.retry_after);
    if (!pause || !Pause(*pause, context)) {
      return tl::unexpected(Failure{miss.error, miss.token_refused});
    }
  }
}

tl::expected<AwsSsmCaller::Page, AwsSsmCaller::Miss> AwsSsmCaller::Attempt(
    const Question& question, int number, const CollectionContext& context,
    const AwsCredentials& credentials, AwsSsmRows& rows) {
  HttpRequest request =
      BuildDescribeSessions(*config_, question.state, question.filters, question.next_token);
  const Timestamp now = dependencies_.clock.Now() + clock_correction_.load();
  const auto is_signed = SignAwsRequest(request, credentials, {config_->region, "ssm"}, now);
  if (!is_signed) return tl::unexpected(Miss{is_signed.error()});
  const auto exchange = dependencies_.http.Send(
      std::move(request), {question.operation, context.deadline, http_options_, max_body_bytes_,
                           context.observer, number});
  const auto head = exchange->Head();
  if (!head) return tl::unexpected(Miss{head.error(), FaultOf(head.error())});
  if ((*head)->status != 200) return tl::unexpected(MissOf(*exchange, **head));
  AwsSsmPageReader reader(rows);
  if (auto read = FeedBody(*exchange, reader); !read) return tl::unexpected(Miss{read.error()});
  auto token = reader.Finish();
  if (!token) return tl::unexpected(Miss{token.error()});
  return Page{std::move(*token), **head};
}

AwsSsmCaller::Miss AwsSsmCaller::MissOf(HttpExchange& exchange, const HttpHead& head) {
  const AwsError error = ReadAwsError(exchange, head);
  Miss miss{Explained(ToError(error)), FaultOf(error)};
  exchange.Judge(miss.error.kind());
  miss.retry_after = AwsRetryAfter(head);
  miss.clock_correction = ClockCorrection(error, head);
  miss.expired_token = IsExpiredToken(error);
  miss.token_refused = error.code == "InvalidNextToken";
  return miss;
}

bool AwsSsmCaller::Pause(std::chrono::milliseconds pause, const CollectionContext& context) const {
  // What the answer to the next attempt needs at least.
  constexpr std::chrono::milliseconds kRoom{50};
  if (pause + kRoom > context.deadline.Remaining()) return false;
  return SleepUntil(std::chrono::steady_clock::now() + pause, dependencies_.stop);
}

}  // namespace session_exporter
