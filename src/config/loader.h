// Reads a configuration file into a Configuration, or tells every error of it at once.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/configuration.h"
#include "config/environment.h"
#include "config/errors.h"
#include "config/section.h"

namespace session_exporter {

// What must be known of a kind of backend to read a target of it. The backends' folders implement
// it; config/ knows no vendor.
class TargetFormat {
 public:
  virtual ~TargetFormat() = default;
  [[nodiscard]] virtual std::string_view backend() const = 0;
  // Dimensions that group_by may name, those it has by default, and what info_labels may name.
  [[nodiscard]] virtual std::span<const std::string_view> dimensions() const = 0;
  [[nodiscard]] virtual std::span<const std::string_view> default_group_by() const = 0;
  [[nodiscard]] virtual std::span<const std::string_view> info_labels() const = 0;
  // Of info_labels, those that contain the user's name: where the configuration says nothing else
  // of them, their policy is that of `user`.
  [[nodiscard]] virtual std::span<const std::string_view> labels_naming_user() const { return {}; }
  // Adds what is wrong with the files that `tls`, a section http.tls_config, names; `http` is what
  // was read of it. The same for every backend, but config/ knows no TLS.
  virtual void CheckTls(Section& /*tls*/, const HttpConfig& /*http*/) const {}
  // Reads the backend's own keys of a target whose common keys are in `common`, and returns the
  // targets that it stands for: usually that one, with backend_config set. After an error (which
  // may be an earlier one: the name is then empty) what it returns is not used. The caller finishes
  // the section.
  virtual std::vector<TargetConfig> ReadTarget(Section& section, TargetConfig common) const = 0;
};

// `file` is opened and read; errors (a missing file included) name it as given. At most 1 MiB.
tl::expected<Configuration, ConfigErrors> LoadConfiguration(
    const std::string& file, std::span<const TargetFormat* const> formats,
    const Environment& environment);

// The same for text already in memory; relative file names are relative to the folder of `file`.
tl::expected<Configuration, ConfigErrors> ParseConfiguration(
    const std::string& text, const std::string& file, std::span<const TargetFormat* const> formats,
    const Environment& environment);

}  // namespace session_exporter
