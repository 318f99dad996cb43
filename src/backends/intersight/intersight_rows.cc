#include "backends/intersight/intersight_rows.h"

namespace session_exporter {
namespace {

enum Member : std::size_t { kObjectType, kCount };

std::optional<std::uint64_t> CountIn(const JsonValue& value) {
  constexpr double kMost = 1e15;  // exact in a double, and beyond any list
  if (value.type != JsonType::kNumber || !(value.number >= 0 && value.number <= kMost)) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(value.number);
}

}  // namespace

IntersightPageReader::IntersightPageReader(IntersightRows& rows)
    : rows_(rows),
      reader_({"Results", {"ObjectType", "Count"}}, rows.schema(), [this](Fields& fields) {
        ++row_count_;
        return rows_.ReadRow(fields);
      }) {}

Result<IntersightPageReader::Summary> IntersightPageReader::Finish() {
  if (auto end = reader_.Finish(); !end) return tl::unexpected(end.error());
  for (auto& warning : reader_.fields().Warnings()) rows_.warnings.push_back(std::move(warning));
  const JsonType list = reader_.list_type();
  const JsonValue& type = reader_.member(kObjectType);
  const bool named = type.type == JsonType::kString && type.text == rows_.object_type();
  const bool empty = list == JsonType::kNull || (list == JsonType::kMissing && named);
  if (list != JsonType::kArray && !empty) {
    return Fail(ErrorKind::kProtocol, "the answer has no list \"Results\"{}",
                list == JsonType::kMissing ? "" : ", but a value of another type");
  }
  return Summary{row_count_, CountIn(reader_.member(kCount))};
}

}  // namespace session_exporter
