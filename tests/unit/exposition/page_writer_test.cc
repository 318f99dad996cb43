#include "exposition/page_writer.h"

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "catch.h"
#include "unit/exposition/session_fixture.h"

namespace session_exporter {
namespace {

using test::kNow;
using test::SnapshotBuilder;

// A target with that many sessions, of which some lack some values.
std::shared_ptr<TargetPage> MakeTarget(const std::string& name, int sessions) {
  SnapshotBuilder builder;
  for (int i = 0; i < sessions; ++i) {
    Session& session = builder.Add("session-" + std::to_string(i * 7919 % 100'003));
    session.start = kNow - std::chrono::seconds(i);
    if (i % 2 == 0) session.keepalive = kNow - std::chrono::seconds(i);
    if (i % 5 == 1) session.cpu_cores = i;
    session.Label(SessionLabel::kUser) = builder.Text("user " + std::to_string(i % 100));
  }
  auto page = std::make_shared<TargetPage>(name);
  page->Add(Metric::kUp, {{"backend", "fake"}}, 1);
  for (int i = 0; i < 5; ++i) {
    page->Add(Metric::kImageSessions, {{"image", "image " + std::to_string(i)}}, i);
  }
  SessionTableOptions options = test::Options(100'000);
  options.target = name;
  page->SetSessions(std::make_shared<SessionTable>(builder.Build(), options));
  return page;
}

std::vector<std::string> Pieces(Page page, ExpositionFormat format) {
  PageWriter writer(std::move(page), format);
  std::vector<std::string> pieces;
  std::string piece = "left over";
  while (writer.Next(piece)) pieces.push_back(piece);
  CHECK(piece.empty());
  CHECK(!writer.Next(piece));  // and stays at its end
  CHECK(piece.empty());
  return pieces;
}

std::string Join(const std::vector<std::string>& pieces) {
  std::string whole;
  for (const std::string& piece : pieces) whole += piece;
  return whole;
}

// The lines of a page without its headers, made family by family and not in pieces.
std::string ExpectedLines(const Page& page) {
  std::string lines;
  for (const MetricDescription& metric : Catalogue()) {
    for (const OwnFamily& own : page.own) {
      if (own.metric == metric.metric) lines += own.lines;
    }
    for (const auto& target : page.targets) {
      lines += target->Lines(metric.metric);
      if (target->sessions() != nullptr)
        lines += test::AllLines(*target->sessions(), metric.metric);
    }
  }
  return lines;
}

std::string WithoutHeaders(const std::string& page) {
  std::string lines;
  for (std::size_t at = 0; at < page.size();) {
    const std::size_t end = page.find('\n', at) + 1;
    if (page[at] != '#') lines.append(page, at, end - at);
    at = end;
  }
  return lines;
}

TEST_CASE("no line is lost or doubled between pieces, for any number of sessions", "[writer]") {
  const int sessions = GENERATE(0, 1, 2, 99, 500, 1000, 2345, 5000);
  const auto format = GENERATE(ExpositionFormat::kText, ExpositionFormat::kOpenMetrics);
  CAPTURE(sessions);
  Page page;
  page.targets = {MakeTarget("a", sessions), MakeTarget("b", 1), MakeTarget("c", sessions / 2)};
  page.own = {{Metric::kProcessOpenFds, "process_open_fds 1\n"}};
  const std::string expected = ExpectedLines(page);
  const std::vector<std::string> pieces = Pieces(page, format);
  CHECK((WithoutHeaders(Join(pieces)) == expected));
}

TEST_CASE("pieces are full and not much more, but for the last", "[writer]") {
  Page page;
  page.targets = {MakeTarget("a", 3000), MakeTarget("b", 3000)};
  const std::vector<std::string> pieces = Pieces(page, ExpositionFormat::kText);
  REQUIRE(pieces.size() > 10);
  for (std::size_t i = 0; i + 1 < pieces.size(); ++i) {
    CHECK(pieces[i].size() >= PageWriter::kPieceBytes);
    CHECK(pieces[i].size() < PageWriter::kPieceBytes + 4096);
    CHECK(pieces[i].ends_with('\n'));
  }
}

TEST_CASE("wherever a piece ends, the page is the same", "[writer]") {
  Page page;
  page.targets = {MakeTarget("a", 150), MakeTarget("b", 150), MakeTarget("c", 3)};
  const std::string expected = WithoutHeaders(Join(Pieces(page, ExpositionFormat::kOpenMetrics)));
  REQUIRE(expected.size() > PageWriter::kPieceBytes);
  // A first line that grows moves the ends of the pieces over everything that follows it.
  // It grows by less than a line, so that every line comes to lie across an end.
  for (std::size_t padding = 1; padding < PageWriter::kPieceBytes + 400; padding += 109) {
    const std::string line = std::string(padding, 'x') + "\n";
    page.own = {{Metric::kProcessCpuSeconds, line}};
    const auto pieces = Pieces(page, ExpositionFormat::kOpenMetrics);
    CAPTURE(padding);
    REQUIRE((WithoutHeaders(Join(pieces)) == line + expected));
  }
}

TEST_CASE("a page that fills its pieces to the byte ends well", "[writer]") {
  Page page;
  page.own = {{Metric::kProcessOpenFds, "x\n"}};
  const auto format = GENERATE(ExpositionFormat::kText, ExpositionFormat::kOpenMetrics);
  const std::size_t rest = Join(Pieces(page, format)).size() - 2;
  for (std::size_t total = PageWriter::kPieceBytes - 8; total < PageWriter::kPieceBytes + 9;
       ++total) {
    page.own[0].lines = std::string(total - rest - 1, 'x') + "\n";
    const std::string whole = Join(Pieces(page, format));
    REQUIRE(whole.size() == total);
    REQUIRE(whole.ends_with("# EOF\n") == (format == ExpositionFormat::kOpenMetrics));
    REQUIRE(whole.find("# EOF") ==
            (format == ExpositionFormat::kOpenMetrics ? total - 6 : std::string::npos));
  }
}

TEST_CASE("two writers of the same targets do not disturb each other", "[writer]") {
  Page page;
  page.targets = {MakeTarget("a", 1000)};
  PageWriter first(page, ExpositionFormat::kText);
  PageWriter second(page, ExpositionFormat::kText);
  std::string one;
  std::string two;
  for (bool more = true; more;) {
    std::string piece;
    more = first.Next(piece);
    one += piece;
    more = second.Next(piece) || more;
    two += piece;
  }
  CHECK((one == two));
  CHECK((WithoutHeaders(one) == ExpectedLines(page)));
}

}  // namespace
}  // namespace session_exporter
