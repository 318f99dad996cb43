#include "server/accept_negotiation.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace session_exporter {
namespace {

// An element of a list header: `value;name=parameter;q=0.5`.
struct Element {
  std::string value;    // lower case
  std::string version;  // the parameter of that name, the only one that matters here
  int quality = 1000;   // thousandths
};

std::string_view Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char byte) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
  });
  return lower;
}

// Cuts the text up to `separator` off its front; a separator in a quoted string is none.
std::string_view TakeUntil(char separator, std::string_view& text) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (text[end] == '"') quoted = !quoted;
    if (quoted && text[end] == '\\') ++end;
    if (!quoted && text[end] == separator) break;
  }
  end = std::min(end, text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return Trim(taken);
}

// qvalue = "0" ["." 0*3DIGIT] / "1" ["." 0*3"0"], in thousandths.
std::optional<int> ParseQuality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int quality = (text[0] - '0') * 1000;
  int scale = 100;
  for (const char digit : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (digit < '0' || digit > '9') return std::nullopt;
    quality += (digit - '0') * scale;
    scale /= 10;
  }
  if (quality > 1000) return std::nullopt;
  return quality;
}

std::string_view Unquote(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

std::optional<Element> ParseElement(std::string_view text) {
  Element element;
  element.value = Lower(TakeUntil(';', text));
  if (element.value.empty()) return std::nullopt;
  while (!text.empty()) {
    std::string_view value = TakeUntil(';', text);
    const std::string name = Lower(TakeUntil('=', value));
    if (name == "version") element.version = Unquote(Trim(value));
    if (name != "q") continue;
    const auto quality = ParseQuality(Trim(value));
    if (!quality) return std::nullopt;
    element.quality = *quality;
  }
  return element;
}

std::vector<Element> ParseList(std::string_view header) {
  std::vector<Element> elements;
  while (!header.empty()) {
    if (auto element = ParseElement(TakeUntil(',', header))) {
      elements.push_back(*std::move(element));
    }
  }
  return elements;
}

// How closely an element names a format; 0: not at all.
int SpecificityForOpenMetrics(const Element& element) {
  if (element.value != "application/openmetrics-text") return 0;
  if (element.version == "1.0.0") return 5;
  if (element.version.empty()) return 4;
  return element.version == "0.0.1" ? 3 : 0;
}

int SpecificityForText(const Element& element) {
  if (element.value == "text/plain" && element.version == "0.0.4") return 5;
  if (element.value == "text/plain" && element.version.empty()) return 4;
  if (element.value == "text/*") return 2;
  return element.value == "*/*" ? 1 : 0;
}

// What a header says about one form of the answer: the quality that its most specific element
// gives.
struct Preference {
  int quality = 0;
  int specificity = 0;
  std::size_t position = 0;
};

template <typename Specificity>
Preference PreferenceOf(const std::vector<Element>& elements, const Specificity& specificity_of) {
  Preference preference;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const int specificity = specificity_of(elements[i]);
    if (specificity > preference.specificity) preference = {elements[i].quality, specificity, i};
  }
  return preference;
}

// A named media type is a closer match than a range, whatever its version.
bool IsNamed(const Preference& preference) { return preference.specificity >= 3; }

}  // namespace

ExpositionFormat NegotiateFormat(std::string_view accept) {
  const std::vector<Element> elements = ParseList(accept);
  const Preference open_metrics = PreferenceOf(elements, SpecificityForOpenMetrics);
  const Preference text = PreferenceOf(elements, SpecificityForText);
  if (open_metrics.quality == 0) return ExpositionFormat::kText;
  if (open_metrics.quality != text.quality) {
    return open_metrics.quality > text.quality ? ExpositionFormat::kOpenMetrics
                                               : ExpositionFormat::kText;
  }
  const bool first = !IsNamed(text) || open_metrics.position < text.position;
  return first ? ExpositionFormat::kOpenMetrics : ExpositionFormat::kText;
}

bool AcceptsGzip(std::string_view accept_encoding) {
  const std::vector<Element> elements = ParseList(accept_encoding);
  const Preference gzip = PreferenceOf(elements, [](const Element& element) {
    if (element.value == "gzip" || element.value == "x-gzip") return 2;
    return element.value == "*" ? 1 : 0;
  });
  const Preference identity = PreferenceOf(
      elements, [](const Element& element) { return element.value == "identity" ? 1 : 0; });
  return gzip.quality > 0 && gzip.quality >= identity.quality;
}

}  // namespace session_exporter
