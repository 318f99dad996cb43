// The loop over one target: one request, its answer read while it arrives.
#include <memory>
#include <string>
#include <utility>

#include "backends/backend.h"
#include "backends/endpoint.h"
#include "backends/http_options.h"
#include "backends/kasm/kasm_api.h"
#include "backends/kasm/kasm_config.h"
#include "backends/registered_backends.h"  // declares KasmBackendFactory

namespace session_exporter {
namespace {

class KasmBackend final : public Backend {
 public:
  KasmBackend(const TargetConfig& target, const BackendDependencies& dependencies)
      : config_(std::static_pointer_cast<const KasmConfig>(target.backend_config)),
        http_options_(MakeHttpOptions(target.http)),
        max_body_bytes_(target.max_response_bytes),
        http_(dependencies.http) {
    reading_.max_sessions = target.max_sessions;
    reading_.idle_after = config_->idle_after;
    reading_.info_labels = !target.info_labels.empty();
  }

  [[nodiscard]] TargetDescription Describe() const override {
    return {EndpointOf(config_->url), {}, {}};
  }

  Result<Snapshot> ListSessions(const CollectionContext& context) override {
    const auto credentials = ReadCredentials();
    if (!credentials) return tl::unexpected(credentials.error());
    const RequestContext request{"get_kasms", context.deadline, http_options_, max_body_bytes_,
                                 context.observer};
    const auto exchange = http_.Send(BuildGetKasms(*config_, *credentials), request);
    const auto head = exchange->Head();
    if (!head) return Annotate(head.error(), "list sessions");
    if ((*head)->status != 200) return Annotate(ErrorOfKasmStatus(**head), "list sessions");
    KasmSessionsReader reader(reading_);
    if (auto read = FeedBody(*exchange, reader); !read) {
      return Annotate(read.error(), "list sessions");
    }
    auto snapshot = reader.Finish(**head, *credentials, http_options_->headers);
    if (!snapshot) return Annotate(snapshot.error(), "list sessions");
    return snapshot;
  }

 private:
  // Read for every collection, so that a rotated secret file takes effect with the next scrape.
  Result<KasmCredentials> ReadCredentials() const {
    auto key = config_->api_key.Read();
    if (!key) return Annotate(key.error(), "api_key");
    auto secret = config_->api_key_secret.Read();
    if (!secret) return Annotate(secret.error(), "api_key_secret");
    return KasmCredentials{std::move(*key), std::move(*secret)};
  }

  std::shared_ptr<const KasmConfig> config_;
  std::shared_ptr<const HttpOptions> http_options_;
  std::size_t max_body_bytes_;
  KasmSessionsReader::Options reading_;
  HttpClient& http_;
};

class KasmFactory final : public BackendFactory {
 public:
  [[nodiscard]] std::string_view backend() const override { return "kasm"; }
  [[nodiscard]] std::span<const std::string_view> dimensions() const override {
    return KasmDimensions();
  }
  [[nodiscard]] std::span<const std::string_view> default_group_by() const override {
    return KasmDefaultGroupBy();
  }
  [[nodiscard]] std::span<const std::string_view> info_labels() const override {
    return KasmInfoLabels();
  }
  std::vector<TargetConfig> ReadTarget(Section& section, TargetConfig common) const override {
    return ReadKasmTarget(section, std::move(common));
  }
  [[nodiscard]] const BackendTraits& traits() const override {
    static const BackendTraits kTraits = {KasmStatuses(), KasmInfoLabels(), true, false};
    return kTraits;
  }
  [[nodiscard]] std::unique_ptr<Backend> Create(
      const TargetConfig& target, const BackendDependencies& dependencies) const override {
    return std::make_unique<KasmBackend>(target, dependencies);
  }
};

}  // namespace

const BackendFactory& KasmBackendFactory() {
  static const KasmFactory kFactory;
  return kFactory;
}

}  // namespace session_exporter
