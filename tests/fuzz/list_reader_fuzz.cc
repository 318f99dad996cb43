// Any bytes as a document with a list: in pieces of any size the outcome is that of one piece.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/require.h"
#include "json/list_reader.h"

namespace {

using namespace session_exporter;  // NOLINT(google-build-using-namespace): a program of one file

struct Outcome {
  std::string elements;
  std::string member;
  JsonType list_type = JsonType::kMissing;
  std::optional<ErrorKind> error;
  std::string message;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome Read(std::string_view document, std::string_view sizes) {
  static const FieldSchema kSchema{"id", "user.name"};
  Outcome outcome;
  ListReader::Limits limits;
  limits.element_bytes = 200;
  limits.member_bytes = 60;
  ListReader reader(
      {"l", {"m"}}, kSchema,
      [&](Fields& fields) {
        for (std::size_t i = 0; i < kSchema.size(); ++i) {
          const JsonValue& value = fields.Value(i);
          outcome.elements += fmt::format("{}:{}:{}:{};", static_cast<int>(value.type), value.truth,
                                          value.number, value.text);
        }
        return Result<void>();
      },
      limits);
  Result<void> result;
  for (std::size_t i = 0; !document.empty() && result; ++i) {
    // Without sizes in one piece.
    const std::size_t size =
        sizes.empty() ? document.size() : 1 + static_cast<unsigned char>(sizes[i % sizes.size()]);
    const std::string_view part = document.substr(0, size);
    const std::vector<char> piece(part.begin(), part.end());
    result = reader.Feed(piece);
    document.remove_prefix(part.size());
  }
  if (result) result = reader.Finish();
  outcome.list_type = reader.list_type();
  outcome.member = reader.member(0).text;
  if (!result) {
    outcome.error = result.error().kind();
    outcome.message = result.error().message();
  }
  return outcome;
}

// A literal or container that is both too long and wrong fails by whichever is seen first.
bool Alike(const Outcome& a, const Outcome& b) {
  if (a.error && b.error && (*a.error == ErrorKind::kLimit || *b.error == ErrorKind::kLimit)) {
    return a.elements == b.elements;
  }
  return a == b;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kSizes = 4;
  if (size < kSizes) return 0;
  const std::string sizes(data, data + kSizes);
  const std::string document(data + kSizes, data + size);
  const Outcome whole = Read(document, {});
  Require(Alike(Read(document, sizes), whole), "pieces give the outcome of one piece");
  Require(Alike(Read(document, std::string_view("\0", 1)), whole), "and so do single bytes");
  return 0;
}
