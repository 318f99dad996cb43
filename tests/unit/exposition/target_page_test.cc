#include "exposition/target_page.h"

#include "catch.h"

namespace session_exporter {
namespace {

TEST_CASE("a sample carries its target first, then its labels, escaped", "[page]") {
  TargetPage page("k\"1\"");
  page.Add(Metric::kUp, {{"backend", "kasm"}}, 1);
  page.Add(Metric::kSessions, {{"backend", "b\\"}, {"state", "a\nb"}, {"status", ""}}, 0.5);
  page.Add(Metric::kCollectionRequests, {}, 12);
  page.AddSeconds(Metric::kClockSkew, {}, Microseconds(-1'500'000));
  CHECK(page.target() == "k\"1\"");
  CHECK(page.Lines(Metric::kUp) == "session_up{target=\"k\\\"1\\\"\",backend=\"kasm\"} 1\n");
  CHECK(page.Lines(Metric::kSessions) ==
        "session_sessions{target=\"k\\\"1\\\"\",backend=\"b\\\\\",state=\"a\\nb\",status=\"\"} "
        "0.5\n");
  CHECK(page.Lines(Metric::kCollectionRequests) ==
        "session_collection_requests{target=\"k\\\"1\\\"\"} 12\n");
  CHECK(page.Lines(Metric::kClockSkew) ==
        "session_clock_skew_seconds{target=\"k\\\"1\\\"\"} -1.5\n");
}

TEST_CASE("samples of a metric stand in the order in which they were added", "[page]") {
  TargetPage page("t");
  page.Add(Metric::kImageSessions, {{"image", "b"}}, 1);
  page.Add(Metric::kUp, {{"backend", "x"}}, 1);
  page.Add(Metric::kImageSessions, {{"image", "a"}}, 2);
  CHECK(page.Lines(Metric::kImageSessions) ==
        "session_image_sessions{target=\"t\",image=\"b\"} 1\n"
        "session_image_sessions{target=\"t\",image=\"a\"} 2\n");
}

TEST_CASE("what was not added has no lines", "[page]") {
  const TargetPage page("t");
  for (const MetricDescription& metric : Catalogue()) CHECK(page.Lines(metric.metric).empty());
  CHECK(page.sessions() == nullptr);
}

}  // namespace
}  // namespace session_exporter
