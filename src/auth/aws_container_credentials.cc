#include "auth/aws_container_credentials.h"

#include <algorithm>
#include <array>
#include <utility>

#include "auth/aws_credential_document.h"
#include "auth/aws_error.h"
#include "auth/digest.h"
#include "net/url.h"

namespace session_exporter {
namespace {

constexpr std::string_view kAgentOfEcs = "http://169.254.170.2";
// It is on the same machine; botocore waits as long.
constexpr std::chrono::seconds kLongestWait{2};
// The agents state an end; without one the credentials are asked for again soon.
constexpr std::chrono::minutes kUnstatedLifetime{15};

bool IsHeaderText(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
}

bool IsLoopbackAddress(std::string_view host) {
  return host.starts_with("127.") && std::count(host.begin(), host.end(), '.') == 3 &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

// Passes records on without the URL's path: an agent of ECS gives the credentials to whoever knows
// it, and records end up in a debug view.
class WithoutPath final : public RequestObserver {
 public:
  WithoutPath(RequestObserver* next, std::string shown_url)
      : next_(next), shown_url_(std::move(shown_url)) {}

  void OnRequest(const RequestRecord& record) override {
    if (next_ == nullptr) return;
    RequestRecord shown = record;
    shown.url = shown_url_;
    next_->OnRequest(shown);
  }

 private:
  RequestObserver* const next_;
  const std::string shown_url_;
};

SecretSource TokenOf(const Environment& environment) {
  std::string file = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").value_or("");
  if (!file.empty()) return SecretSource::FromFile(std::move(file));
  std::string token = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or("");
  return token.empty() ? SecretSource() : SecretSource::FromValue(Secret(std::move(token)));
}

Error Refused(const AwsAnswer& answer) {
  Error error = ToError(AwsErrorOf(answer.head, answer.body.Reveal()));
  const int status = answer.head.status;
  if (status < 400 || status > 499 || error.kind() == ErrorKind::kRateLimited) return error;
  return {ErrorKind::kAuth, error.message() + ": the container is given no credentials"};
}

}  // namespace

bool IsCredentialHost(std::string_view host) {
  constexpr std::array<std::string_view, 5> kHosts = {"localhost", "[::1]", "169.254.170.2",
                                                      "169.254.170.23", "[fd00:ec2::23]"};
  return IsLoopbackAddress(host) || std::find(kHosts.begin(), kHosts.end(), host) != kHosts.end();
}

Result<AwsSourcePointer> ContainerCredentials::FromEnvironment(const Environment& environment) {
  const std::string relative = environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").value_or("");
  std::string url = environment("AWS_CONTAINER_CREDENTIALS_FULL_URI").value_or("");
  if (relative.empty() && url.empty()) return AwsSourcePointer();
  if (!relative.empty()) {
    if (!relative.starts_with('/')) {
      return Fail(ErrorKind::kConfig,
                  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with a slash");
    }
    url = std::string(kAgentOfEcs) + relative;
  }
  const auto parts = SplitUrl(url);
  if (!parts) return Annotate(parts.error(), "AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (parts->scheme == "http" && !IsCredentialHost(parts->host)) {
    return Fail(ErrorKind::kConfig,
                "AWS_CONTAINER_CREDENTIALS_FULL_URI: plain http is only for this machine and the "
                "agents of ECS and EKS (169.254.170.2, 169.254.170.23, [fd00:ec2::23])");
  }
  SecretSource token = TokenOf(environment);
  if (!token.empty() && token.path().empty() && !IsHeaderText(token.Read()->Reveal())) {
    return Fail(ErrorKind::kConfig, "AWS_CONTAINER_AUTHORIZATION_TOKEN holds a line break");
  }
  return AwsSourcePointer(new ContainerCredentials(std::move(url), std::move(token)));
}

std::string ContainerCredentials::Key() const {
  // The path may tell a task's credentials from another's, so it counts as a secret.
  const auto parts = SplitUrl(url_);
  std::string token = "no token";
  if (!token_.path().empty()) {
    token = "token of " + token_.path();
  } else if (!token_.empty()) {
    token = "token " + Hex(Sha256(token_.Read()->Reveal()));
  }
  return fmt::format("container {} {}, {}", parts->Authority(), Hex(Sha256(url_)), token);
}

Result<FetchedAwsCredentials> ContainerCredentials::Fetch(AwsCredentialStore& store,
                                                          const AwsCall& call) const {
  HttpRequest request;
  request.url = url_;
  request.headers.emplace_back("Accept", Secret("application/json"));
  if (!token_.empty()) {
    auto token = token_.Read();
    if (!token) return Annotate(token.error(), "container credentials");
    if (!IsHeaderText(token->Reveal())) {
      return Fail(ErrorKind::kConfig, "container credentials: the token in {} holds a line break",
                  token_.path());
    }
    request.headers.emplace_back("Authorization", *std::move(token));
  }
  const auto parts = SplitUrl(url_);
  WithoutPath observer(call.observer, parts->scheme + "://" + parts->host_header);
  const RequestContext context{"container_credentials",
                               std::min(call.deadline, Deadline::After(kLongestWait)), nullptr, 0,
                               &observer};
  const auto answer = SendForAnswer(store.http(), std::move(request), context);
  if (!answer) return Annotate(answer.error(), "container credentials");
  if (answer->head.status != 200) return Annotate(Refused(*answer), "container credentials");
  auto document = ReadAwsCredentialDocument(answer->body.Reveal(), TokenName::kToken);
  if (!document) return Annotate(document.error(), "container credentials");
  return LivingUntil(*std::move(document), answer->Now(store.clock()), kUnstatedLifetime);
}

}  // namespace session_exporter
