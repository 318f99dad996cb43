#include "support/exposition_parser.h"

#include <cmath>
#include <string>

#include "catch.h"

namespace session_exporter::test {
namespace {

constexpr Dialect kText = Dialect::kText;
constexpr Dialect kOpen = Dialect::kOpenMetrics;

std::string MessageOf(std::string_view text, Dialect dialect) {
  const auto parsed = ParseExposition(text, dialect);
  return parsed ? "accepted" : std::to_string(parsed.error().line) + ": " + parsed.error().message;
}

TEST_CASE("the text format is read with its types, help, labels and values", "[parser]") {
  const auto parsed = ParseExposition(
      "# HELP a_total Said \"so\" \\\\ over\\nlines.\n"
      "# TYPE a_total counter\n"
      "a_total 3\n"
      "# HELP b What.\n"
      "# TYPE b gauge\n"
      "b{x=\"1\",y=\"q\\\"uote\\\\ back\\nline é {,}=\"} -0.5\n"
      "b{x=\"2\",y=\"\"} +Inf\n"
      "b{x=\"3\",y=\"\"} 1e+22\n",
      kText);
  REQUIRE(parsed);
  REQUIRE(parsed->Families().size() == 2);
  CHECK(parsed->Family("a_total")->help == "Said \"so\" \\ over\nlines.");
  CHECK(parsed->Family("b")->type == "gauge");
  CHECK(parsed->Family("c") == nullptr);
  CHECK(parsed->Value("a_total") == 3);
  CHECK(parsed->Value("b", {{"x", "1"}}) == -0.5);
  CHECK(parsed->Value("b", {{"y", ""}, {"x", "3"}}) == 1e22);
  CHECK(std::isinf(*parsed->Value("b", {{"x", "2"}})));
  CHECK(parsed->Value("b", {{"x", "4"}}) == std::nullopt);
  CHECK(parsed->Series("b").size() == 3);
  CHECK(parsed->Series("b")[0].Label("y") == "q\"uote\\ back\nline é {,}=");
  CHECK(parsed->Series("b")[0].line == 6);
  CHECK_THROWS_AS(parsed->Value("b"), std::logic_error);
}

TEST_CASE("OpenMetrics is read with units, counters and histograms", "[parser]") {
  const auto parsed = ParseExposition(
      "# TYPE a_seconds counter\n"
      "# UNIT a_seconds seconds\n"
      "# HELP a_seconds Said \\\"so\\\".\n"
      "a_seconds_total 3\n"
      "# TYPE h histogram\n"
      "# HELP h What.\n"
      "h_bucket{t=\"x\",le=\"0.5\"} 1\n"
      "h_bucket{t=\"x\",le=\"+Inf\"} 2\n"
      "h_sum{t=\"x\"} 1.5\n"
      "h_count{t=\"x\"} 2\n"
      "# EOF\n",
      kOpen);
  REQUIRE(parsed);
  CHECK(parsed->Family("a_seconds")->unit == "seconds");
  CHECK(parsed->Family("a_seconds_total") == parsed->Family("a_seconds"));
  CHECK(parsed->Family("a_seconds")->help == "Said \"so\".");
  CHECK(parsed->Value("h_count", {{"t", "x"}}) == 2);
  CHECK(parsed->Sum("h_bucket") == 3);
}

TEST_CASE("an empty page is a page", "[parser]") {
  CHECK(MessageOf("", kText) == "accepted");
  CHECK(MessageOf("# EOF\n", kOpen) == "accepted");
  CHECK(MessageOf("", kOpen) == "0: no # EOF at the end");
}

TEST_CASE("a line that is not of the format is refused with its number", "[parser]") {
  struct Row {
    std::string line;
    std::string message;
  };
  // Each stands as the fourth line, after a family and one sample.
  const Row row = GENERATE(values<Row>({
      {"", "blank line"},
      {"b 1\r", "carriage return"},
      {"b{x=\"\xC3\"} 1", "not UTF-8"},
      {"b{x=\"\xC0\x80\"} 1", "not UTF-8"},
      {"b{x=\"\xED\xA0\x80\"} 1", "not UTF-8"},
      {"b{x=\"\xF4\x90\x80\x80\"} 1", "not UTF-8"},
      {"b{x=\"\xFF\"} 1", "not UTF-8"},
      {"9b 1", "illegal metric name: 9b"},
      {"b-c 1", "illegal metric name: b-c"},
      {"b", "sample without a value"},
      {"b{x=\"1\"}1", "no space before the value"},
      {"b{x=\"1\"}", "no space before the value"},
      {"b{x=\"1\"}  1", "not a number:  1"},
      {"b{x=\"1\"} ", "not a number: "},
      {"b{x=\"1\"} 1 1700000000000", "not a number: 1 1700000000000"},
      {"b{x=\"1\"} nan", "not a number: nan"},
      {"b{x=\"1\"} Inf", "not a number: Inf"},
      {"b{x=\"1\"} 0x10", "not a number: 0x10"},
      {"b{x=\"1\"} 1.", "not a number: 1."},
      {"b{x=\"1\"} .5", "not a number: .5"},
      {"b{x=\"1\"} 1e", "not a number: 1e"},
      {"b{x=\"1\"} 1,5", "not a number: 1,5"},
      {"b{} 1", "labels without their closing brace"},
      {"b{x=\"1\",} 1", "labels without their closing brace"},
      {"b{x=\"1\" ,y=\"\"} 1", "no comma or brace after a label"},
      {"b{x=\"1\", y=\"2\"} 1", "illegal label name:  y"},
      {"b{x-y=\"1\"} 1", "illegal label name: x-y"},
      {"b{a:b=\"1\"} 1", "illegal label name: a:b"},
      {"b{__x=\"1\"} 1", "illegal label name: __x"},
      {"b{x=\"1\",x=\"2\"} 1", "label twice: x"},
      {"b{x=1} 1", "label value without its opening quote"},
      {"b{x=\"1} 1", "label value without its closing quote"},
      {"b{x=\"\\t\"} 1", "unknown escape \\t in a label value"},
      {"b{x=\"\\", "label value ends within an escape"},
      {"b 2", "series twice: b 2"},
      {"c 1", "sample c within the gauge b"},
      {"b_count 1", "sample b_count within the gauge b"},
      {"b{le=\"1\"} 1", "le outside of a bucket"},
      {"# HELP b Again.", "HELP of b after its samples"},
      {"# TYPE b gauge", "TYPE of b after its samples"},
      {"# a comment", "a comment that is no metadata"},
      {"#HELP c What.", "a comment that is no metadata"},
      {"# HELP c", "HELP of c is empty"},
      {"# HELP c ", "HELP of c is empty"},
      {"# HELP c d\\te", "unknown escape in HELP: \\t"},
      {"# HELP c d\\", "HELP ends within an escape"},
      {"# TYPE c gouge", "unknown type: gouge"},
  }));
  CAPTURE(row.line);
  const std::string head = "# HELP b What.\n# TYPE b gauge\nb 1\n";
  CHECK(MessageOf(head + row.line + "\n", kText) == "4: " + row.message);
  // Of those, OpenMetrics differs in nothing.
  CHECK(MessageOf(head + row.line + "\n# EOF\n", kOpen) == "4: " + row.message);
}

TEST_CASE("a page whose families are not in order is refused", "[parser]") {
  struct Row {
    std::string page;
    Dialect dialect;
    std::string message;
  };
  const std::string a = "# HELP a A.\n# TYPE a gauge\na 1\n";
  const std::string b = "# HELP b B.\n# TYPE b gauge\nb 1\n";
  const std::string h = "# HELP h H.\n# TYPE h histogram\n";
  const Row row = GENERATE_COPY(values<Row>({
      {a + b + "a{x=\"1\"} 1\n", kText, "7: sample a within the gauge b"},
      {a + b + "# HELP a A.\n", kText, "7: family a is taken up again"},
      {"a 1\n", kText, "1: sample before any TYPE: a"},
      {"# HELP a A.\na 1\n", kText, "2: no TYPE for a"},
      {"# TYPE a gauge\na 1\n", kText, "2: no HELP for a"},
      {"# HELP a A.\n# HELP a A.\n", kText, "2: HELP of a twice"},
      {"# HELP a A.\n# TYPE a gauge\n# TYPE a gauge\n", kText, "3: TYPE of a twice"},
      {"# HELP a A.\n# TYPE a gauge\n", kText, "0: family a has no sample"},
      {"# HELP a A.\n# TYPE a gauge\n" + b, kText, "3: family a has no sample"},
      {"# HELP a A.\n# TYPE a gauge\na 1", kText, "3: last line without its newline"},
      {"# HELP a_s A.\n# UNIT a_s s\n", kText, "2: UNIT in the text format"},
      {"# HELP a A.\n# TYPE a counter\na 1\n", kText, "0: counter not named _total: a"},
      {"# HELP a_total A.\n# TYPE a_total counter\na_total -1\n", kText,
       "3: a count that is negative or NaN"},
      {"# HELP a_total A.\n# TYPE a_total counter\na_total NaN\n", kText,
       "3: a count that is negative or NaN"},
      {a + "# EOF\n", kText, "4: a comment that is no metadata"},
      {a, kOpen, "0: no # EOF at the end"},
      {a + "# EOF\n" + b, kOpen, "5: text after # EOF"},
      {a + "# EOF\n\n", kOpen, "5: text after # EOF"},
      {"# TYPE a_total counter\n# HELP a_total A.\na_total 1\n# EOF\n", kOpen,
       "3: sample a_total within the counter a_total"},
      {"# TYPE a_total counter\n# HELP a_total A.\na_total_total 1\n# EOF\n", kOpen,
       "4: OpenMetrics counter named _total: a_total"},
      {"# TYPE a counter\n# HELP a A.\na 1\n# EOF\n", kOpen, "3: sample a within the counter a"},
      {"# TYPE a_total gauge\n# HELP a_total A.\na_total 1\n# TYPE a counter\n# HELP a A.\n"
       "a_total{x=\"1\"} 1\n# EOF\n",
       kOpen, "6: a_total is also a sample of a_total"},
      {"# TYPE a untyped\n# HELP a A.\na 1\n# EOF\n", kOpen, "1: unknown type: untyped"},
      {"# TYPE a_s gauge\n# UNIT a_s seconds\n", kOpen, "2: a_s does not end in its unit seconds"},
      {"# TYPE seconds gauge\n# UNIT seconds seconds\n", kOpen,
       "2: seconds does not end in its unit seconds"},
      {"# TYPE a gauge\n# HELP a \"A\".\n", kOpen, "2: HELP with a bare quote"},
      {h + "h_bucket 1\n", kText, "3: bucket without le"},
      {h + "h_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n", kText,
       "0: h: histogram without a bucket for +Inf"},
      {h + "h_bucket{le=\"2\"} 1\nh_bucket{le=\"1\"} 1\n", kText, "0: h: buckets out of order"},
      {h + "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\n", kText,
       "0: h: buckets that are not cumulative"},
      {h + "h_bucket{le=\"+Inf\"} 1\nh_sum 1\n", kText,
       "0: h: histogram without its count or its sum"},
      {h + "h_bucket{le=\"+Inf\"} 1\nh_count 1\n", kText,
       "0: h: histogram without its count or its sum"},
      {h + "h_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 2\n", kText,
       "0: h: histogram whose count is not that of +Inf"},
      {h + "h_bucket{le=\"x\"} 1\n", kText, "0: h: le is not a number: x"},
      {h + "h_sum{t=\"1\"} 1\nh_sum{t=\"2\"} 1\nh_count{t=\"1\"} 1\n", kText,
       "0: interleaved series of h"},
  }));
  CAPTURE(row.page);
  CHECK(MessageOf(row.page, row.dialect) == row.message);
}

}  // namespace
}  // namespace session_exporter::test
