#include "auth/aws_sts.h"

#include <algorithm>
#include <utility>

#include "auth/aws_arn.h"
#include "auth/aws_error.h"
#include "auth/aws_xml.h"
#include "auth/digest.h"
#include "auth/sigv4.h"
#include "base/timestamp.h"
#include "net/percent_encoding.h"

namespace session_exporter {
namespace {

constexpr std::string_view kAssumeRole = "AssumeRole";
constexpr std::string_view kWebIdentity = "AssumeRoleWithWebIdentity";
// STS always states the end.
constexpr std::chrono::minutes kUnstatedLifetime{15};

// The characters of `[\w+=,.@-]` and those of `more`.
bool IsMadeOf(std::string_view text, std::string_view more, std::size_t least, std::size_t most) {
  const auto is_one_of = [](char c, std::string_view set) {
    return set.find(c) != std::string_view::npos;
  };
  return text.size() >= least && text.size() <= most &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  is_one_of(c, "_+=,.@-") || is_one_of(c, more);
         });
}

std::string FormOf(std::string_view action, const AwsRole& role) {
  std::string form = fmt::format("Action={}&Version=2011-06-15&RoleArn={}&RoleSessionName={}",
                                 action, PercentEncode(role.arn), PercentEncode(role.session_name));
  if (!role.external_id.empty()) form += "&ExternalId=" + PercentEncode(role.external_id);
  if (role.duration) form += fmt::format("&DurationSeconds={}", role.duration->count());
  return form;
}

std::string KeyOf(const AwsRole& role, const AwsStsEndpoint& endpoint) {
  return fmt::format("role {} as {} with {} for {} s by {} in {}", role.arn, role.session_name,
                     role.external_id.empty() ? "none" : Hex(Sha256(role.external_id)),
                     role.duration ? role.duration->count() : 0, endpoint.url, endpoint.region);
}

// What came of one attempt that brought no credentials.
struct Refusal {
  Error error;
  AwsFault fault = AwsFault::kLasting;
  std::optional<std::chrono::milliseconds> retry_after;
  bool expired_token = false;
  std::optional<Microseconds> clock_correction;
};

Refusal RefusalOf(const AwsAnswer& answer) {
  const AwsError error = AwsErrorOf(answer.head, answer.body.Reveal());
  return {ToError(error), FaultOf(error), AwsRetryAfter(answer.head), IsExpiredToken(error),
          ClockCorrection(error, answer.head)};
}

tl::expected<FetchedAwsCredentials, Refusal> Ask(AwsCredentialStore& store, const AwsCall& call,
                                                 HttpRequest request, std::string_view action,
                                                 int attempt) {
  const RequestContext context{action == kAssumeRole ? "assume_role" : "assume_role_with_token",
                               call.deadline,
                               call.options,
                               0,
                               call.observer,
                               attempt};
  const auto answer = SendForAnswer(store.http(), std::move(request), context);
  if (!answer) {
    return tl::unexpected(Refusal{answer.error(), FaultOf(answer.error()), {}, false, {}});
  }
  if (answer->head.status != 200) return tl::unexpected(RefusalOf(*answer));
  auto document = ReadStsAnswer(answer->body.Reveal(), action);
  if (!document) {
    return tl::unexpected(Refusal{document.error(), AwsFault::kLasting, {}, false, {}});
  }
  return LivingUntil(*std::move(document), answer->Now(store.clock()), kUnstatedLifetime);
}

HttpRequest RequestOf(const AwsStsEndpoint& endpoint, Secret form) {
  HttpRequest request;
  request.method = HttpMethod::kPost;
  request.url = endpoint.url;
  request.headers.emplace_back("Content-Type",
                               Secret("application/x-www-form-urlencoded; charset=utf-8"));
  request.body = std::move(form);
  return request;
}

// Whether the attempt may be repeated; then the pause is over.
bool PausedFor(AwsRetry& retry, const Refusal& refusal, AwsCredentialStore& store,
               Deadline deadline) {
  const auto pause = retry.AfterFailure(refusal.fault, refusal.retry_after);
  if (!pause || *pause >= deadline.Remaining()) return false;
  store.Pause(*pause);
  return !deadline.Passed();
}

}  // namespace

