#include "auth/aws_profile.h"

#include <algorithm>
#include <utility>

namespace session_exporter {
namespace {

enum class FileKind { kConfig, kCredentials };

constexpr std::string_view kBlanks = " \t";

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

bool IsComment(std::string_view text) { return text.starts_with('#') || text.starts_with(';'); }

// Up to a comment that follows after a blank, as in the SDKs for Go and Java; botocore takes it for
// a part of the value, which no value is known to want.
std::string_view WithoutComment(std::string_view value) {
  for (std::size_t i = 1; i < value.size(); ++i) {
    const bool after_blank = kBlanks.find(value[i - 1]) != std::string_view::npos;
    if (after_blank && IsComment(value.substr(i))) return value.substr(0, i);
  }
  return value;
}

std::string_view WithoutQuotes(std::string_view name) {
  const bool quoted = name.size() >= 2 && (name.front() == '"' || name.front() == '\'') &&
                      name.front() == name.back();
  return quoted ? name.substr(1, name.size() - 2) : name;
}

class FileReader {
 public:
  FileReader(FileKind kind, const std::string& path, AwsProfiles& into)
      : kind_(kind), path_(path), into_(into) {}

  Result<void> Read(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      std::string_view line = text.substr(at, end - at);
      if (line.ends_with('\r')) line.remove_suffix(1);
      ++line_number_;
      if (auto read = ReadLine(line); !read) return read;
      at = end + 1;
    }
    return {};
  }

 private:
  Result<void> ReadLine(std::string_view line) {
    const std::string_view content = Trim(line);
    if (content.empty() || IsComment(content)) return {};
    const auto indent = static_cast<std::size_t>(content.data() - line.data());
    const bool belongs_to_key = !key_.empty() && indent > key_indent_;
    if (belongs_to_key) return ReadNested(content);
    if (content.starts_with('[')) return ReadHeader(content);
    return ReadSetting(content, indent);
  }

  Result<void> ReadHeader(std::string_view content) {
    const std::size_t close = content.find(']');
    if (close == std::string_view::npos) return Broken("a section's name needs a closing ]");
    const std::string_view behind = Trim(content.substr(close + 1));
    if (!behind.empty() && !IsComment(behind)) return Broken("nothing may follow a section's ]");
    const std::string_view title = Trim(content.substr(1, close - 1));
    if (title.empty()) return Broken("a section needs a name");
    in_section_ = true;
    key_.clear();
    section_ = nullptr;
    if (kind_ == FileKind::kCredentials) return Enter(into_.profiles, title);
    const std::size_t blank = std::min(title.find_first_of(kBlanks), title.size());
    const std::string_view word = title.substr(0, blank);
    const std::string_view name = WithoutQuotes(Trim(title.substr(blank)));
    if (title == "default") return Enter(into_.profiles, title);
    if (word != "profile" && word != "services") return {};
    if (name.empty()) return Broken("a section needs a name behind the word");
    return Enter(word == "profile" ? into_.profiles : into_.services, name);
  }

  Result<void> Enter(AwsProfiles::ByName& sections, std::string_view name) {
    const auto [found, added] = sections.try_emplace(std::string(name));
    section_ = &found->second;
    if (added) {
      section_->name = name;
      section_->place = Place();
    }
    return {};
  }

  Result<void> ReadSetting(std::string_view content, std::size_t indent) {
    if (!in_section_) return Broken("a setting before any [section]");
    const std::size_t equals = content.find('=');
    const std::string_view key = Trim(content.substr(0, equals));
    if (equals == std::string_view::npos || key.empty()) return Broken("expected KEY = VALUE");
    key_ = Lower(key);
    key_indent_ = indent;
    // With a blank before it, so that a comment right behind the = is seen.
    const std::string_view value = Trim(WithoutComment(content.substr(equals)).substr(1));
    key_is_parent_ = value.empty();
    Keep(key_, std::string(value));
    return {};
  }

  Result<void> ReadNested(std::string_view content) {
    if (section_ == nullptr) return {};
    if (!key_is_parent_) {
      const std::string before(section_->settings[key_].value.Reveal());
      Keep(key_, before + '\n' + std::string(Trim(WithoutComment(content))));
      return {};
    }
    const std::size_t equals = content.find('=');
    const std::string_view key = Trim(content.substr(0, equals));
    if (equals == std::string_view::npos || key.empty()) {
      return Broken("expected KEY = VALUE in what is indented");
    }
    Keep(key_ + '.' + Lower(key),
         std::string(Trim(WithoutComment(content.substr(equals)).substr(1))));
    return {};
  }

  void Keep(const std::string& key, std::string value) {
    if (section_ != nullptr) section_->settings[key] = {Secret(std::move(value)), Place()};
  }

  [[nodiscard]] std::string Place() const { return fmt::format("{}:{}", path_, line_number_); }

  [[nodiscard]] tl::unexpected<Error> Broken(std::string_view what) const {
    return Fail(ErrorKind::kConfig, "{}: {}", Place(), what);
  }

  const FileKind kind_;
  const std::string& path_;
  AwsProfiles& into_;
  int line_number_ = 0;
  bool in_section_ = false;
  AwsProfile* section_ = nullptr;  // null in one that is passed over
  std::string key_;                // of the setting under way
  std::size_t key_indent_ = 0;
  bool key_is_parent_ = false;  // it has no value, so that settings may be nested in it
};

}  // namespace

const AwsProfile::Setting* AwsProfile::Find(std::string_view key) const {
  const auto found = settings.find(key);
  return found == settings.end() || found->second.value.empty() ? nullptr : &found->second;
}

std::string_view AwsProfile::Get(std::string_view key) const {
  const Setting* const setting = Find(key);
  return setting == nullptr ? std::string_view() : setting->value.Reveal();
}

const AwsProfile* AwsProfiles::Find(std::string_view name) const {
  const auto found = profiles.find(name);
  return found == profiles.end() ? nullptr : &found->second;
}

Result<AwsProfiles> ParseAwsProfiles(const AwsFileText& config, const AwsFileText& credentials) {
  AwsProfiles profiles;
  // In this order, since the later one's settings replace the earlier one's.
  if (auto read = FileReader(FileKind::kConfig, config.path, profiles).Read(config.text.Reveal());
      !read) {
    return tl::unexpected(std::move(read).error());
  }
  if (auto read = FileReader(FileKind::kCredentials, credentials.path, profiles)
                      .Read(credentials.text.Reveal());
      !read) {
    return tl::unexpected(std::move(read).error());
  }
  return profiles;
}

}  // namespace session_exporter
