#include "collector/scrape_deadline.h"

#include <string>

#include "catch.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a scrape takes what its header leaves, never more than is configured", "[deadline]") {
  struct Row {
    std::string header;
    std::chrono::milliseconds timeout;  // of 20 s configured, half a second kept back
  };
  const Row row = GENERATE(values<Row>({
      {"", 20s},
      {"10", 9500ms},
      {"10.0", 9500ms},
      {"1e1", 9500ms},
      {"+10", 9500ms},
      {"10.", 9500ms},
      {"+10.", 9500ms},
      {".5", 450ms},
      {"+1e+1", 9500ms},
      {"20.5", 20s},
      {"60", 20s},
      {"5", 4500ms},
      {"4", 3600ms},  // a tenth is less than what is to be kept back
      {"1", 900ms},
      {"0.5", 450ms},
      {"0.001", 1ms},
      {"1e-9", 1ms},
      {"1e9", 20s},
      {"1e300", 20s},
      // What is no positive number of seconds is ignored.
      {"0", 20s},
      {"-0", 20s},
      {"-1", 20s},
      {"+", 20s},
      {"+-2", 20s},
      {"++2", 20s},
      {"-+2", 20s},
      {".", 20s},
      {"+.", 20s},
      {"10.e", 20s},
      {"NaN", 20s},
      {"nan", 20s},
      {"inf", 20s},
      {"+Inf", 20s},
      {"-inf", 20s},
      {"1e999", 20s},
      {"1e-999", 20s},
      {" 10", 20s},
      {"10 ", 20s},
      {"10s", 20s},
      {"10,5", 20s},
      {"0x10", 20s},
      {"ten", 20s},
      {std::string("10\0", 3), 20s},
  }));
  CAPTURE(row.header);
  CHECK(ScrapeTimeout(row.header, 20s, 500ms) == row.timeout);
}

TEST_CASE("nothing is kept back where nothing is configured to be", "[deadline]") {
  CHECK(ScrapeTimeout("10", 20s, 0ms) == 10s);
  CHECK(ScrapeTimeout("10", 1ms, 0ms) == 1ms);
  CHECK(ScrapeTimeout("0.0001", 1ms, 0ms) == 1ms);
}

}  // namespace
}  // namespace session_exporter
