#include "auth/aws_settings.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>
#include <tuple>
#include <utility>

#include "auth/descriptor.h"

namespace session_exporter {
namespace {

// Hundreds of profiles of a large organization are some 100 KiB.
constexpr std::size_t kMostFileBytes = 4U << 20U;

enum class FileRole {
  kDefault,  // where it is by default: one that we may not look at is as good as none
  kChosen,   // named by the environment; it may still be missing
};

// Nothing when there is no such file. Errors do not name the file.
Result<std::optional<Secret>> ReadFile(const std::string& path, FileRole role) {
  const auto fail_with_errno = [](std::string_view what) {
    return Fail(ErrorKind::kConfig, "{}: {}", what, std::system_category().message(errno));
  };
  // Not blocking: else a FIFO would wait for its writer.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (file.get() < 0) {
    const bool may_be_missing =
        errno == ENOENT || errno == ENOTDIR || (role == FileRole::kDefault && errno == EACCES);
    if (may_be_missing) return std::optional<Secret>();
    return fail_with_errno("cannot be opened");
  }
  struct stat status {};
  // A device is how /dev/null says that there are no settings.
  if (fstat(file.get(), &status) != 0 || !(S_ISREG(status.st_mode) || S_ISCHR(status.st_mode))) {
    return Fail(ErrorKind::kConfig, "is not a file");
  }
  std::string text;
  std::array<char, 4096> piece{};
  ssize_t got = 0;
  while ((got = read(file.get(), piece.data(), piece.size())) > 0) {
    text.append(piece.data(), static_cast<std::size_t>(got));
    if (text.size() > kMostFileBytes) {
      return Fail(ErrorKind::kConfig, "is larger than the {} bytes accepted", kMostFileBytes);
    }
  }
  if (got < 0) return fail_with_errno("cannot be read");
  explicit_bzero(piece.data(), piece.size());
  return std::optional(Secret(std::move(text)));
}

class Loader {
 public:
  Loader(const Environment& environment, std::string_view profile)
      : environment_(environment), configured_profile_(profile) {}

  Result<AwsSettings> Load() {
    if (auto read = LoadProfiles(); !read) return tl::unexpected(std::move(read).error());
    if (auto read = LoadRegion(); !read) return tl::unexpected(std::move(read).error());
    if (auto read = LoadEndpoints(); !read) return tl::unexpected(std::move(read).error());
    return std::move(settings_);
  }

 private:
  // Empty counts as not set.
  [[nodiscard]] std::string Variable(const std::string& name) const {
    return environment_(name).value_or("");
  }

  Result<AwsFileText> LoadFile(const std::string& variable, std::string_view default_name) {
    std::string path = Variable(variable);
    const FileRole role = path.empty() ? FileRole::kDefault : FileRole::kChosen;
    const std::string home = Variable("HOME");
    if (path.empty() && !home.empty()) path = fmt::format("{}/.aws/{}", home, default_name);
    if (path.starts_with("~/")) path.replace(0, 1, home);
    if (path.empty()) return AwsFileText{};
    auto text = ReadFile(path, role);
    if (!text) return Annotate(std::move(text).error(), "{}", path);
    return AwsFileText{std::move(path), std::move(*text).value_or(Secret())};
  }

  Result<void> LoadProfiles() {
    const auto config = LoadFile("AWS_CONFIG_FILE", "config");
    if (!config) return tl::unexpected(config.error());
    const auto credentials = LoadFile("AWS_SHARED_CREDENTIALS_FILE", "credentials");
    if (!credentials) return tl::unexpected(credentials.error());
    auto profiles = ParseAwsProfiles(*config, *credentials);
    if (!profiles) return tl::unexpected(std::move(profiles).error());
    settings_.profiles = *std::move(profiles);
    settings_.profile_is_ours = !configured_profile_.empty();
    settings_.profile = configured_profile_;
    if (settings_.profile.empty()) settings_.profile = Variable("AWS_PROFILE");
    if (settings_.profile.empty()) settings_.profile = Variable("AWS_DEFAULT_PROFILE");
    const bool chosen = !settings_.profile.empty();
    if (!chosen) settings_.profile = "default";
    if (chosen && settings_.Profile() == nullptr) {
      const std::string files = config->path.empty()
                                    ? "since HOME is not set there are no files"
                                    : fmt::format("in {} or {}", config->path, credentials->path);
      return Fail(ErrorKind::kConfig, "there is no profile \"{}\" {}", settings_.profile, files);
    }
    return {};
  }

