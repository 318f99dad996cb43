#include "server/accept_negotiation.h"

#include <string>

#include "catch.h"

namespace session_exporter {
namespace {

constexpr auto kText = ExpositionFormat::kText;
constexpr auto kOpenMetrics = ExpositionFormat::kOpenMetrics;

TEST_CASE("the exposition format follows Accept by quality, then specificity, then order",
          "[accept]") {
  struct Case {
    const char* accept;
    ExpositionFormat expected;
  };
  const auto c = GENERATE(values<Case>({
      // Prometheus 2.x
      {"application/openmetrics-text;version=1.0.0,application/"
       "openmetrics-text;version=0.0.1;q=0.75,"
       "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       kOpenMetrics},
      // Prometheus 3.x
      {"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
       "application/openmetrics-text;version=0.0.1;q=0.5,"
       "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/"
       "*;q=0.2",
       kOpenMetrics},
      // Prometheus 2.x with the protobuf format first
      {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
       "application/openmetrics-text;version=1.0.0;q=0.8,"
       "application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       kOpenMetrics},
      // Prometheus 3.x told to scrape text first
      {"text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.2",
       kText},
      // A browser
      {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", kText},
      {"", kText},
      {"*/*", kText},
      {"application/*", kText},
      {"text/plain", kText},
      {"application/openmetrics-text", kOpenMetrics},
      {"APPLICATION/OpenMetrics-Text; Version=1.0.0; charset=utf-8", kOpenMetrics},
      {"application/openmetrics-text;version=\"1.0.0\"", kOpenMetrics},
      {"application/openmetrics-text;version=0.0.1", kOpenMetrics},
      {"application/openmetrics-text;version=2.0.0", kText},
      {"application/openmetrics-text;version=1.0.0;q=0", kText},
      {"application/openmetrics-text;q=0.000,text/plain;q=0", kText},
      {"application/openmetrics-text;version=1.0.0;q=0,application/openmetrics-text", kText},
      {"application/openmetrics-text, text/plain", kOpenMetrics},
      {"text/plain, application/openmetrics-text", kText},
      {"*/*, application/openmetrics-text", kOpenMetrics},
      {"text/*, application/openmetrics-text", kOpenMetrics},
      {"application/openmetrics-text;q=0.5, */*", kText},
      {"application/openmetrics-text;q=0.5, */*;q=0.9, text/plain;q=0.1", kOpenMetrics},
      {"text/plain;q=0.5;version=0.0.4 , application/openmetrics-text ; q=0.501", kOpenMetrics},
      // Garbage
      {"application/openmetrics-text;q=2", kText},
      {"application/openmetrics-text;q=abc", kText},
      {"application/openmetrics-text;q=", kText},
      {"application/openmetrics-text;q=-1", kText},
      {"application/openmetrics-text;q=0.1234", kText},
      {"application/openmetrics-textual", kText},
      {",,;;==,\"", kText},
      {"text/plain;a=\"x,application/openmetrics-text", kText},
      {"text/html;a=\"\\\"\";q=1,application/openmetrics-text", kOpenMetrics},
      {";q=1,application/openmetrics-text", kOpenMetrics},
      {"\\", kText},
      {"\"\\", kText},
  }));
  INFO(c.accept);
  CHECK(NegotiateFormat(c.accept) == c.expected);
}

TEST_CASE("gzip is used when it is accepted and not liked less than no coding", "[accept]") {
  struct Case {
    const char* accept_encoding;
    bool expected;
  };
  const auto c = GENERATE(values<Case>({
      {"gzip", true},
      {"GZip", true},
      {"x-gzip", true},
      {"gzip, gzip", true},
      {"gzip, deflate, br", true},
      {"deflate, gzip;q=1.0, *;q=0.5", true},
      {"br;q=1.0, gzip;q=0.001", true},
      {"*", true},
      {"*;q=0.5, identity;q=0.1", true},
      {"gzip, identity", true},
      {"", false},
      {"identity", false},
      {"deflate, br, zstd", false},
      {"gzip;q=0", false},
      {"gzip;q=0.0", false},
      {"gzip;q=0, *", false},
      {"*;q=0", false},
      {"gzip;q=0.5, identity", false},
      {"gzip;q=nonsense", false},
      {"gzipped", false},
      {"gzip;q=0.5;q=0", false},
  }));
  INFO(c.accept_encoding);
  CHECK(AcceptsGzip(c.accept_encoding) == c.expected);
}

}  // namespace
}  // namespace session_exporter
