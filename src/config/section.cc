// The scalars of a Section; lists and sections in it are in section_parts.cc, files and secrets in
// section_secrets.cc.
#include "config/section.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "base/error.h"
#include "config/duration.h"
#include "config/section_node.h"
#include "config/url.h"
#include "config/wording.h"

namespace session_exporter {
namespace {

// Whether a scalar may be read as a number or a boolean.
bool IsTyped(const YamlNode& scalar) { return !scalar.quoted || scalar.expanded; }

// A variable's value is not shown; that there is one is told, lest the variable be looked for.
std::string InsteadOf(const YamlNode& scalar) {
  if (!scalar.expanded) return fmt::format("not {}", Shown(scalar));
  return fmt::format("but {} is set to something else", Shown(scalar));
}

std::string InsteadOfTyped(const YamlNode& scalar) {
  if (IsTyped(scalar)) return InsteadOf(scalar);
  return fmt::format("not the text {}, which has quotes", Shown(scalar));
}

std::optional<bool> ParseFlag(std::string_view text) {
  // The booleans of YAML 1.2; `yes` and `on` are text there, and a surprise in 1.1.
  constexpr std::array<std::string_view, 3> kTrue = {"true", "True", "TRUE"};
  constexpr std::array<std::string_view, 3> kFalse = {"false", "False", "FALSE"};
  if (std::ranges::find(kTrue, text) != kTrue.end()) return true;
  if (std::ranges::find(kFalse, text) != kFalse.end()) return false;
  return std::nullopt;
}

std::optional<std::int64_t> ParseInteger(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

}  // namespace

Section::Section(std::shared_ptr<Node> node) : node_(std::move(node)) {}
Section::~Section() = default;
Section::Section(Section&&) noexcept = default;
Section& Section::operator=(Section&&) noexcept = default;

const std::string& Section::path() const { return node_->path(); }
const Environment& Section::environment() const { return node_->reading().environment; }

bool Section::Has(std::string_view key) const {
  const YamlNode* value = node_->Find(key);
  return value != nullptr && value->kind != YamlNode::Kind::kNull;
}

bool Section::HasEmptyList(std::string_view key) const {
  const YamlNode* value = node_->Find(key);
  return value != nullptr && value->kind == YamlNode::Kind::kList && value->items.empty() &&
         !value->broken;
}

std::vector<std::string> Section::Keys() const { return node_->Keys(); }

std::string Section::Text(std::string_view key, std::string_view fallback) {
  const auto scalar = node_->AskFor(key, YamlNode::Kind::kText, "text");
  node_->Show(key, scalar.get(), scalar == nullptr ? fallback : std::string_view(scalar->text));
  if (scalar == nullptr || !node_->CheckText(*scalar, KeyPath(node_->path(), key))) {
    return std::string(fallback);
  }
  return scalar->text;
}

std::string Section::RequiredText(std::string_view key) {
  const auto scalar = node_->AskFor(key, YamlNode::Kind::kText, "text");
  if (!Has(key)) node_->AddMissing(key, "text");
  if (scalar != nullptr) node_->Show(key, scalar.get(), scalar->text);
  if (scalar == nullptr || !node_->CheckText(*scalar, KeyPath(node_->path(), key))) return {};
  if (scalar->text.empty()) node_->Add(key, "is empty; expected text");
  return scalar->text;
}

bool Section::Flag(std::string_view key, bool fallback) {
  const auto scalar = node_->AskFor(key, YamlNode::Kind::kText, "true or false");
  node_->ShowTyped(key, nullptr, fallback ? "true" : "false");
  if (scalar == nullptr) return fallback;
  const std::optional<bool> value = ParseFlag(scalar->text);
  node_->ShowTyped(key, scalar.get(), value.value_or(fallback) ? "true" : "false");
  if (value && IsTyped(*scalar)) return *value;
  node_->Add(key, fmt::format("expected true or false, {}", InsteadOfTyped(*scalar)));
  return fallback;
}

std::int64_t Section::Integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                              std::int64_t most) {
  const std::string expected = fmt::format("an integer from {} to {}", least, most);
  const auto scalar = node_->AskFor(key, YamlNode::Kind::kText, expected);
  node_->ShowTyped(key, nullptr, std::to_string(fallback));
  if (scalar == nullptr) return fallback;
  const std::optional<std::int64_t> value = ParseInteger(scalar->text);
  node_->ShowTyped(key, scalar.get(), scalar->text);
  if (value && IsTyped(*scalar) && *value >= least && *value <= most) return *value;
  node_->Add(key, fmt::format("expected {}, {}", expected, InsteadOfTyped(*scalar)));
  return fallback;
}

std::chrono::milliseconds Section::Duration(std::string_view key,
                                            std::chrono::milliseconds fallback,
                                            std::chrono::milliseconds least,
                                            std::chrono::milliseconds most) {
  const std::string expected =
      fmt::format("a duration from {} to {}", FormatDuration(least), FormatDuration(most));
  const auto scalar = node_->AskFor(key, YamlNode::Kind::kText, expected);
  node_->ShowTyped(key, nullptr, FormatDuration(fallback));
  if (scalar == nullptr) return fallback;
  const std::optional<std::chrono::milliseconds> value = ParseDuration(scalar->text);
  node_->ShowTyped(key, scalar.get(), FormatDuration(value.value_or(fallback)));
  if (value && *value >= least && *value <= most) return *value;
  constexpr std::string_view kForm =
      " (such as 500ms, 30s or 1h30m, with the units y, w, d, h, m, s, ms)";
  node_->Add(key,
             fmt::format("expected {}{}, {}", expected, value ? "" : kForm, InsteadOf(*scalar)));
  return fallback;
}

std::string Section::OneOf(std::string_view key, std::span<const std::string_view> words,
                           std::string_view fallback) {
  const std::string expected = fmt::format("one of {}", Listed(words));
  const auto scalar = node_->AskFor(key, YamlNode::Kind::kText, expected);
  node_->Show(key, scalar.get(), scalar == nullptr ? fallback : std::string_view(scalar->text));
  if (scalar == nullptr) return std::string(fallback);
  if (std::ranges::find(words, scalar->text) != words.end()) return scalar->text;
  node_->Add(key, fmt::format("expected {}, {}{}", expected, InsteadOf(*scalar),
                              Suggestion(scalar->as_written, words)));
  return std::string(fallback);
}

std::string Section::Url(std::string_view key, std::string_view fallback) {
  const auto scalar = node_->AskFor(key, YamlNode::Kind::kText, "an http or https URL");
  if (scalar == nullptr) {
    node_->Show(key, nullptr, fallback);
    return std::string(fallback);
  }
  Result<session_exporter::Url> url = ParseUrl(scalar->text);
  if (!url) {
    node_->Add(key, url.error().message());
    return std::string(fallback);
  }
  if (!url->encrypted && !url->loopback) {
    node_->Warn(key, "credentials travel unencrypted over http; use https");
  }
  node_->Show(key, scalar.get(), url->text);
  return std::move(url->text);
}

std::string Section::RequiredUrl(std::string_view key) {
  std::string url = Url(key);
  if (!Has(key)) node_->AddMissing(key, "an http or https URL");
  return url;
}

void Section::Problem(std::string_view key, std::string message) {
  node_->Add(key, std::move(message));
}

void Section::Warning(std::string_view key, std::string message) {
  node_->Warn(key, std::move(message));
}

void Section::ShowInstead(std::string_view key, std::string text) {
  node_->ShowTyped(key, nullptr, std::move(text));
}

void Section::Finish() { node_->Finish(); }

void Section::AcceptKeysOf(const std::function<void(Section&)>& read) { node_->AcceptKeysOf(read); }

}  // namespace session_exporter
