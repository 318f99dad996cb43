// The SDKs' shared config and credentials files (docs.aws.amazon.com, "AWS SDKs and Tools Reference
// Guide", shared config and credentials files): sections of `key = value` lines, of which those
// that are profiles are read from both files and merged.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace session_exporter {

struct AwsProfile {
  struct Setting {
    Secret value;       // any may be one
    std::string place;  // "FILE:LINE"
  };

  std::string name;
  std::string place;  // of its first section
  // By key in lower case; what is nested stands under "ssm.endpoint_url".
  std::map<std::string, Setting, std::less<>> settings;

  // Null when the profile does not have it, or has it empty.
  [[nodiscard]] const Setting* Find(std::string_view key) const;
  // Its text; empty when there is none.
  [[nodiscard]] std::string_view Get(std::string_view key) const;
};

struct AwsProfiles {
  using ByName = std::map<std::string, AwsProfile, std::less<>>;
  ByName profiles;
  ByName services;  // the sections [services NAME], which profiles refer to

  // Null when there is none of that name.
  [[nodiscard]] const AwsProfile* Find(std::string_view name) const;
};

struct AwsFileText {
  std::string path;  // for messages
  Secret text;
};

// Where both files have a setting of a profile, that of the credentials file counts. Sections of
// other kinds (sso-session) are passed over. A line that is indented deeper than a key belongs to
// its value; comments begin a line with # or ;, or follow a value after a blank.
// Errors: kConfig, "FILE:LINE: ..."; they repeat nothing of the line.
Result<AwsProfiles> ParseAwsProfiles(const AwsFileText& config, const AwsFileText& credentials);

}  // namespace session_exporter
