// One account's sessions in one region.
#include <memory>
#include <optional>
#include <utility>

#include "backends/aws_ssm/aws_ssm_api.h"
#include "backends/aws_ssm/aws_ssm_call.h"
#include "backends/aws_ssm/aws_ssm_config.h"
#include "backends/aws_ssm/aws_ssm_history.h"
#include "backends/aws_ssm/aws_ssm_listing.h"
#include "backends/aws_ssm/aws_ssm_rows.h"
#include "backends/backend.h"
#include "backends/endpoint.h"
#include "backends/registered_backends.h"  // declares AwsSsmBackendFactory

namespace session_exporter {
namespace {

class AwsSsmBackend final : public Backend {
 public:
  AwsSsmBackend(const TargetConfig& target, const BackendDependencies& dependencies)
      : config_(std::static_pointer_cast<const AwsSsmConfig>(target.backend_config)),
        max_pages_(static_cast<std::size_t>(target.max_pages)),
        caller_(target, dependencies) {
    reading_.max_sessions = target.max_sessions;
    reading_.info_labels = !target.info_labels.empty();
    if (config_->history) history_.emplace(caller_, *config_, max_pages_, dependencies.clock);
  }

  [[nodiscard]] TargetDescription Describe() const override {
    return {EndpointOf(config_->url), config_->account_id, config_->region};
  }

  Result<Snapshot> ListSessions(const CollectionContext& context) override {
    AwsSsmSessions sessions(reading_);
    AwsSsmListing listing(caller_,
                          {"describe_sessions", AwsSsmState::kActive, config_->filters, {}},
                          max_pages_, sessions);
    if (auto read = listing.ReadOn(context); !read) {
      return Annotate(read.error(), "describe sessions");
    }
    Snapshot snapshot = std::move(sessions).Finish(listing.head());
    if (history_) snapshot.history = history_->Advance(context, snapshot.BackendNow());
    return snapshot;
  }

 private:
  std::shared_ptr<const AwsSsmConfig> config_;
  std::size_t max_pages_;
  AwsSsmSessions::Options reading_;
  AwsSsmCaller caller_;
  std::optional<AwsSsmHistory> history_;
};

class AwsSsmFactory final : public BackendFactory {
 public:
  [[nodiscard]] std::string_view backend() const override { return "aws_ssm"; }
  [[nodiscard]] std::span<const std::string_view> dimensions() const override {
    return AwsSsmDimensions();
  }
  [[nodiscard]] std::span<const std::string_view> default_group_by() const override {
    return AwsSsmDefaultGroupBy();
  }
  [[nodiscard]] std::span<const std::string_view> info_labels() const override {
    return AwsSsmInfoLabels();
  }
  [[nodiscard]] std::span<const std::string_view> labels_naming_user() const override {
    return AwsSsmLabelsNamingUser();
  }
  std::vector<TargetConfig> ReadTarget(Section& section, TargetConfig common) const override {
    return ReadAwsSsmTarget(section, std::move(common));
  }
  [[nodiscard]] const BackendTraits& traits() const override {
    static const BackendTraits kTraits = {AwsSsmStatuses(), AwsSsmInfoLabels(), false, true};
    return kTraits;
  }
  [[nodiscard]] std::unique_ptr<Backend> Create(
      const TargetConfig& target, const BackendDependencies& dependencies) const override {
    return std::make_unique<AwsSsmBackend>(target, dependencies);
  }
};

}  // namespace

const BackendFactory& AwsSsmBackendFactory() {
  static const AwsSsmFactory kFactory;
  return kFactory;
}

}  // namespace session_exporter
