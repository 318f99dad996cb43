// What a backend is to the rest of the program: something that lists the sessions of one target. It
// cannot create a metric, and it cannot read another backend's options.
#pragma once

#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "auth/credential_stores.h"
#include "base/clock.h"
#include "base/deadline.h"
#include "base/result.h"
#include "config/configuration.h"
#include "config/loader.h"
#include "model/session_state.h"
#include "model/snapshot.h"
#include "net/http_client.h"

namespace session_exporter {

struct CollectionContext {
  Deadline deadline;
  RequestObserver* observer = nullptr;  // told of each request
};

// What session_target_info says of a target. Never holds a secret.
struct TargetDescription {
  std::string endpoint;  // scheme and host, with the port when the URL names one
  std::string aws_account_id;
  std::string aws_region;
};

class Backend {
 public:
  virtual ~Backend() = default;

  [[nodiscard]] virtual TargetDescription Describe() const = 0;

  // Lists the sessions of one target. Called from several threads at once; returns soon after
  // context.deadline. A partial listing is an error: half a count is worse than a gap in the graph.
  virtual Result<Snapshot> ListSessions(const CollectionContext& context) = 0;
};

// What is the same for every target of a kind of backend.
struct BackendTraits {
  // Every status that the backend is known to use, shown at 0 when no session has it.
  std::span<const StatusPair> known_statuses;
  // Names of Session::info, by index.
  std::span<const std::string_view> info_labels;
  // It tells the cores and memory of its sessions.
  bool reports_allocation = false;
  // Its session ids contain the user's name and so follow the policy of the label `user`.
  bool session_id_names_user = false;
};

// What a backend may use. All of it outlives the backend.
struct BackendDependencies {
  HttpClient& http;
  const Clock& clock;
  CredentialStores& credentials;
  // Requested when the program ends: nobody waits any longer then.
  std::stop_token stop = {};
};

// What a backend's folder offers to the registry: how its targets are read from the configuration
// and made. Stateless.
class BackendFactory : public TargetFormat {
 public:
  void CheckTls(Section& tls, const HttpConfig& http) const final;
  [[nodiscard]] virtual const BackendTraits& traits() const = 0;
  // `target` was read by this factory's ReadTarget.
  [[nodiscard]] virtual std::unique_ptr<Backend> Create(
      const TargetConfig& target, const BackendDependencies& dependencies) const = 0;
};

}  // namespace session_exporter
