// The loop over one target: its sessions and, beside them, the account's limits.
#include <memory>
#include <optional>
#include <utility>

#include "backends/backend.h"
#include "backends/endpoint.h"
#include "backends/http_options.h"
#include "backends/intersight/intersight_api.h"
#include "backends/intersight/intersight_authorization.h"
#include "backends/intersight/intersight_call.h"
#include "backends/intersight/intersight_config.h"
#include "backends/intersight/intersight_limits.h"
#include "backends/intersight/intersight_listing.h"
#include "backends/intersight/intersight_login_type.h"
#include "backends/intersight/intersight_sessions.h"
#include "backends/registered_backends.h"  // declares IntersightBackendFactory

namespace session_exporter {
namespace {

class IntersightBackend final : public Backend {
 public:
  IntersightBackend(const TargetConfig& target, const BackendDependencies& dependencies)
      : config_(std::static_pointer_cast<const IntersightConfig>(target.backend_config)),
        http_options_(MakeHttpOptions(target.http)),
        max_body_bytes_(target.max_response_bytes),
        dependencies_(dependencies),
        authorization_(MakeIntersightAuthorization(config_, dependencies)) {
    paging_.page_size = static_cast<std::size_t>(config_->page_size);
    paging_.max_pages = static_cast<std::size_t>(target.max_pages);
    paging_.max_rows = target.max_sessions;
    reading_.max_sessions = target.max_sessions;
    reading_.info_labels = !target.info_labels.empty();
  }

  [[nodiscard]] TargetDescription Describe() const override {
    return {EndpointOf(config_->url), {}, {}};
  }

  Result<Snapshot> ListSessions(const CollectionContext& context) override {
    const IntersightCallContext calls{dependencies_.http, *authorization_, context,
                                      http_options_,      max_body_bytes_, dependencies_.stop};
    const LoginTypeField asked = login_type_.ToAsk(dependencies_.clock.Steady());
    LoginTypeField login_type = asked;
    bool named = false;
    IntersightSessions sessions(reading_);
    IntersightListing session_list(
        calls, "list_sessions",
        [&](IntersightPage page) { return BuildListSessions(*config_, page, login_type); }, paging_,
        sessions);
    IntersightLimits limits;
    IntersightListing limit_list(
        calls, "list_session_limits",
        [&](IntersightPage page) { return BuildListSessionLimits(*config_, page); }, LimitsPaging(),
        limits);

    const auto leave_out_login_type = [&](int status, const IntersightRefusal& refusal) {
      if (login_type == LoginTypeField::kLeftOut || !refusal.MayBeUnknownField(status)) {
        return false;
      }
      login_type = LoginTypeField::kLeftOut;
      named = refusal.Names("LoginType");
      return true;
    };
    if (auto sent = Start(session_list, leave_out_login_type, limit_list); !sent) {
      return tl::unexpected(sent.error());
    }
    if (auto read = session_list.Finish(); !read) return Annotate(read.error(), "list sessions");
    if (asked == LoginTypeField::kSelected) RememberLoginType(login_type, named);
    if (auto read = FinishLimits(limit_list); !read) {
      return Annotate(read.error(), "list session limits");
    }
    Snapshot snapshot = std::move(sessions).Finish(session_list.head(), limits);
    snapshot.truncated = snapshot.truncated || session_list.cut();
    // Then it was we who asked for rows twice.
    if (session_list.listed_anew()) snapshot.duplicate_sessions = 0;
    return snapshot;
  }

 private:
  Result<void> Start(IntersightListing& session_list, IntersightCall::Adapt adapt,
                     IntersightListing& limit_list) const {
    if (auto sent = session_list.Start(std::move(adapt)); !sent) {
      return Annotate(sent.error(), "list sessions");
    }
    if (!config_->session_limits) return {};
    if (auto sent = limit_list.Start(); !sent) {
      return Annotate(sent.error(), "list session limits");
    }
    return {};
  }

  [[nodiscard]] IntersightListing::Limits LimitsPaging() const {
    IntersightListing::Limits limits = paging_;
    limits.page_size = 1000;
    limits.max_rows = UINT64_MAX;
    return limits;
  }

  // Whoever may read sessions need not be allowed to read their limits, and an old appliance may
  // not have them: what depends on them is then not known. Any other failure is one of the target,
  // because without idle limits no session would be stale and nobody would see why.
  Result<void> FinishLimits(IntersightListing& list) const {
    if (!config_->session_limits) return {};
    auto read = list.Finish();
    if (!read && (list.status() == 403 || list.status() == 404)) return {};
    return read;
  }

  // After a list that LoginType was asked for with.
  void RememberLoginType(LoginTypeField answered, bool named) {
    if (answered == LoginTypeField::kSelected) {
      login_type_.Given();
    } else {
      login_type_.Refused(dependencies_.clock.Steady(), named);
    }
  }

  std::shared_ptr<const IntersightConfig> config_;
  std::shared_ptr<const HttpOptions> http_options_;
  std::size_t max_body_bytes_;
  BackendDependencies dependencies_;
  std::unique_ptr<IntersightAuthorization> authorization_;
  IntersightListing::Limits paging_;
  IntersightSessions::Options reading_;
  IntersightLoginType login_type_;
};

class IntersightFactory final : public BackendFactory {
 public:
  [[nodiscard]] std::string_view backend() const override { return "intersight"; }
  [[nodiscard]] std::span<const std::string_view> dimensions() const override {
    return IntersightDimensions();
  }
  [[nodiscard]] std::span<const std::string_view> default_group_by() const override {
    return IntersightDefaultGroupBy();
  }
  [[nodiscard]] std::span<const std::string_view> info_labels() const override {
    return IntersightInfoLabels();
  }
  std::vector<TargetConfig> ReadTarget(Section& section, TargetConfig common) const override {
    return ReadIntersightTarget(section, std::move(common));
  }
  [[nodiscard]] const BackendTraits& traits() const override {
    static const BackendTraits kTraits = {IntersightStatuses(), IntersightInfoLabels(), false,
                                          false};
    return kTraits;
  }
  [[nodiscard]] std::unique_ptr<Backend> Create(
      const TargetConfig& target, const BackendDependencies& dependencies) const override {
    return std::make_unique<IntersightBackend>(target, dependencies);
  }
};

}  // namespace

const BackendFactory& IntersightBackendFactory() {
  static const IntersightFactory kFactory;
  return kFactory;
}

}  // namespace session_exporter
