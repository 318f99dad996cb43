// The rows of a list that comes in pages, and reading one page while it arrives:
//
//   {"ObjectType": "iam.Session.List", "Count": 2500, "Results": [{...}, ...]}
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "json/list_reader.h"

namespace session_exporter {

// Takes the rows of all pages, one after the other.
class IntersightRows {
 public:
  // `object_type` is the list's: "iam.Session.List"; it and `schema` outlive this.
  IntersightRows(std::string_view object_type, const FieldSchema& schema)
      : object_type_(object_type), schema_(schema) {}
  virtual ~IntersightRows() = default;
  IntersightRows(const IntersightRows&) = delete;
  IntersightRows& operator=(const IntersightRows&) = delete;

  [[nodiscard]] std::string_view object_type() const { return object_type_; }
  [[nodiscard]] const FieldSchema& schema() const { return schema_; }

  // A row of whatever JSON type. Errors: kLimit, where there are more than can be kept.
  virtual Result<void> ReadRow(Fields& fields) = 0;

  // How many of the rows had been given before.
  [[nodiscard]] virtual std::uint64_t repeated() const = 0;
  // Forgets all rows: the list is read once more from its start.
  virtual void Clear() { warnings.clear(); }

  // Fields of wrong types, as Snapshot::parse_warnings has them; a page adds its own at its end.
  std::vector<std::pair<std::string, std::uint64_t>> warnings;

 private:
  std::string_view object_type_;
  const FieldSchema& schema_;
};

class IntersightPageReader {
 public:
  // What a page tells of the list.
  struct Summary {
    std::uint64_t rows = 0;
    std::optional<std::uint64_t> count;  // of the whole list; not every answer has it
  };

  // `rows` outlives the reader.
  explicit IntersightPageReader(IntersightRows& rows);
  ~IntersightPageReader() = default;
  IntersightPageReader(const IntersightPageReader&) = delete;
  IntersightPageReader& operator=(const IntersightPageReader&) = delete;

  // Errors: kProtocol, kLimit.
  Result<void> Feed(std::span<const char> piece) { return reader_.Feed(piece); }
  // At the answer's end. Results that are null or missing are an empty list, as long as the rest
  // says that this is one. Errors: kProtocol.
  Result<Summary> Finish();

 private:
  IntersightRows& rows_;
  std::uint64_t row_count_ = 0;
  ListReader reader_;
};

}  // namespace session_exporter
