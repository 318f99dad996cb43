#include "auth/aws_credential_chain.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "auth/aws_container_credentials.h"
#include "auth/aws_credential_process.h"
#include "auth/aws_instance_metadata.h"

namespace session_exporter {
namespace {

using Resolved = Result<AwsSourcePointer>;

class Resolver {
 public:
  Resolver(const AwsSettings& settings, const Environment& environment, std::string_view region)
      : settings_(settings),
        environment_(environment),
        region_(settings.region.empty() ? region : settings.region) {}

  // Each step gives null when it is not configured.
  Resolved Resolve() {
    const AwsProfile* const profile = settings_.Profile();
    if (!settings_.profile_is_ours) {
      auto found = EnvironmentKeys();
      if (!found || *found) return found;
      found = EnvironmentWebIdentity();
      if (!found || *found) return found;
    }
    if (profile != nullptr) {
      auto found = OfProfile(*profile);
      if (!found || *found) return found;
    }
    auto found = ContainerCredentials::FromEnvironment(environment_);
    if (!found || *found) return found;
    found = InstanceMetadata::FromEnvironment(environment_, profile);
    if (!found || *found) return found;
    return AwsSourcePointer(std::make_shared<const NoAwsCredentials>());
  }

 private:
  [[nodiscard]] std::string Variable(const std::string& name) const {
    return environment_(name).value_or("");
  }

  // Null also when only the secret is there, as in the SDKs.
  [[nodiscard]] Resolved EnvironmentKeys() const {
    const std::string id = Variable("AWS_ACCESS_KEY_ID");
    if (id.empty()) return AwsSourcePointer();
    Secret secret(Variable("AWS_SECRET_ACCESS_KEY"));
    if (secret.empty()) {
      return Fail(ErrorKind::kConfig, "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not");
    }
    std::string token = Variable("AWS_SESSION_TOKEN");
    if (token.empty()) token = Variable("AWS_SECURITY_TOKEN");  // its name of old
    return StaticAwsCredentials::Make(
        "environment",
        {id, std::move(secret), Secret(std::move(token)), Variable("AWS_ACCOUNT_ID")});
  }

  [[nodiscard]] Resolved EnvironmentWebIdentity() const {
    const std::string file = Variable("AWS_WEB_IDENTITY_TOKEN_FILE");
    if (file.empty()) return AwsSourcePointer();
    AwsRole role;
    role.arn = Variable("AWS_ROLE_ARN");
    if (role.arn.empty()) {
      return Fail(ErrorKind::kConfig, "AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not");
    }
    const std::string name = Variable("AWS_ROLE_SESSION_NAME");
    if (!name.empty()) role.session_name = name;
    return WebIdentity("AWS_WEB_IDENTITY_TOKEN_FILE", file, std::move(role));
  }

  [[nodiscard]] Resolved WebIdentity(std::string_view place, const std::string& file,
                                     AwsRole role) const {
    SecretSource token = SecretSource::FromFile(file);
    if (const auto read = token.Read(); !read) return Annotate(read.error(), "{}", place);
    auto endpoint = AwsStsEndpointFor(settings_, region_);
    if (!endpoint) return Annotate(endpoint.error(), "STS for {}", place);
    auto made = WebIdentityRole::Make(std::move(token), std::move(role), *std::move(endpoint));
    if (!made) return Annotate(made.error(), "{}", place);
    return made;
  }

  // Null for a profile without credentials, such as one with a region only.
  Resolved OfProfile(const AwsProfile& profile) {
    if (const auto* arn = profile.Find("role_arn")) return RoleOfProfile(profile, *arn);
    return WithoutRole(profile);
  }

  [[nodiscard]] Resolved WithoutRole(const AwsProfile& profile) const {
    if (profile.Find("aws_access_key_id") != nullptr) return KeysOfProfile(profile);
    if (const auto* command = profile.Find("credential_process")) {
      return CredentialProcess::Make(command->place, command->value.Reveal());
    }
    for (const std::string_view key :
         {"sso_session", "sso_start_url", "sso_account_id", "login_session"}) {
      if (const auto* setting = profile.Find(key)) {
        return Fail(ErrorKind::kConfig,
                    "{}: {} needs a person to log in; a profile with credential_process = aws "
                    "configure export-credentials --profile NAME --format process can use it",
                    setting->place, key);
      }
    }
    return AwsSourcePointer();
  }

  [[nodiscard]] static Resolved KeysOfProfile(const AwsProfile& profile) {
    const AwsProfile::Setting& id = *profile.Find("aws_access_key_id");
    const AwsProfile::Setting* const secret = profile.Find("aws_secret_access_key");
    if (secret == nullptr) {
      return Fail(ErrorKind::kConfig,
                  "{}: the profile has an aws_access_key_id and no aws_secret_access_key",
                  id.place);
    }
    std::string token(profile.Get("aws_session_token"));
    if (token.empty()) token = profile.Get("aws_security_token");
    return StaticAwsCredentials::Make(
        id.place, {std::string(id.value.Reveal()), secret->value, Secret(std::move(token)),
                   std::string(profile.Get("aws_account_id"))});
  }

