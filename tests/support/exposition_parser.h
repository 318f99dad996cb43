// A strict reader of both exposition formats, for tests. It shares no code with the writer, and
// takes less than the formats allow: what the exporter has no reason to write (blank lines, free
// comments, timestamps, exemplars, trailing commas, a family without HELP or TYPE) is an error.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace session_exporter::test {

enum class Dialect { kText, kOpenMetrics };

struct ParsedSample {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;  // unescaped, in their order on the line
  double value = 0;
  std::size_t line = 0;  // from 1

  // Empty when it has no such label.
  [[nodiscard]] std::string_view Label(std::string_view label) const;
};

struct ParsedFamily {
  std::string name;  // as its TYPE line has it: in OpenMetrics a counter's is without _total
  std::string type;
  std::string help;  // unescaped
  std::string unit;
  std::vector<ParsedSample> samples;
};

using LabelMatch = std::initializer_list<std::pair<std::string_view, std::string_view>>;

class Exposition {
 public:
  explicit Exposition(std::vector<ParsedFamily> families) : families_(std::move(families)) {}

  // In the order of the page.
  [[nodiscard]] const std::vector<ParsedFamily>& Families() const { return families_; }
  // Null when there is none. The name may be that of a counter's samples.
  [[nodiscard]] const ParsedFamily* Family(std::string_view name) const;

  // The samples of that name which have at least these labels, in the order of the page.
  [[nodiscard]] std::vector<ParsedSample> Series(std::string_view sample,
                                                 LabelMatch labels = {}) const;
  // The value of the only such sample. Throws std::logic_error when there are several: the test
  // then does not say which it means.
  [[nodiscard]] std::optional<double> Value(std::string_view sample, LabelMatch labels = {}) const;
  // The sum of the values of all such samples.
  [[nodiscard]] double Sum(std::string_view sample, LabelMatch labels = {}) const;

 private:
  std::vector<ParsedFamily> families_;
};

struct ParseError {
  std::size_t line = 0;  // from 1; 0 for the page as a whole
  std::string message;
};

tl::expected<Exposition, ParseError> ParseExposition(std::string_view text, Dialect dialect);

}  // namespace session_exporter::test