Result<void> CheckAwsRole(const AwsRole& role) {
  const AwsArn arn = ParseAwsArn(role.arn);
  const bool is_role =
      arn.service == "iam" && arn.resource.starts_with("role/") && role.arn.size() <= 2048 &&
      std::all_of(role.arn.begin(), role.arn.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (!is_role) {
    return Fail(ErrorKind::kConfig,
                "the role is not an ARN such as arn:aws:iam::123456789012:role/NAME");
  }
  if (!IsMadeOf(role.session_name, "", 2, 64)) {
    return Fail(ErrorKind::kConfig,
                "the session name of a role has 2 to 64 letters, digits and characters of "
                "_+=,.@-");
  }
  if (!role.external_id.empty() && !IsMadeOf(role.external_id, ":/", 2, 1224)) {
    return Fail(ErrorKind::kConfig,
                "the external id of a role has 2 to 1224 letters, digits and characters of "
                "_+=,.@:/-");
  }
  if (role.duration && (role.duration->count() < 900 || role.duration->count() > 43200)) {
    return Fail(ErrorKind::kConfig, "a role is assumed for 900 to 43200 seconds");
  }
  return {};
}

Result<AwsCredentialDocument> ReadStsAnswer(std::string_view xml, std::string_view action) {
  const auto texts = ReadXml(xml);
  if (!texts) return tl::unexpected(texts.error());
  const std::string result = fmt::format("{0}Response/{0}Result/", action);
  const auto text = [&](std::string_view path) {
    const auto found = texts->find(result + std::string(path));
    return found == texts->end() ? std::string() : std::string(found->second.Reveal());
  };
  AwsCredentialDocument document;
  document.credentials = {text("Credentials/AccessKeyId"),
                          Secret(text("Credentials/SecretAccessKey")),
                          Secret(text("Credentials/SessionToken")),
                          std::string(ParseAwsArn(text("AssumedRoleUser/Arn")).account)};
  if (auto checked = CheckAwsCredentials(document.credentials); !checked) {
    return tl::unexpected(std::move(checked).error());
  }
  document.expiration = ParseTimestamp(text("Credentials/Expiration"));
  if (!document.expiration) return Fail(ErrorKind::kProtocol, "the Expiration is no date");
  return document;
}

Result<AwsSourcePointer> AssumedRole::Make(AwsSourcePointer base, AwsRole role,
                                           AwsStsEndpoint endpoint) {
  if (auto checked = CheckAwsRole(role); !checked) return tl::unexpected(checked.error());
  return AwsSourcePointer(new AssumedRole(std::move(base), std::move(role), std::move(endpoint)));
}

std::string AssumedRole::Key() const { return KeyOf(role_, endpoint_) + " < " + base_->Key(); }

Result<FetchedAwsCredentials> AssumedRole::Fetch(AwsCredentialStore& store,
                                                 const AwsCall& call) const {
  AwsRetry retry = store.NewRetry();
  Microseconds clock_offset{};
  bool corrected_clock = false;
  bool renewed_base = false;
  for (int attempt = 1;; ++attempt) {
    const auto base = store.Get(*base_, call);
    if (!base) return Annotate(base.error(), "credentials to assume {} with", role_.arn);
    HttpRequest request = RequestOf(endpoint_, Secret(FormOf(kAssumeRole, role_)));
    auto ready = SignAwsRequest(request, **base, {endpoint_.region, "sts"},
                                store.clock().Now() + clock_offset);
    if (!ready) return tl::unexpected(std::move(ready).error());
    auto fetched = Ask(store, call, std::move(request), kAssumeRole, attempt);
    if (fetched) {
      retry.AfterSuccess();
      return *std::move(fetched);
    }
    const Refusal& refusal = fetched.error();
    if (refusal.clock_correction && !std::exchange(corrected_clock, true)) {
      clock_offset = *refusal.clock_correction;
    } else if (refusal.expired_token && !std::exchange(renewed_base, true)) {
      store.Forget(*base_, *base);
    } else if (!PausedFor(retry, refusal, store, call.deadline)) {
      return Annotate(refusal.error, "assume {}", role_.arn);
    }
  }
}

Result<AwsSourcePointer> WebIdentityRole::Make(SecretSource token_file, AwsRole role,
                                               AwsStsEndpoint endpoint) {
  if (auto checked = CheckAwsRole(role); !checked) return tl::unexpected(checked.error());
  return AwsSourcePointer(
      new WebIdentityRole(std::move(token_file), std::move(role), std::move(endpoint)));
}

std::string WebIdentityRole::Key() const {
  return KeyOf(role_, endpoint_) + " < token of " + token_file_.path();
}

Result<FetchedAwsCredentials> WebIdentityRole::Fetch(AwsCredentialStore& store,
                                                     const AwsCall& call) const {
  AwsRetry retry = store.NewRetry();
  for (int attempt = 1;; ++attempt) {
    const auto token = token_file_.Read();
    if (!token) return Annotate(token.error(), "web identity token to assume {}", role_.arn);
    // Not signed: the token is what counts.
    HttpRequest request =
        RequestOf(endpoint_, Secret(FormOf(kWebIdentity, role_) +
                                    "&WebIdentityToken=" + PercentEncode(token->Reveal())));
    auto fetched = Ask(store, call, std::move(request), kWebIdentity, attempt);
    if (fetched) {
      retry.AfterSuccess();
      return *std::move(fetched);
    }
    if (!PausedFor(retry, fetched.error(), store, call.deadline)) {
      return Annotate(fetched.error().error, "assume {} by the token of {}", role_.arn,
                      token_file_.path());
    }
  }
}

}  // namespace session_exporter
