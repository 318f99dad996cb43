// Where AWS credentials come from, and how the ones in use are kept.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>

#include "auth/aws_credentials.h"
#include "auth/aws_retry.h"
#include "auth/credential_cache.h"
#include "base/clock.h"
#include "base/deadline.h"
#include "base/result.h"
#include "net/http_client.h"

namespace session_exporter {

using AwsCredentialCache = CredentialCache<AwsCredentials>;
using FetchedAwsCredentials = AwsCredentialCache::Fetched;

// What a caller allows a fetch. The first who asks fetches for all that wait, with its own; a
// renewal gets a share of the time.
struct AwsCall {
  Deadline deadline;
  // How STS is reached; what is on the machine itself (metadata) is asked without a proxy.
  std::shared_ptr<const HttpOptions> options;
  RequestObserver* observer = nullptr;
};

class AwsCredentialStore;

// One source; knows how to fetch and keeps nothing. Immutable and thread-safe.
class AwsCredentialSource {
 public:
  virtual ~AwsCredentialSource() = default;

  // Names the source and everything that its credentials depend on: sources with the same key are
  // the same. Holds no secret, but changes with it. Fit for a log.
  [[nodiscard]] virtual std::string Key() const = 0;

  // Returns soon after the call's deadline. Credentials that this one depends on come from `store`.
  // Errors: kAuth when there are none to be had; kPermission; kConfig for files gone or changed to
  // something else; kProtocol; those of the transport and of the status.
  virtual Result<FetchedAwsCredentials> Fetch(AwsCredentialStore& store,
                                              const AwsCall& call) const = 0;
};
using AwsSourcePointer = std::shared_ptr<const AwsCredentialSource>;

// What is shared by all who use AWS credentials: those that are valid, however many targets and
// sources ask for them, and what was learned on the way. Thread-safe.
class AwsCredentialStore {
 public:
  struct Surroundings {
    HttpClient& http;
    const Clock& clock;
    RandomFraction random;
    std::function<void(std::chrono::milliseconds)> pause;  // blocks the thread that calls it
    std::stop_token stop = {};  // requested when the program ends: nobody waits any longer then
  };

  explicit AwsCredentialStore(Surroundings surroundings)
      : surroundings_(std::move(surroundings)), cache_(surroundings_.clock) {}

  // The source's credentials, fetched where there are none or they end soon. Errors: those of
  // AwsCredentialSource::Fetch; kTimeout.
  Result<AwsCredentialCache::Shared> Get(const AwsCredentialSource& source, const AwsCall& call);
  // Those that AWS refused although they had not expired are fetched again next time.
  void Forget(const AwsCredentialSource& source, const AwsCredentialCache::Shared& refused);

  // For sources.
  [[nodiscard]] HttpClient& http() const { return surroundings_.http; }
  [[nodiscard]] const Clock& clock() const { return surroundings_.clock; }
  [[nodiscard]] const std::stop_token& stop() const { return surroundings_.stop; }
  [[nodiscard]] AwsRetry NewRetry() { return NewRetry(quota_); }
  // With the quota of another service, which outlives the result.
  [[nodiscard]] AwsRetry NewRetry(AwsRetryQuota& quota) const {
    return {quota, surroundings_.random};
  }
  void Pause(std::chrono::milliseconds pause) const { surroundings_.pause(pause); }

  // Of something that nobody promised: whether it was found missing in the last minutes, and
  // whether it was there once, after which it is never taken for missing.
  [[nodiscard]] bool IsMissing(const std::string& what) const;
  [[nodiscard]] bool WasPresent(const std::string& what) const;
  void RememberMissing(const std::string& what);
  void RememberPresent(const std::string& what);

 private:
  struct Sighting {
    bool present = false;
    std::chrono::steady_clock::time_point missing_until;
  };

  const Surroundings surroundings_;
  AwsCredentialCache cache_;
  AwsRetryQuota quota_;
  mutable std::mutex mutex_;
  std::map<std::string, Sighting> sightings_;  // guarded by mutex_
};

// Keys that are written down somewhere.
class StaticAwsCredentials final : public AwsCredentialSource {
 public:
  // `origin` says where, for the key. Errors: kConfig for text that no key is made of, such as the
  // newline that a file's content ends with.
  static Result<AwsSourcePointer> Make(std::string origin, AwsCredentials credentials);

  [[nodiscard]] std::string Key() const override;
  Result<FetchedAwsCredentials> Fetch(AwsCredentialStore& store,
                                      const AwsCall& call) const override;

 private:
  StaticAwsCredentials(std::string origin, AwsCredentials credentials)
      : origin_(std::move(origin)), credentials_(std::move(credentials)) {}

  const std::string origin_;
  const AwsCredentials credentials_;
};

// Nothing was found where credentials may be. Fails with kAuth at once.
class NoAwsCredentials final : public AwsCredentialSource {
 public:
  [[nodiscard]] std::string Key() const override { return "none"; }
  Result<FetchedAwsCredentials> Fetch(AwsCredentialStore& store,
                                      const AwsCall& call) const override;
};

}  // namespace session_exporter
