#include "support/exposition_lines.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <utility>

namespace session_exporter::test {
namespace {

tl::unexpected<LineError> Bad(std::string message) {
  return tl::unexpected<LineError>(std::move(message));
}

bool IsAsciiDigit(char c) { return c >= '0' && c <= '9'; }

bool IsName(std::string_view name, std::string_view extra) {
  const auto fits = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || IsAsciiDigit(c) ||
           extra.find(c) != std::string_view::npos;
  };
  return !name.empty() && !IsAsciiDigit(name[0]) && std::all_of(name.begin(), name.end(), fits);
}

// [+-] digits [. digits] [e [+-] digits], with a digit before and after the point.
bool IsDecimal(std::string_view text) {
  const auto take_digits = [&text] {
    std::size_t count = 0;
    while (count < text.size() && IsAsciiDigit(text[count])) ++count;
    text.remove_prefix(count);
    return count > 0;
  };
  const auto take_any = [&text](std::string_view choice) {
    const bool found = !text.empty() && choice.find(text[0]) != std::string_view::npos;
    if (found) text.remove_prefix(1);
    return found;
  };
  take_any("+-");
  if (!take_digits()) return false;
  if (take_any(".") && !take_digits()) return false;
  if (take_any("eE")) {
    take_any("+-");
    if (!take_digits()) return false;
  }
  return text.empty();
}

// Takes the value of a label up to its closing quote.
tl::expected<std::string, LineError> TakeLabelValue(std::string_view& rest) {
  std::string value;
  while (!rest.empty() && rest[0] != '"') {
    char c = rest[0];
    rest.remove_prefix(1);
    if (c == '\\') {
      if (rest.empty()) return Bad("label value ends within an escape");
      c = rest[0];
      rest.remove_prefix(1);
      if (c != '\\' && c != '"' && c != 'n') {
        return Bad(std::string("unknown escape \\") + c + " in a label value");
      }
      if (c == 'n') c = '\n';
    }
    value += c;
  }
  if (rest.empty()) return Bad("label value without its closing quote");
  rest.remove_prefix(1);
  return value;
}

// Takes `label="value",...}`.
tl::expected<void, LineError> TakeLabels(std::string_view& rest, ParsedSample& sample) {
  while (true) {
    const std::size_t equals = rest.find('=');
    if (equals == std::string_view::npos) return Bad("labels without their closing brace");
    const std::string name(rest.substr(0, equals));
    if (!IsLabelName(name)) return Bad("illegal label name: " + name);
    for (const auto& [known, value] : sample.labels) {
      if (known == name) return Bad("label twice: " + name);
    }
    rest.remove_prefix(equals + 1);
    if (rest.empty() || rest[0] != '"') return Bad("label value without its opening quote");
    rest.remove_prefix(1);
    auto value = TakeLabelValue(rest);
    if (!value) return Bad(value.error());
    sample.labels.emplace_back(name, std::move(*value));
    if (rest.empty() || (rest[0] != ',' && rest[0] != '}')) {
      return Bad("no comma or brace after a label");
    }
    const bool last = rest[0] == '}';
    rest.remove_prefix(1);
    if (last) return {};
  }
}

}  // namespace

// By decoding: the bits of each character, then the rules about what they may be.
bool IsValidUtf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<std::uint8_t>(text[i++]);
    if (lead < 0x80) continue;
    std::uint32_t smallest = 0x80;
    std::size_t following = 1;
    std::uint32_t code = lead & 0x1FU;
    if ((lead & 0xE0U) != 0xC0) {
      following = 2;
      smallest = 0x800;
      code = lead & 0x0FU;
      if ((lead & 0xF0U) != 0xE0) {
        following = 3;
        smallest = 0x10000;
        code = lead & 0x07U;
        if ((lead & 0xF8U) != 0xF0) return false;
      }
    }
    for (; following > 0; --following) {
      if (i == text.size()) return false;
      const auto byte = static_cast<std::uint8_t>(text[i++]);
      if ((byte & 0xC0U) != 0x80) return false;
      code = code << 6U | (byte & 0x3FU);
    }
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < smallest || code > 0x10FFFF || surrogate) return false;
  }
  return true;
}

bool IsMetricName(std::string_view name) { return IsName(name, ":"); }

bool IsLabelName(std::string_view name) { return IsName(name, "") && !name.starts_with("__"); }

tl::expected<double, LineError> ParseNumber(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "+Inf") return std::numeric_limits<double>::infinity();
  if (text == "-Inf") return -std::numeric_limits<double>::infinity();
  if (!IsDecimal(text)) return Bad("not a number: " + std::string(text));
  return std::strtod(std::string(text).c_str(), nullptr);
}

tl::expected<std::string, LineError> UnescapeHelp(std::string_view text, Dialect dialect) {
  std::string help;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '"' && dialect == Dialect::kOpenMetrics) return Bad("HELP with a bare quote");
    if (c == '\\') {
      if (++i == text.size()) return Bad("HELP ends within an escape");
      c = text[i];
      const bool quote = c == '"' && dialect == Dialect::kOpenMetrics;
      if (c != '\\' && c != 'n' && !quote)
        return Bad(std::string("unknown escape in HELP: \\") + c);
      if (c == 'n') c = '\n';
    }
    help += c;
  }
  return help;
}

tl::expected<ParsedSample, LineError> ParseSampleLine(std::string_view line) {
  ParsedSample sample;
  const std::size_t end = line.find_first_of("{ ");
  if (end == std::string_view::npos) return Bad("sample without a value");
  sample.name = line.substr(0, end);
  if (!IsMetricName(sample.name)) return Bad("illegal metric name: " + sample.name);
  std::string_view rest = line.substr(end);
  if (rest[0] == '{') {
    rest.remove_prefix(1);
    if (const auto taken = TakeLabels(rest, sample); !taken) return Bad(taken.error());
  }
  if (rest.empty() || rest[0] != ' ') return Bad("no space before the value");
  // A timestamp or an exemplar after the value makes it no number.
  const auto value = ParseNumber(rest.substr(1));
  if (!value) return Bad(value.error());
  sample.value = *value;
  return sample;
}

tl::expected<MetadataLine, LineError> ParseMetadataLine(std::string_view line) {
  MetadataLine metadata;
  if (!line.starts_with("# ")) return Bad("a comment that is no metadata");
  line.remove_prefix(2);
  const std::size_t keyword_end = std::min(line.find(' '), line.size());
  metadata.keyword = line.substr(0, keyword_end);
  if (metadata.keyword != "HELP" && metadata.keyword != "TYPE" && metadata.keyword != "UNIT") {
    return Bad("a comment that is no metadata");
  }
  line.remove_prefix(std::min(keyword_end + 1, line.size()));
  const std::size_t name_end = std::min(line.find(' '), line.size());
  metadata.name = line.substr(0, name_end);
  if (!IsMetricName(metadata.name)) return Bad("illegal metric name: " + metadata.name);
  if (name_end + 1 >= line.size())
    return Bad(metadata.keyword + " of " + metadata.name + " is empty");
  metadata.rest = line.substr(name_end + 1);
  return metadata;
}

}  // namespace session_exporter::test
