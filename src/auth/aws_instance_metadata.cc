#include "auth/aws_instance_metadata.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "auth/aws_credential_document.h"
#include "auth/aws_error.h"
#include "net/percent_encoding.h"
#include "net/url.h"

namespace session_exporter {
namespace {

constexpr std::string_view kIpv4 = "http://169.254.169.254";
constexpr std::string_view kIpv6 = "http://[fd00:ec2::254]";
constexpr std::string_view kCredentialsPath = "/latest/meta-data/iam/security-credentials/";
constexpr std::chrono::seconds kLongestWait{1};
// It answers within milliseconds; a wait that was cut shorter than this says nothing.
constexpr std::chrono::milliseconds kLeastToLearnFrom{300};
// botocore adds 15 minutes and some jitter to credentials that come expired.
constexpr std::chrono::minutes kUsedOnFor{15};

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

bool IsToken(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

// Asks one instance for its role's credentials, step by step.
class Conversation {
 public:
  // `name` is the instance's in the store, which is told when anything answers.
  Conversation(AwsCredentialStore& store, const AwsCall& call, const std::string& endpoint,
               const std::string& name)
      : store_(store), call_(call), endpoint_(endpoint), name_(name) {}

  Result<Secret> Token() {
    HttpRequest request;
    request.method = HttpMethod::kPut;
    request.url = endpoint_ + "/latest/api/token";
    request.headers.emplace_back("X-aws-ec2-metadata-token-ttl-seconds", Secret("21600"));
    auto answer = Ask(std::move(request));
    if (!answer) return tl::unexpected(std::move(answer).error());
    const int status = answer->head.status;
    if (status != 200) {
      const ErrorKind kind = ToError({status, ""}).kind();
      const bool refused = status >= 400 && status < 500 && kind != ErrorKind::kRateLimited;
      return Fail(refused ? ErrorKind::kAuth : kind, "no token is given (HTTP {})", status);
    }
    if (!IsToken(answer->body.Reveal())) return Fail(ErrorKind::kAuth, "the token is none");
    return std::move(answer->body);
  }

  Result<AwsAnswer> Get(const Secret& token, std::string_view path) {
    HttpRequest request;
    request.url = endpoint_ + std::string(path);
    request.headers.emplace_back("X-aws-ec2-metadata-token", token);
    auto answer = Ask(std::move(request));
    if (!answer || answer->head.status == 200) return answer;
    if (answer->head.status == 404) {
      return Fail(ErrorKind::kAuth, "the instance has no IAM role (HTTP 404)");
    }
    return tl::unexpected(ToError({answer->head.status, ""}));
  }

 private:
  Result<AwsAnswer> Ask(HttpRequest request) {
    const RequestContext context{"instance_metadata",
                                 std::min(call_.deadline, Deadline::After(kLongestWait)), nullptr,
                                 0, call_.observer};
    auto answer = SendForAnswer(store_.http(), std::move(request), context);
    if (answer) store_.RememberPresent(name_);
    return answer;
  }

  AwsCredentialStore& store_;
  const AwsCall& call_;
  const std::string& endpoint_;
  const std::string& name_;
};

// The first line of the list of roles, of which an instance has one.
std::string_view RoleIn(std::string_view list) {
  return list.substr(0, list.find_first_of("\r\n"));
}

Result<FetchedAwsCredentials> Converse(Conversation& instance, const Secret& token,
                                       const Clock& clock) {
  const auto roles = instance.Get(token, kCredentialsPath);
  if (!roles) return tl::unexpected(roles.error());
  const std::string_view role = RoleIn(roles->body.Reveal());
  if (role.empty()) return Fail(ErrorKind::kAuth, "the instance has no IAM role");
  const auto answer = instance.Get(token, std::string(kCredentialsPath) + PercentEncode(role));
  if (!answer) return tl::unexpected(answer.error());
  auto document = ReadAwsCredentialDocument(answer->body.Reveal(), TokenName::kToken);
  if (!document) return tl::unexpected(document.error());
  auto fetched = LivingUntil(*std::move(document), answer->Now(clock), kUsedOnFor);
  if (fetched.valid_for <= fetched.valid_for.zero()) fetched.valid_for = kUsedOnFor;
  return fetched;
}

constexpr std::string_view kNobody =
    "no AWS credentials: none in the environment, the shared files or a container, and no instance "
    "metadata answers (in a container on EC2 it takes a hop limit of 2)";

}  // namespace

Result<AwsSourcePointer> InstanceMetadata::FromEnvironment(const Environment& environment,
                                                           const AwsProfile* profile) {
  const auto value = [&](const std::string& variable, std::string_view key) {
    std::string text = environment(variable).value_or("");
    if (text.empty() && profile != nullptr) text = profile->Get(key);
    return text;
  };
  if (Lower(environment("AWS_EC2_METADATA_DISABLED").value_or("")) == "true") {
    return AwsSourcePointer();
  }
  std::string endpoint =
      value("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint");
  const std::string mode =
      Lower(value("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode"));
  if (!mode.empty() && mode != "ipv4" && mode != "ipv6") {
    return Fail(ErrorKind::kConfig,
                "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is neither IPv4 nor IPv6");
  }
  if (endpoint.empty()) endpoint = mode == "ipv6" ? kIpv6 : kIpv4;
  while (endpoint.ends_with('/')) endpoint.pop_back();
  if (auto parts = SplitUrl(endpoint); !parts) {
    return Annotate(parts.error(), "AWS_EC2_METADATA_SERVICE_ENDPOINT");
  }
  return AwsSourcePointer(new InstanceMetadata(std::move(endpoint)));
}

std::string InstanceMetadata::Key() const {
  return "instance metadata of " + SplitUrl(endpoint_)->shown;
}

Result<FetchedAwsCredentials> InstanceMetadata::Fetch(AwsCredentialStore& store,
                                                      const AwsCall& call) const {
  const std::string what = Key();
  if (store.IsMissing(what)) return Fail(ErrorKind::kAuth, "{}", kNobody);
  const bool in_a_hurry = call.deadline.Remaining() < kLeastToLearnFrom;
  Conversation instance(store, call, endpoint_, what);
  const auto token = instance.Token();
  if (!token) {
    const ErrorKind kind = token.error().kind();
    const bool nobody = kind == ErrorKind::kConnect || (kind == ErrorKind::kTimeout && !in_a_hurry);
    if (!nobody || store.WasPresent(what)) return Annotate(token.error(), "instance metadata");
    store.RememberMissing(what);
    return Fail(ErrorKind::kAuth, "{}", kNobody);
  }
  auto fetched = Converse(instance, *token, store.clock());
  if (!fetched) return Annotate(fetched.error(), "instance metadata");
  return fetched;
}

}  // namespace session_exporter
