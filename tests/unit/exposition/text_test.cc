#include "exposition/text.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

#include "catch.h"
#include "support/exposition_lines.h"

namespace session_exporter {
namespace {

std::string EscapedLabel(std::string_view text) {
  std::string out;
  AppendEscapedLabelValue(out, text);
  return out;
}

std::string EscapedHelp(std::string_view text, ExpositionFormat format) {
  std::string out;
  AppendEscapedHelp(out, text, format);
  return out;
}

std::string Number(double value) {
  std::string out;
  AppendNumber(out, value);
  return out;
}

std::string Seconds(std::int64_t micros) {
  std::string out;
  AppendSeconds(out, Microseconds(micros));
  return out;
}

TEST_CASE("label values are escaped as both formats ask", "[text]") {
  struct Row {
    std::string_view text;
    std::string_view escaped;
  };
  const Row row = GENERATE(values<Row>({
      {"", ""},
      {"plain", "plain"},
      {"tab\tand {braces}, = and #", "tab\tand {braces}, = and #"},
      {"é 日本 🙂", "é 日本 🙂"},
      {"\\", "\\\\"},
      {"\"", "\\\""},
      {"\n", "\\n"},
      {"\\n", "\\\\n"},
      {"CORP\\mary \"m\"\nx", "CORP\\\\mary \\\"m\\\"\\nx"},
  }));
  CHECK(EscapedLabel(row.text) == row.escaped);
  CHECK(NeedsEscape(row.text) == (row.text != row.escaped));
}

TEST_CASE("help escapes quotes in OpenMetrics only", "[text]") {
  CHECK(EscapedHelp("a \"b\" \\ c\nd", ExpositionFormat::kText) == "a \"b\" \\\\ c\\nd");
  CHECK(EscapedHelp("a \"b\" \\ c\nd", ExpositionFormat::kOpenMetrics) == "a \\\"b\\\" \\\\ c\\nd");
}

TEST_CASE("numbers are written as both formats read them", "[text]") {
  struct Row {
    double value;
    std::string_view text;
  };
  const Row row = GENERATE(values<Row>({
      {0, "0"},
      {1, "1"},
      {-1, "-1"},
      {0.1, "0.1"},
      {0.5, "0.5"},
      {-2.75, "-2.75"},
      {8589934592.0, "8589934592"},
      {1e15, "1000000000000000"},
      {-1e15, "-1000000000000000"},
      {1e22, "1e+22"},
      {1e-7, "1e-07"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {5e-324, "5e-324"},
      {std::numeric_limits<double>::infinity(), "+Inf"},
      {-std::numeric_limits<double>::infinity(), "-Inf"},
      {std::numeric_limits<double>::quiet_NaN(), "NaN"},
      {-std::numeric_limits<double>::quiet_NaN(), "NaN"},
  }));
  CHECK(Number(row.value) == row.text);
}

TEST_CASE("a written number reads back as the very same", "[text]") {
  std::mt19937_64 random(7);  // NOLINT: a fixed seed
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t bits = random();
    // Any bits at all, whole numbers of every size, and numbers of few decimals.
    for (const double value : {std::bit_cast<double>(bits),
                               static_cast<double>(static_cast<std::int64_t>(bits) >> (bits & 63U)),
                               static_cast<double>(bits % 100'000) / 100}) {
      if (std::isnan(value)) continue;
      const std::string text = Number(value);
      const auto read = test::ParseNumber(text);
      CAPTURE(text);
      REQUIRE(read);
      REQUIRE(*read == value);
    }
  }
}

TEST_CASE("seconds are exact to the microsecond and no longer than they need", "[text]") {
  struct Row {
    std::int64_t micros;
    std::string_view text;
  };
  const Row row = GENERATE(values<Row>({
      {0, "0"},
      {1, "0.000001"},
      {-1, "-0.000001"},
      {10, "0.00001"},
      {999'999, "0.999999"},
      {100'000, "0.1"},
      {1'000'000, "1"},
      {-1'000'000, "-1"},
      {1'000'001, "1.000001"},
      {1'500'000, "1.5"},
      {-1'500'000, "-1.5"},
      {1'050'000, "1.05"},
      {1'717'747'200'000'000, "1717747200"},
      {1'717'747'200'123'456, "1717747200.123456"},
      {1'717'747'200'120'400, "1717747200.1204"},
      {std::numeric_limits<std::int64_t>::max(), "9223372036854.775807"},
      {std::numeric_limits<std::int64_t>::min(), "-9223372036854.775808"},
  }));
  CHECK(Seconds(row.micros) == row.text);
}

TEST_CASE("random seconds read back to the microsecond", "[text]") {
  std::mt19937_64 random(8);  // NOLINT: a fixed seed
  // Up to the year 9999; a double holds those to about 30 microseconds, so digits are compared.
  std::uniform_int_distribution<std::int64_t> any(-1'000'000'000'000, 253'402'300'800'000'000);
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t micros = any(random);
    const std::string text = Seconds(micros);
    const std::size_t point = std::min(text.find('.'), text.size());
    std::string digits = text.substr(0, point) + text.substr(std::min(point + 1, text.size()));
    digits.append(6 - (text.size() - std::min(point + 1, text.size())), '0');
    CAPTURE(text);
    REQUIRE(std::strtoll(digits.c_str(), nullptr, 10) == micros);
    REQUIRE(!(point < text.size() && text.ends_with('0')));
  }
}

TEST_CASE("the content types are those that Prometheus asks for", "[text]") {
  CHECK(ContentTypeOf(ExpositionFormat::kText) == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(ContentTypeOf(ExpositionFormat::kOpenMetrics) ==
        "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

}  // namespace
}  // namespace session_exporter
