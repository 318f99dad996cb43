// Lists that change while their pages are read.
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "catch.h"
#include "unit/backends/intersight_setup.h"

namespace session_exporter {
namespace {

using test::IntersightSetup;
using test::ListOf;
using test::Page;

// `skip` of each request.
std::vector<int> Skips(const IntersightSetup& setup) {
  std::vector<int> skips;
  for (const std::string& target : setup.SentTargets()) {
    skips.push_back(std::stoi(target.substr(target.find("$skip=") + 6)));
  }
  return skips;
}

std::vector<std::string> Ids(const Snapshot& snapshot) {
  std::vector<std::string> ids;
  for (const Session& session : snapshot.sessions) {
    ids.emplace_back(snapshot.symbols.Text(session.id));
  }
  return ids;
}

// What Page calls its rows.
std::vector<std::string> IdsFrom(int first, int last) {
  std::vector<std::string> ids;
  for (int i = first; i <= last; ++i) ids.push_back(fmt::format("{:024x}", i));
  return ids;
}

struct ShiftCase {
  std::string_view what;
  int page_size;
  std::vector<std::string> answers;
  std::vector<int> skips;
  std::vector<std::string> ids;
};

TEST_CASE("a list that changes between pages is read anew without a gap", "[intersight]") {
  const auto& c = GENERATE(values<ShiftCase>({
      {"the first of five goes away",
       2,
       {Page(0, 2, 5), Page(3, 2, 4), Page(5, 0, 4), Page(1, 2, 4), Page(2, 2, 4), Page(3, 2, 4)},
       {0, 2, 4, 0, 1, 2},
       IdsFrom(1, 4)},
      {"a row comes",
       10,
       {Page(0, 10, 20), Page(10, 10, 21), Page(0, 10, 21), Page(7, 10, 21), Page(14, 7, 21)},
       {0, 10, 0, 7, 14},
       IdsFrom(0, 20)},
      {"rows go away from the list that is read anew",
       10,
       {Page(0, 10, 20), Page(11, 9, 19), Page(1, 10, 19), Page(10, 10, 17), Page(17, 3, 17)},
       {0, 10, 0, 7, 14},
       IdsFrom(1, 19)},
      {"rows come to the list that is read anew",
       10,
       {Page(0, 10, 15), Page(10, 6, 16), Page(0, 10, 17), Page(7, 10, 18), Page(14, 4, 18)},
       {0, 10, 0, 7, 14},
       IdsFrom(0, 17)},
      {"what is left fits one page",
       10,
       {Page(0, 10, 11), Page(11, 0, 10), Page(1, 10, 10)},
       {0, 10, 0},
       IdsFrom(1, 10)},
      {"what is left has no count",
       4,
       {Page(0, 4, 6), Page(5, 1, 5), Page(1, 4, -1), Page(4, 2, -1)},
       {0, 4, 0, 3},
       IdsFrom(1, 5)},
  }));
  CAPTURE(c.what);
  IntersightSetup setup;
  setup.config->page_size = c.page_size;
  setup.target.max_pages = 3;
  for (const std::string& answer : c.answers) setup.Answer(answer);
  const auto snapshot = setup.List();
  INFO((snapshot ? "" : snapshot.error().message()));
  REQUIRE(snapshot);
  CHECK(Ids(*snapshot) == c.ids);
  CHECK(Skips(setup) == c.skips);
  CHECK(snapshot->duplicate_sessions == 0);
}

TEST_CASE("a list that is read anew with a gap is an error", "[intersight]") {
  const auto& c = GENERATE(values<ShiftCase>({
      {"more rows go away than the pages overlap",
       10,
       {Page(0, 10, 20), Page(11, 9, 19), Page(1, 10, 19), Page(12, 8, 15)},
       {0, 10, 0, 7, 14},
       {}},
      {"so many that a page is empty",
       10,
       {Page(0, 10, 20), Page(11, 9, 19), Page(1, 10, 19), Page(0, 0, 7)},
       {0, 10, 0, 7, 14},
       {}},
      {"pages that are too small to overlap",
       1,
       {Page(0, 1, 2), Page(1, 1, 3), Page(0, 1, 2), Page(2, 1, 3)},
       {0, 1, 0, 1},
       {}},
  }));
  CAPTURE(c.what);
  IntersightSetup setup;
  setup.config->page_size = c.page_size;
  for (const std::string& answer : c.answers) setup.Answer(answer);
  const auto snapshot = setup.List();
  REQUIRE(!snapshot);
  CHECK(snapshot.error().kind() == ErrorKind::kProtocol);
  CHECK(snapshot.error().message().find("when it was read anew") != std::string::npos);
  CHECK(Skips(setup) == c.skips);
}

TEST_CASE("limits that are read anew forget what was read before", "[intersight]") {
  IntersightSetup setup;
  setup.config->session_limits = true;
  const auto limits = [](int idle, int rows, int count) {
    std::string text = fmt::format(R"({{"IdleTimeOut":{}}})", idle);
    for (int i = 1; i < rows; ++i) text += fmt::format(R"(,{{"Permission":{{"Moid":"p{}"}}}})", i);
    return ListOf(text, fmt::format("\"Count\":{},", count));
  };
  setup.Answer(Page(0, 1, 1));
  setup.Answer(limits(60, 1000, 1001));
  setup.Answer(ListOf("", "\"Count\":1000,"));
  setup.Answer(limits(1800, 1000, 1000));
  const auto snapshot = setup.List();
  INFO((snapshot ? "" : snapshot.error().message()));
  REQUIRE(snapshot);
  CHECK(snapshot->limits.idle_timeout == std::chrono::seconds(1800));
}

}  // namespace
}  // namespace session_exporter
