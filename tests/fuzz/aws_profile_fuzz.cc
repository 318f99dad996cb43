// Any bytes as a shared file of the AWS SDKs, and its values as commands.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "auth/aws_profile.h"
#include "auth/command_line.h"
#include "fuzz/require.h"

namespace {

using namespace session_exporter;  // NOLINT(google-build-using-namespace): a program of one file

bool SameSettings(const AwsProfiles& a, const AwsProfiles& b) {
  const auto same_setting = [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.value.Reveal() == y.second.value.Reveal() &&
           x.second.place == y.second.place;
  };
  return std::equal(a.profiles.begin(), a.profiles.end(), b.profiles.begin(), b.profiles.end(),
                    [&](const auto& x, const auto& y) {
                      return x.first == y.first &&
                             std::equal(x.second.settings.begin(), x.second.settings.end(),
                                        y.second.settings.begin(), y.second.settings.end(),
                                        same_setting);
                    });
}

void CheckFile(const std::string& text, bool is_config) {
  const auto parse = [is_config](std::string content) {
    const AwsFileText file{"F", Secret(std::move(content))};
    return is_config ? ParseAwsProfiles(file, {}) : ParseAwsProfiles({}, file);
  };
  const auto profiles = parse(text);
  const auto longer = parse(text + "\n# comment\n\n");
  Require(profiles.has_value() == longer.has_value(), "a comment at the end changes nothing");
  if (!profiles) {
    const std::string& message = profiles.error().message();
    Require(message.starts_with("F:"), "an error has its place");
    const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
    Require(std::stol(message.substr(2)) <= lines, "which is in the file");
    return;
  }
  Require(SameSettings(*profiles, *longer), "a comment at the end changes no value");
  for (const auto& [name, profile] : profiles->profiles) {
    Require(!name.empty() && name == profile.name, "a profile has its name");
    for (const auto& [key, setting] : profile.settings) {
      const auto words = SplitCommandLine(setting.value.Reveal());
      std::size_t letters = 0;
      if (words) {
        for (const std::string& word : *words) letters += word.size();
      }
      Require(letters <= setting.value.Reveal().size(), "splitting adds nothing");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  CheckFile(text, true);
  CheckFile(text, false);
  return 0;
}
