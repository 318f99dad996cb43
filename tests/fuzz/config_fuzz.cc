// Any bytes as a configuration: an answer or errors that can be shown, never an exception, a crash
// or a hang.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "config/loader.h"

namespace {

using namespace session_exporter;  // NOLINT(google-build-using-namespace): a program of one file

constexpr std::array<std::string_view, 2> kWords = {"image", "user"};

class FuzzFormat final : public TargetFormat {
 public:
  [[nodiscard]] std::string_view backend() const override { return "kasm"; }
  [[nodiscard]] std::span<const std::string_view> dimensions() const override { return kWords; }
  [[nodiscard]] std::span<const std::string_view> default_group_by() const override {
    return kWords;
  }
  [[nodiscard]] std::span<const std::string_view> info_labels() const override { return kWords; }

  std::vector<TargetConfig> ReadTarget(Section& section, TargetConfig common) const override {
    section.RequiredUrl("url");
    section.SecretOf("api_key", Section::Presence::kRequired);
    section.TextList("regions");
    for (Section& role : section.Children("assume_roles")) {
      role.RequiredText("role_arn");
      role.Duration("window", std::chrono::seconds(1), std::chrono::seconds(0),
                    std::chrono::hours(1));
    }
    std::vector<TargetConfig> targets;
    targets.push_back(std::move(common));
    return targets;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const FuzzFormat format;
  const std::array<const TargetFormat*, 1> formats = {&format};
  const Environment environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "A") return "${A}$$ {\n";
    return std::nullopt;
  };
  const std::string text(data, data + size);
  const auto configuration = ParseConfiguration(text, "fuzz.yaml", formats, environment);
  if (configuration) return 0;
  if (configuration.error().empty()) std::abort();
  for (const std::string& line : configuration.error().Lines()) {
    if (!IsCleanText(line) || line.find('\n') != std::string::npos) std::abort();
  }
  return 0;
}
