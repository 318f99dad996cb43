#include "unit/config/config_fixture.h"

#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX

#include <array>
#include <fstream>
#include <utility>

#include "catch.h"

namespace session_exporter::testing {
namespace {

constexpr std::array<std::string_view, 3> kDimensions = {"image", "user", "host"};
constexpr std::array<std::string_view, 2> kDefaultGroupBy = {"image", "host"};
constexpr std::array<std::string_view, 2> kInfoLabels = {"image_id", "port"};
constexpr std::array<std::string_view, 2> kModes = {"body", "basic"};

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace

std::span<const std::string_view> FakeFormat::dimensions() const { return kDimensions; }
std::span<const std::string_view> FakeFormat::default_group_by() const { return kDefaultGroupBy; }
std::span<const std::string_view> FakeFormat::info_labels() const { return kInfoLabels; }

std::vector<TargetConfig> FakeFormat::ReadTarget(Section& section, TargetConfig common) const {
  auto config = std::make_shared<FakeConfig>();
  config->url = section.RequiredUrl("url");
  config->api_key = section.SecretOf("api_key", Section::Presence::kRequired);
  config->idle_after = section.Duration("idle_after", std::chrono::minutes(5),
                                        std::chrono::seconds(1), std::chrono::hours(24));
  config->mode = section.OneOf("mode", kModes, "body");
  config->regions = section.TextList("regions");
  for (Section& filter : section.Children("filters")) {
    filter.RequiredText("key");
    filter.Text("value");
  }
  common.backend_config = config;
  if (config->regions.size() < 2) return {std::move(common)};
  std::vector<TargetConfig> targets;
  for (const std::string& region : config->regions) {
    targets.push_back(common);
    targets.back().name += "/" + region;
  }
  return targets;
}

std::vector<TargetConfig> BareFormat::ReadTarget(Section& /*section*/, TargetConfig common) const {
  return {std::move(common)};
}

tl::expected<Configuration, ConfigErrors> Parse(const std::string& text, const Variables& variables,
                                                const std::string& folder) {
  const FakeFormat fake;
  const BareFormat bare;
  const std::array<const TargetFormat*, 2> formats = {&fake, &bare};
  const Environment environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
  const std::string file = folder.empty() ? "c.yaml" : folder + "/c.yaml";
  return ParseConfiguration(text, file, formats, environment);
}

Configuration Accept(const std::string& text, const Variables& variables,
                     const std::string& folder) {
  auto parsed = Parse(text, variables, folder);
  if (!parsed) FAIL("refused:\n" << Joined(parsed.error().Lines()) << "the text was:\n" << text);
  return *std::move(parsed);
}

std::vector<std::string> ErrorsOf(const std::string& text, const Variables& variables,
                                  const std::string& folder) {
  const auto parsed = Parse(text, variables, folder);
  if (parsed) return {};
  return parsed.error().Lines();
}

std::string TargetWith(const std::string& more) {
  return "targets:\n"
         "  - name: a\n"
         "    backend: fake\n"
         "    url: https://h\n"
         "    api_key: k\n" +
         more;
}

const FakeConfig& FakeOf(const TargetConfig& target) {
  return dynamic_cast<const FakeConfig&>(*target.backend_config);
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "config_tests_XXXXXX").string();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::Write(std::string_view name, std::string_view content) const {
  const std::string file = At(name);
  std::ofstream(file, std::ios::binary) << content;
  std::filesystem::permissions(
      file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  return file;
}

}  // namespace session_exporter::testing
