// What a ListReader makes of a document, in a form that tests can compare.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "json/list_reader.h"

namespace session_exporter {

struct ListOutcome {
  std::vector<std::string> elements;  // of each: its `id`, or what stands there instead
  std::string time;                   // the kept member `time`, likewise
  std::string message;                // the kept member `message`, likewise
  JsonType list_type = JsonType::kMissing;
  std::optional<ErrorKind> error;
  std::string error_message;

  friend bool operator==(const ListOutcome&, const ListOutcome&) = default;
};

std::ostream& operator<<(std::ostream& out, const ListOutcome& outcome);

// Length of the next piece; every piece is a copy of its own, so that reading beyond it is found.
using NextPiece = std::function<std::size_t()>;

// Reads `document`, whose list is called `list`, and finishes.
ListOutcome ReadList(std::string_view document, const NextPiece& next,
                     const ListReader::Limits& limits = ListReader::Limits());
ListOutcome ReadList(std::string_view document);

}  // namespace session_exporter
