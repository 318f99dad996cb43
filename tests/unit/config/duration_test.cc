#include "config/duration.h"

#include <string>

#include "catch.h"

namespace session_exporter {
namespace {

using std::chrono::milliseconds;

TEST_CASE("durations are read as Prometheus reads them", "[config]") {
  struct Row {
    std::string_view text;
    std::int64_t milliseconds;
  };
  const Row row = GENERATE(values<Row>({
      {"0", 0},
      {"0s", 0},
      {"500ms", 500},
      {"5s", 5'000},
      {"05s", 5'000},
      {"90m", 5'400'000},
      {"1h30m", 5'400'000},
      {"1d", 86'400'000},
      {"30d", 2'592'000'000},
      {"2w", 1'209'600'000},
      {"1y", 31'536'000'000},
      {"1y2w3d4h5m6s7ms", 33'019'506'007},
      {"1m1ms", 60'001},
      {"292y", 9'208'512'000'000},
  }));
  CAPTURE(row.text);
  const auto duration = ParseDuration(row.text);
  REQUIRE(duration.has_value());
  CHECK(duration->count() == row.milliseconds);
}

TEST_CASE("other texts are no durations", "[config]") {
  const std::string_view text = GENERATE(values<std::string_view>({"",
                                                                   " ",
                                                                   "5",
                                                                   "00",
                                                                   "s",
                                                                   "5 s",
                                                                   " 5s",
                                                                   "5s ",
                                                                   "-5s",
                                                                   "+5s",
                                                                   "1.5h",
                                                                   "1,5h",
                                                                   "5S",
                                                                   "5sec",
                                                                   "5µs",
                                                                   "5us",
                                                                   "1h1h",
                                                                   "30m1h",
                                                                   "1ms1s",
                                                                   "1s 1ms",
                                                                   "1h30",
                                                                   "0x5s",
                                                                   "5e3s",
                                                                   "293y",
                                                                   "infs",
                                                                   "true",
                                                                   "9999999999999999999s",
                                                                   "18446744073709551616ms",
                                                                   "9223372036855ms",
                                                                   "292y365d"}));
  CAPTURE(text);
  CHECK_FALSE(ParseDuration(text).has_value());
}

TEST_CASE("a duration is written in the form in which it is read", "[config]") {
  CHECK(FormatDuration(milliseconds(0)) == "0s");
  CHECK(FormatDuration(milliseconds(7)) == "7ms");
  CHECK(FormatDuration(milliseconds(1'500)) == "1s500ms");
  CHECK(FormatDuration(milliseconds(60'000)) == "1m");
  CHECK(FormatDuration(milliseconds(5'400'000)) == "1h30m");
  CHECK(FormatDuration(milliseconds(31'536'000'000)) == "365d");
  for (const std::int64_t count : {1, 999, 86'399'999, 123'456'789}) {
    CHECK(ParseDuration(FormatDuration(milliseconds(count))) == milliseconds(count));
  }
}

}  // namespace
}  // namespace session_exporter
