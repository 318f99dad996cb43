#include "auth/aws_credential_source.h"

#include "auth/aws_credential_document.h"
#include "auth/digest.h"

namespace session_exporter {
namespace {

// A machine that gets a role later waits so long; one that has none asks so rarely.
constexpr std::chrono::minutes kMissingFor{5};

// Keys without an end are looked at again some day; it costs nothing.
constexpr std::chrono::hours kStaticLifetime{24};

}  // namespace

Result<AwsCredentialCache::Shared> AwsCredentialStore::Get(const AwsCredentialSource& source,
                                                           const AwsCall& call) {
  return cache_.Get(source.Key(), call.deadline, [&](Deadline deadline) {
    return source.Fetch(*this, {deadline, call.options, call.observer});
  });
}

void AwsCredentialStore::Forget(const AwsCredentialSource& source,
                                const AwsCredentialCache::Shared& refused) {
  cache_.Forget(source.Key(), refused);
}

bool AwsCredentialStore::IsMissing(const std::string& what) const {
  const std::lock_guard lock(mutex_);
  const auto found = sightings_.find(what);
  return found != sightings_.end() && !found->second.present &&
         clock().Steady() < found->second.missing_until;
}

bool AwsCredentialStore::WasPresent(const std::string& what) const {
  const std::lock_guard lock(mutex_);
  const auto found = sightings_.find(what);
  return found != sightings_.end() && found->second.present;
}

void AwsCredentialStore::RememberMissing(const std::string& what) {
  const auto until = clock().Steady() + kMissingFor;
  const std::lock_guard lock(mutex_);
  sightings_[what].missing_until = until;
}

void AwsCredentialStore::RememberPresent(const std::string& what) {
  const std::lock_guard lock(mutex_);
  sightings_[what].present = true;
}

Result<AwsSourcePointer> StaticAwsCredentials::Make(std::string origin,
                                                    AwsCredentials credentials) {
  if (auto checked = CheckAwsCredentials(credentials); !checked) {
    return Fail(ErrorKind::kConfig, "{}: {}", origin, checked.error().message());
  }
  return AwsSourcePointer(new StaticAwsCredentials(std::move(origin), std::move(credentials)));
}

std::string StaticAwsCredentials::Key() const {
  const Secret both(std::string(credentials_.secret_access_key.Reveal()) + '\n' +
                    std::string(credentials_.session_token.Reveal()));
  return fmt::format("{}: keys {} {}", origin_, credentials_.access_key_id,
                     Hex(Sha256(both.Reveal())));
}

Result<FetchedAwsCredentials> StaticAwsCredentials::Fetch(AwsCredentialStore& /*store*/,
                                                          const AwsCall& /*call*/) const {
  return FetchedAwsCredentials{credentials_, kStaticLifetime};
}

Result<FetchedAwsCredentials> NoAwsCredentials::Fetch(AwsCredentialStore& /*store*/,
                                                      const AwsCall& /*call*/) const {
  return Fail(ErrorKind::kAuth,
              "no AWS credentials: none in the environment, the shared files or a container, and "
              "the instance metadata is turned off by AWS_EC2_METADATA_DISABLED");
}

}  // namespace session_exporter
