#include "base/timestamp.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "catch.h"

namespace session_exporter {
namespace {

using namespace std::string_view_literals;  // NOLINT(google-build-using-namespace): NULs in texts

struct Accepted {
  std::string_view text;
  std::int64_t micros;  // since 1970
};

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kNewYear = 1'767'225'600 * kSecond;  // 2026-01-01 00:00:00

TEST_CASE("every documented form of a date is read", "[timestamp]") {
  const auto& c = GENERATE(values<Accepted>({
      {"2026-01-01 00:00:00", kNewYear},
      {"2026-01-01T00:00:00", kNewYear},
      {"2026-01-01T00:00:00Z", kNewYear},
      {"2026-01-01 00:00:00Z", kNewYear},
      {"1970-01-01 00:00:00", 0},
      {"1969-12-31 23:59:59", -kSecond},
      {"2026-01-01 00:00:00.1", kNewYear + 100'000},
      {"2026-01-01 00:00:00.12", kNewYear + 120'000},
      {"2026-01-01 00:00:00.123", kNewYear + 123'000},
      {"2026-01-01 00:00:00.1234", kNewYear + 123'400},
      {"2026-01-01 00:00:00.12345", kNewYear + 123'450},
      {"2026-01-01 00:00:00.123456", kNewYear + 123'456},
      {"2026-01-01 00:00:00.1234567", kNewYear + 123'456},
      {"2026-01-01 00:00:00.12345678", kNewYear + 123'456},
      {"2026-01-01 00:00:00.123456789", kNewYear + 123'456},
      {"2026-01-01 00:00:00.000001", kNewYear + 1},
      {"2026-01-01 00:00:00.999999999", kNewYear + 999'999},
      {"2026-01-01T01:00:00+01:00", kNewYear},
      {"2026-01-01T01:00:00+01", kNewYear},
      {"2026-01-01T05:30:00+0530", kNewYear},
      {"2026-01-01T05:30:00.5+05:30", kNewYear + 500'000},
      {"2025-12-31T16:00:00-08:00", kNewYear},
      {"2026-01-01T00:00:00-00:00", kNewYear},
      {"2026-01-01T23:59:00+23:59", kNewYear},
      {"2025-12-31 23:59:60", kNewYear},  // a leap second
      {"2025-12-31 23:59:60.25", kNewYear + 250'000},
      {"2024-02-29 00:00:00", 1'709'164'800 * kSecond},
      {"2000-02-29 00:00:00", 951'782'400 * kSecond},
      {"0000-01-01 00:00:00", -62'167'219'200 * kSecond},
      {"9999-12-31 23:59:59.999999", 253'402'300'799 * kSecond + 999'999},
  }));
  CAPTURE(c.text);
  const auto time = ParseTimestamp(c.text);
  REQUIRE(time);
  CHECK(time->time_since_epoch().count() == c.micros);
}

TEST_CASE("anything else is no date", "[timestamp]") {
  const std::string_view text = GENERATE(
      as<std::string_view>{}, "", "None", "null", "now", "0", "1767225600", "2026-01-01",
      "2026-01-01 ", "2026-01-01T", "2026-01-01 00:00", "2026-01-01 00:00:0",
      "2026-01-01 00:00:000", " 2026-01-01 00:00:00", "2026-01-01 00:00:00 ",
      "2026-01-01  00:00:00", "2026-01-01\t00:00:00", "2026-01-01t00:00:00", "2026-01-01_00:00:00",
      "2026-01-0100:00:00", "2026-1-01 00:00:00", "2026-01-1 00:00:00", "26-01-01 00:00:00",
      "02026-01-01 00:00:00", "-026-01-01 00:00:00", "+2026-01-01 00:00:00", "2026/01/01 00:00:00",
      "20260101 000000", "2026-00-01 00:00:00", "2026-13-01 00:00:00", "2026-01-00 00:00:00",
      "2026-01-32 00:00:00", "2026-04-31 00:00:00", "2026-02-29 00:00:00", "1900-02-29 00:00:00",
      "2026-01-01 24:00:00", "2026-01-01 00:60:00", "2026-01-01 00:00:61", "2026-01-01 00:00:00.",
      "2026-01-01 00:00:00,1", "2026-01-01 00:00:00.1234567890", "2026-01-01 00:00:00.1x",
      "2026-01-01 00:00:00.-1", "2026-01-01 00:00:00. 1", "2026-01-01 00:00:00.Z",
      "2026-01-01T00:00:00z", "2026-01-01T00:00:00ZZ", "2026-01-01T00:00:00Z+01:00",
      "2026-01-01T00:00:00 Z", "2026-01-01T00:00:00+", "2026-01-01T00:00:00+1",
      "2026-01-01T00:00:00+01:", "2026-01-01T00:00:00+01:0", "2026-01-01T00:00:00+01:000",
      "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+01:60", "2026-01-01T00:00:00+-1:00",
      "2026-01-01T00:00:00 +01:00", "2026-01-01T00:00:00UTC", "2026-01-01 -1:00:00",
      "2026-01-01 00:-1:00", "\0"sv, "2026-01-01 00:00:00\0"sv, "2026-01-0\xD9\xA1 00:00:00");
  CAPTURE(text);
  CHECK_FALSE(ParseTimestamp(text));
}

TEST_CASE("no part of a date is taken for a date", "[timestamp]") {
  const std::string text = "2026-01-01T00:00:00.123456+01:00";
  for (std::size_t length = 0; length < text.size(); ++length) {
    // Seconds, fraction and zone may each end the date; between them nothing does.
    const bool whole = length == 19 || (length >= 21 && length <= 26) || length == 29;
    CAPTURE(text.substr(0, length));
    CHECK(ParseTimestamp(text.substr(0, length)).has_value() == whole);
  }
}

TEST_CASE("the Date header is read", "[timestamp]") {
  const auto& c = GENERATE(values<Accepted>({
      {"Sun, 06 Nov 1994 08:49:37 GMT", 784'111'777 * kSecond},
      {"Thu, 01 Jan 2026 00:00:00 GMT", kNewYear},
      {"Thu, 29 Feb 2024 00:00:00 GMT", 1'709'164'800 * kSecond},
      {"Wed, 31 Dec 2025 23:59:60 GMT", kNewYear},
      // The day of the week tells nothing that the date does not, and is not looked at.
      {"Mon, 01 Jan 2026 00:00:00 GMT", kNewYear},
  }));
  CAPTURE(c.text);
  const auto time = ParseHttpDate(c.text);
  REQUIRE(time);
  CHECK(time->time_since_epoch().count() == c.micros);
}

TEST_CASE("every month of the Date header is known", "[timestamp]") {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  for (std::size_t month = 0; month < 12; ++month) {
    const std::string http =
        "Thu, 01 " + std::string(kMonths.substr(month * 3, 3)) + " 2026 00:00:00 GMT";
    const std::string number = (month < 9 ? "0" : "") + std::to_string(month + 1);
    CAPTURE(http);
    CHECK(ParseHttpDate(http) == ParseTimestamp("2026-" + number + "-01 00:00:00"));
    CHECK(ParseHttpDate(http).has_value());
  }
}

TEST_CASE("any other Date header is none", "[timestamp]") {
  const std::string_view text = GENERATE(
      as<std::string_view>{}, "", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
      "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 gmt",
      "Sun, 06 Nov 1994 08:49:37 GMT ", " Sun, 06 Nov 1994 08:49:37 GMT",
      "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
      "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
      "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
      "Sun, 06 Nov 1994 08:49:61 GMT", "Sun; 06 Nov 1994 08:49:37 GMT",
      "Sun, 06 Nov 94 08:49:37 GMT  ", "2026-01-01T00:00:00Z");
  CAPTURE(text);
  CHECK_FALSE(ParseHttpDate(text));
}

TEST_CASE("a time is written as the Date header that is read back", "[timestamp]") {
  const std::string_view text =
      GENERATE(as<std::string_view>{}, "Sun, 06 Nov 1994 08:49:37 GMT",
               "Thu, 20 Aug 2026 08:00:00 GMT", "Thu, 29 Feb 2024 23:59:59 GMT",
               "Sat, 01 Jan 2000 00:00:00 GMT", "Wed, 31 Dec 1969 23:59:59 GMT");
  CAPTURE(text);
  const auto time = ParseHttpDate(text);
  REQUIRE(time);
  CHECK(FormatHttpDate(*time) == text);
  CHECK(FormatHttpDate(*time + Microseconds(999'999)) == text);
}

}  // namespace
}  // namespace session_exporter
