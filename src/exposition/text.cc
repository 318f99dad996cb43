#include "exposition/text.h"

#include <charconv>
#include <cmath>
#include <cstdint>

namespace session_exporter {

std::string_view ContentTypeOf(ExpositionFormat format) {
  return format == ExpositionFormat::kOpenMetrics
             ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
             : "text/plain; version=0.0.4; charset=utf-8";
}

bool NeedsEscape(std::string_view text) {
  return text.find_first_of("\\\"\n") != std::string_view::npos;
}

void AppendEscapedLabelValue(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
}

void AppendEscapedHelp(std::string& out, std::string_view help, ExpositionFormat format) {
  for (const char c : help) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || (c == '"' && format == ExpositionFormat::kOpenMetrics)) out += '\\';
    out += c;
  }
}

void AppendNumber(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
  } else {
    // Whole numbers are most of what is shown; as integers they cost a fifth and stay readable.
    constexpr double kExact = 1e15;
    char digits[32];
    const auto whole = static_cast<std::int64_t>(value >= -kExact && value <= kExact ? value : 0);
    const std::to_chars_result end = static_cast<double>(whole) == value
                                         ? std::to_chars(digits, digits + sizeof digits, whole)
                                         : std::to_chars(digits, digits + sizeof digits, value);
    out.append(digits, end.ptr);
  }
}

void AppendSeconds(std::string& out, Microseconds value) {
  constexpr std::uint64_t kMicrosPerSecond = 1'000'000;
  // Unsigned, because the smallest number has no positive counterpart.
  auto micros = static_cast<std::uint64_t>(value.count());
  char digits[32];
  char* at = digits;
  if (value.count() < 0) {
    *at++ = '-';
    micros = 0 - micros;
  }
  at = std::to_chars(at, digits + sizeof digits, micros / kMicrosPerSecond).ptr;
  std::uint64_t fraction = micros % kMicrosPerSecond;
  if (fraction != 0) {
    *at++ = '.';
    for (std::uint64_t digit = kMicrosPerSecond / 10; fraction != 0; digit /= 10) {
      *at++ = static_cast<char>('0' + fraction / digit);
      fraction %= digit;
    }
  }
  out.append(digits, at);
}

}  // namespace session_exporter