  // Of the environment, else of the profile; with where it was found.
  [[nodiscard]] std::pair<std::string, std::string> Value(const std::string& variable,
                                                          std::string_view key) const {
    std::string value = Variable(variable);
    if (!value.empty()) return {std::move(value), variable};
    const AwsProfile* const profile = settings_.Profile();
    const AwsProfile::Setting* const setting = profile ? profile->Find(key) : nullptr;
    if (setting == nullptr) return {};
    return {std::string(setting->value.Reveal()), fmt::format("{}: {}", setting->place, key)};
  }

  Result<void> LoadRegion() {
    auto [region, place] = Value("AWS_REGION", "");
    if (region.empty()) std::tie(region, place) = Value("AWS_DEFAULT_REGION", "region");
    if (!region.empty() && !IsRegionName(region)) {
      return Fail(ErrorKind::kConfig, "{} is not the name of a region, such as eu-west-1", place);
    }
    settings_.region = std::move(region);
    return {};
  }

  Result<bool> Flag(const std::string& variable, std::string_view key) {
    auto [value, place] = Value(variable, key);
    std::transform(value.begin(), value.end(), value.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (value == "true") return true;
    if (value.empty() || value == "false") return false;
    return Fail(ErrorKind::kConfig, "{} is neither true nor false", place);
  }

  Result<void> LoadEndpoints() {
    const auto fips = Flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
    if (!fips) return tl::unexpected(fips.error());
    const auto dual_stack = Flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");
    if (!dual_stack) return tl::unexpected(dual_stack.error());
    settings_.endpoints = {*fips, *dual_stack};
    const auto ignore =
        Flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls");
    if (!ignore) return tl::unexpected(ignore.error());
    if (*ignore) return {};
    auto services = ServicesOfProfile();
    if (!services) return tl::unexpected(services.error());
    settings_.ssm_endpoint_url = EndpointOf("AWS_ENDPOINT_URL_SSM", "ssm", *services);
    settings_.sts_endpoint_url = EndpointOf("AWS_ENDPOINT_URL_STS", "sts", *services);
    return {};
  }

  // Null when the profile refers to none.
  Result<const AwsProfile*> ServicesOfProfile() const {
    const AwsProfile* const profile = settings_.Profile();
    const AwsProfile::Setting* const name = profile ? profile->Find("services") : nullptr;
    if (name == nullptr) return nullptr;
    const auto found = settings_.profiles.services.find(name->value.Reveal());
    if (found != settings_.profiles.services.end()) return &found->second;
    return Fail(ErrorKind::kConfig, "{}: there is no such section [services ...]", name->place);
  }

  // From the most special to the most general, the environment first.
  [[nodiscard]] std::string EndpointOf(const std::string& variable, std::string_view service,
                                       const AwsProfile* services) const {
    std::string url = Variable(variable);
    if (url.empty()) url = Variable("AWS_ENDPOINT_URL");
    if (url.empty() && services != nullptr) {
      url = services->Get(fmt::format("{}.endpoint_url", service));
    }
    return url.empty() ? Value("", "endpoint_url").first : url;
  }

  const Environment& environment_;
  const std::string configured_profile_;
  AwsSettings settings_;
};

}  // namespace

Result<AwsSettings> LoadAwsSettings(const Environment& environment, std::string_view profile) {
  return Loader(environment, profile).Load();
}

Result<std::string> AwsEndpointUrl(const AwsSettings& settings, std::string_view service,
                                   std::string_view region, std::string_view custom) {
  if (!IsRegionName(region)) {
    return Fail(ErrorKind::kConfig, "{}",
                region.empty() ? "no region is configured, neither here nor by AWS_REGION"
                               : "the region is not the name of one, such as eu-west-1");
  }
  if (custom.empty()) return "https://" + AwsEndpointHost(service, region, settings.endpoints);
  if (settings.endpoints.fips || settings.endpoints.dual_stack) {
    return Fail(ErrorKind::kConfig,
                "{} cannot be asked for together with an endpoint URL of {}: name the URL that has "
                "it, or turn it off",
                settings.endpoints.fips ? "a FIPS endpoint" : "a dual-stack endpoint", service);
  }
  return std::string(custom);
}

}  // namespace session_exporter
