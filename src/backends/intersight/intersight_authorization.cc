#include "backends/intersight/intersight_authorization.h"

#include <optional>
#include <string>
#include <utility>

#include "auth/http_signature.h"
#include "backends/intersight/intersight_api.h"

namespace session_exporter {
namespace {

class SignatureAuthorization final : public IntersightAuthorization {
 public:
  SignatureAuthorization(std::shared_ptr<const IntersightConfig> config, const Clock& clock)
      : config_(std::move(config)), clock_(clock) {}

  Result<Grant> Authorize(HttpRequest& request, const RequestContext&) override {
    const auto key = Key();
    if (!key) return Annotate(key.error(), "secret_key");
    auto done = SignHttpRequest(request, config_->api_key_id, *key, clock_.Now());
    if (!done) return tl::unexpected(done.error());
    return Grant();
  }

  bool Renew(const Grant&) override { return false; }

 private:
  // Parsed again only when its text has changed.
  Result<PrivateKey> Key() {
    auto text = config_->secret_key.Read();
    if (!text) return tl::unexpected(text.error());
    {
      const std::lock_guard lock(mutex_);
      if (key_ && text_.Reveal() == text->Reveal()) return *key_;
    }
    auto key = PrivateKey::Parse(text->Reveal());
    if (!key) return key;
    const std::lock_guard lock(mutex_);
    key_ = *key;
    text_ = std::move(*text);
    return key;
  }

  std::shared_ptr<const IntersightConfig> config_;
  const Clock& clock_;
  std::mutex mutex_;
  Secret text_;                    // guarded by mutex_; what key_ was parsed from
  std::optional<PrivateKey> key_;  // guarded by mutex_
};

class TokenAuthorization final : public IntersightAuthorization {
 public:
  TokenAuthorization(std::shared_ptr<const IntersightConfig> config, HttpClient& http,
                     AccessTokens& tokens)
      : config_(std::move(config)), http_(http), tokens_(tokens) {}

  Result<Grant> Authorize(HttpRequest& request, const RequestContext& context) override {
    const auto client = Client();
    if (!client) return tl::unexpected(client.error());
    auto token = tokens_.Get(CacheKeyOf(*client), context.deadline, [&](Deadline deadline) {
      RequestContext fetching = context;
      fetching.deadline = deadline;
      fetching.operation = "fetch_token";
      fetching.attempt = 1;
      return FetchAccessToken(http_, *client, fetching);
    });
    if (!token) return Annotate(token.error(), "fetch a token");
    request.headers.emplace_back("Authorization",
                                 Secret("Bearer " + std::string((*token)->Reveal())));
    return token;
  }

  bool Renew(const Grant& refused) override {
    const auto client = Client();
    if (!client) return false;
    tokens_.Forget(CacheKeyOf(*client), refused);
    return true;
  }

 private:
  Result<OAuth2Client> Client() const {
    auto secret = config_->client_secret.Read();
    if (!secret) return Annotate(secret.error(), "oauth2.client_secret");
    return OAuth2Client{IntersightTokenUrl(*config_), config_->client_id, std::move(*secret)};
  }

  std::shared_ptr<const IntersightConfig> config_;
  HttpClient& http_;
  AccessTokens& tokens_;
};

}  // namespace

std::unique_ptr<IntersightAuthorization> MakeIntersightAuthorization(
    std::shared_ptr<const IntersightConfig> config, const BackendDependencies& dependencies) {
  if (!config->client_id.empty()) {
    return std::make_unique<TokenAuthorization>(std::move(config), dependencies.http,
                                                dependencies.credentials.access_tokens);
  }
  return std::make_unique<SignatureAuthorization>(std::move(config), dependencies.clock);
}

}  // namespace session_exporter
