// What the tests of config/ share: a backend of their own, an environment and a folder for files.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/loader.h"

namespace session_exporter::testing {

// What FakeFormat reads of a target.
struct FakeConfig final : ComparableConfig<FakeConfig> {
  std::string url;
  SecretSource api_key;
  std::chrono::milliseconds idle_after{};
  std::string mode;
  std::vector<std::string> regions;

  bool operator==(const FakeConfig&) const = default;
};

// A backend `fake` with the keys url, api_key, idle_after, mode, regions and filters; with several
// regions the target stands for one of each.
class FakeFormat final : public TargetFormat {
 public:
  [[nodiscard]] std::string_view backend() const override { return "fake"; }
  [[nodiscard]] std::span<const std::string_view> dimensions() const override;
  [[nodiscard]] std::span<const std::string_view> default_group_by() const override;
  [[nodiscard]] std::span<const std::string_view> info_labels() const override;
  std::vector<TargetConfig> ReadTarget(Section& section, TargetConfig common) const override;
};

// Another backend without any key of its own.
class BareFormat final : public TargetFormat {
 public:
  [[nodiscard]] std::string_view backend() const override { return "bare"; }
  [[nodiscard]] std::span<const std::string_view> dimensions() const override { return {}; }
  [[nodiscard]] std::span<const std::string_view> default_group_by() const override { return {}; }
  [[nodiscard]] std::span<const std::string_view> info_labels() const override { return {}; }
  std::vector<TargetConfig> ReadTarget(Section& section, TargetConfig common) const override;
};

using Variables = std::map<std::string, std::string>;

// Parses `text` as the file `c.yaml` in `folder`.
tl::expected<Configuration, ConfigErrors> Parse(const std::string& text,
                                                const Variables& variables = {},
                                                const std::string& folder = {});

// The configuration; fails the test with the errors when there are any.
Configuration Accept(const std::string& text, const Variables& variables = {},
                     const std::string& folder = {});

// The error lines; empty when the text is accepted.
std::vector<std::string> ErrorsOf(const std::string& text, const Variables& variables = {},
                                  const std::string& folder = {});

// A target that is right, followed by `more` lines of the same target (`    key: value\n`).
std::string TargetWith(const std::string& more);

const FakeConfig& FakeOf(const TargetConfig& target);

// A new folder, removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] std::string path() const { return path_.string(); }
  [[nodiscard]] std::string At(std::string_view name) const { return (path_ / name).string(); }
  // Readable by its owner only.
  std::string Write(std::string_view name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

}  // namespace session_exporter::testing
