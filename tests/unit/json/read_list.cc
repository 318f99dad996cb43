#include "unit/json/read_list.h"

#include <algorithm>

namespace session_exporter {
namespace {

std::string Describe(const JsonValue& value) {
  switch (value.type) {
    case JsonType::kMissing:
      return "missing";
    case JsonType::kNull:
      return "null";
    case JsonType::kBool:
      return value.truth ? "true" : "false";
    case JsonType::kNumber:
      return fmt::format("{}", value.number);
    case JsonType::kString:
      return fmt::format("'{}'", value.text);
    case JsonType::kObject:
      return "object";
    case JsonType::kArray:
      return "array";
  }
  return {};
}

Result<void> FeedAll(ListReader& reader, std::string_view document, const NextPiece& next) {
  while (!document.empty()) {
    const std::string_view part = document.substr(0, next());
    const std::vector<char> piece(part.begin(), part.end());
    if (auto fed = reader.Feed(piece); !fed) return fed;
    document.remove_prefix(part.size());
  }
  return reader.Finish();
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const ListOutcome& outcome) {
  for (const std::string& element : outcome.elements) out << element << ' ';
  out << "| time " << outcome.time << ", message " << outcome.message << ", list "
      << static_cast<int>(outcome.list_type);
  if (outcome.error) out << ", " << ReasonOf(*outcome.error) << ": " << outcome.error_message;
  return out;
}

ListOutcome ReadList(std::string_view document, const NextPiece& next,
                     const ListReader::Limits& limits) {
  static const FieldSchema kSchema{"id"};
  ListOutcome outcome;
  ListReader reader(
      {"list", {"time", "message"}}, kSchema,
      [&](Fields& fields) {
        outcome.elements.push_back(Describe(fields.Value(0)));
        return Result<void>();
      },
      limits);
  const auto read = FeedAll(reader, document, next);
  outcome.list_type = reader.list_type();
  outcome.time = Describe(reader.member(0));
  outcome.message = Describe(reader.member(1));
  if (!read) {
    outcome.error = read.error().kind();
    outcome.error_message = read.error().message();
  }
  return outcome;
}

ListOutcome ReadList(std::string_view document) {
  return ReadList(document, [&] { return std::max<std::size_t>(document.size(), 1); });
}

}  // namespace session_exporter