  Resolved RoleOfProfile(const AwsProfile& profile, const AwsProfile::Setting& arn) {
    auto role = RoleIn(profile, arn);
    if (!role) return tl::unexpected(std::move(role).error());
    const auto* const token_file = profile.Find("web_identity_token_file");
    const auto* const source_profile = profile.Find("source_profile");
    const auto* const credential_source = profile.Find("credential_source");
    if ((token_file != nullptr) + (source_profile != nullptr) + (credential_source != nullptr) !=
        1) {
      return Fail(ErrorKind::kConfig,
                  "{}: role_arn needs one of source_profile, credential_source and "
                  "web_identity_token_file",
                  arn.place);
    }
    if (token_file != nullptr) {
      return WebIdentity(token_file->place, std::string(token_file->value.Reveal()),
                         *std::move(role));
    }
    auto base = source_profile != nullptr ? SourceProfile(profile, *source_profile)
                                          : CredentialSource(*credential_source);
    if (!base) return base;
    auto endpoint = AwsStsEndpointFor(settings_, region_);
    if (!endpoint) return Annotate(endpoint.error(), "STS for {}", arn.place);
    auto made = AssumedRole::Make(*std::move(base), *std::move(role), *std::move(endpoint));
    if (!made) return Annotate(made.error(), "{}", arn.place);
    return made;
  }

  [[nodiscard]] static Result<AwsRole> RoleIn(const AwsProfile& profile,
                                              const AwsProfile::Setting& arn) {
    if (const auto* mfa = profile.Find("mfa_serial")) {
      return Fail(ErrorKind::kConfig,
                  "{}: mfa_serial needs a person to type a code; use a role that does without",
                  mfa->place);
    }
    AwsRole role;
    role.arn = arn.value.Reveal();
    role.external_id = profile.Get("external_id");
    if (const auto name = profile.Get("role_session_name"); !name.empty()) role.session_name = name;
    if (const auto* written = profile.Find("duration_seconds")) {
      const std::string_view text = written->value.Reveal();
      int seconds = 0;
      const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
      if (error != std::errc() || stop != text.data() + text.size()) {
        return Fail(ErrorKind::kConfig, "{}: duration_seconds is no number", written->place);
      }
      role.duration = std::chrono::seconds(seconds);
    }
    return role;
  }

  // The credentials of `from`, which `profile` names. Its static keys count before its role, so
  // that a profile may name itself; anything else that leads back is a loop.
  Resolved SourceProfile(const AwsProfile& profile, const AwsProfile::Setting& from) {
    const AwsProfile* const source = settings_.profiles.Find(from.value.Reveal());
    if (source == nullptr) {
      return Fail(ErrorKind::kConfig, "{}: source_profile names a profile that is not there",
                  from.place);
    }
    visited_.push_back(profile.name);
    if (source->Find("aws_access_key_id") != nullptr) return KeysOfProfile(*source);
    if (std::find(visited_.begin(), visited_.end(), source->name) != visited_.end()) {
      return Fail(ErrorKind::kConfig, "{}: source_profile leads back to where it began",
                  from.place);
    }
    auto found = OfProfile(*source);
    if (!found || *found) return found;
    return Fail(ErrorKind::kConfig, "{}: source_profile names a profile without credentials",
                from.place);
  }

  [[nodiscard]] Resolved CredentialSource(const AwsProfile::Setting& written) const {
    const std::string_view name = written.value.Reveal();
    Resolved found = AwsSourcePointer();
    if (name == "Environment") {
      found = EnvironmentKeys();
    } else if (name == "EcsContainer") {
      found = ContainerCredentials::FromEnvironment(environment_);
    } else if (name == "Ec2InstanceMetadata") {
      found = InstanceMetadata::FromEnvironment(environment_, settings_.Profile());
    } else {
      return Fail(ErrorKind::kConfig,
                  "{}: credential_source is Environment, EcsContainer or Ec2InstanceMetadata",
                  written.place);
    }
    if (!found || *found) return found;
    return Fail(ErrorKind::kConfig, "{}: credential_source names {}, which has no credentials here",
                written.place, name);
  }

  const AwsSettings& settings_;
  const Environment& environment_;
  const std::string_view region_;
  std::vector<std::string> visited_;  // profiles whose sources are being looked for
};

}  // namespace

Resolved ResolveAwsCredentials(const AwsSettings& settings, const Environment& environment,
                               std::string_view region) {
  return Resolver(settings, environment, region).Resolve();
}

Result<AwsStsEndpoint> AwsStsEndpointFor(const AwsSettings& settings, std::string_view region) {
  auto url = AwsEndpointUrl(settings, "sts", region, settings.sts_endpoint_url);
  if (!url) return tl::unexpected(std::move(url).error());
  return AwsStsEndpoint{*std::move(url), std::string(region)};
}

}  // namespace session_exporter
