#include "json/object_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string>

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include "json/container_scanner.h"
#include "json/element_stream.h"

namespace session_exporter {
namespace {

// Follows the schema through the events of one object. Whatever the schema does not name is counted
// through, never kept.
class FieldHandler {
 public:
  FieldHandler(const FieldSchema& schema, Fields& fields) : schema_(schema), fields_(fields) {}

  bool Null() { return Place({JsonType::kNull, false, 0, {}}); }
  bool Bool(bool truth) { return Place({JsonType::kBool, truth, 0, {}}); }
  bool Int(int value) { return Double(value); }
  bool Uint(unsigned value) { return Double(value); }
  bool Int64(std::int64_t value) { return Double(static_cast<double>(value)); }
  bool Uint64(std::uint64_t value) { return Double(static_cast<double>(value)); }
  // RapidJSON refuses most numbers that are out of range, and hands on the rest as infinity.
  bool Double(double value) {
    if (!std::isfinite(value)) return Place({JsonType::kArray, false, 0, {}});
    return Place({JsonType::kNumber, false, value, {}});
  }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return false; }  // flag is not set
  bool String(const char* text, rapidjson::SizeType length, bool) {
    return Place({JsonType::kString, false, 0, {text, length}});
  }

  bool Key(const char* text, rapidjson::SizeType length, bool) {
    if (skipped_ == 0) member_ = schema_.Find(nodes_[depth_ - 1], {text, length});
    return true;
  }

  bool StartObject() {
    if (skipped_ == 0 && depth_ == 0 && !seen_) {
      seen_ = true;
      nodes_[depth_++] = 0;
    } else if (skipped_ == 0 && member_ != nullptr && member_->node >= 0) {
      nodes_[depth_++] = member_->node;
    } else {
      Skip(JsonType::kObject);
    }
    return true;
  }
  bool EndObject(rapidjson::SizeType) {
    if (skipped_ > 0) {
      --skipped_;
    } else {
      --depth_;
    }
    return true;
  }
  bool StartArray() {
    seen_ = true;
    Skip(JsonType::kArray);
    return true;
  }
  bool EndArray(rapidjson::SizeType) {
    --skipped_;
    return true;
  }

 private:
  void Skip(JsonType type) {
    Place({type, false, 0, {}});
    ++skipped_;
  }

  // Inlined, so that for a member that nobody reads no value is made.
  [[gnu::always_inline]] bool Place(const JsonValue& value) {
    if (skipped_ > 0 || member_ == nullptr) return true;
    if (member_->field >= 0) {
      fields_.Set(static_cast<std::size_t>(member_->field), value);
    } else if (value.type != JsonType::kNull) {
      fields_.WarnNode(member_->node);
    }
    return true;
  }

  const FieldSchema& schema_;
  Fields& fields_;
  const FieldSchema::Member* member_ = nullptr;
  std::array<int, ContainerScanner::kMostDepth> nodes_{};
  std::size_t depth_ = 0;
  int skipped_ = 0;    // depth inside something that the schema does not name
  bool seen_ = false;  // the value itself has begun
};

// Overwrites the number at the front of `text` by an empty array, which is of a wrong type wherever
// a number is expected. Numbers out of range are at least five characters long (1e309).
void BlankNumber(char* text, std::size_t size) {
  static constexpr std::string_view kNumberCharacters = "0123456789+-.eE";
  for (std::size_t i = 0; i < size && kNumberCharacters.find(text[i]) != std::string_view::npos;
       ++i) {
    text[i] = i == 0 ? '[' : i == 1 ? ']' : ' ';
  }
}

bool IsHex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// The code unit of a `\u` escape at the front of `text`; -1 when there is none.
int EscapedUnit(std::string_view text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return -1;
  if (!std::all_of(text.begin() + 2, text.begin() + 6, IsHex)) return -1;
  int unit = 0;
  std::from_chars(text.data() + 2, text.data() + 6, unit, 16);
  return unit;
}

// Makes U+FFFD of every surrogate escape that has no partner, which RapidJSON refuses though other
// writers of JSON put it out.
void MendSurrogates(std::string& text) {
  const auto is_low = [](int unit) { return unit >= 0xDC00 && unit <= 0xDFFF; };
  std::size_t at = text.find('\\');
  while (at != std::string::npos && at + 1 < text.size()) {
    const std::string_view rest = std::string_view(text).substr(at);
    const int unit = EscapedUnit(rest);
    const bool high = unit >= 0xD800 && unit <= 0xDBFF;
    const bool pair = high && is_low(EscapedUnit(rest.substr(6)));
    if ((high && !pair) || is_low(unit)) text.replace(at + 2, 4, "fffd");
    at = text.find('\\', at + (pair ? 12 : unit >= 0 ? 6 : 2));
  }
}

// Mends what RapidJSON refused at `offset`, where it is one absurd value that must not take the
// rest of the session with it. False for anything else.
bool Mend(std::string& text, rapidjson::ParseErrorCode code, std::size_t offset) {
  switch (code) {
    case rapidjson::kParseErrorNumberTooBig:
      BlankNumber(text.data() + offset, text.size() - offset);
      return true;
    case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
      MendSurrogates(text);
      return true;
    default:
      return false;
  }
}

}  // namespace

ObjectReader::ObjectReader(const FieldSchema& schema) : schema_(schema), fields_(schema) {}

Result<void> ObjectReader::Read(std::string_view text) {
  // The depth is bounded before this is called, so the recursive parser, which takes fewer
  // instructions than the iterative one, cannot exhaust the stack.
  constexpr unsigned kFlags = rapidjson::kParseInsituFlag;
  constexpr int kMostMended = 64;
  std::string mended;
  for (int attempt = 0; attempt <= kMostMended; ++attempt) {
    if (buffer_.size() < text.size() + ElementStream::kPadding) {
      buffer_.resize(text.size() + ElementStream::kPadding);
    }
    std::memcpy(buffer_.data(), text.data(), text.size());
    std::memset(buffer_.data() + text.size(), 0, ElementStream::kPadding);
    fields_.Clear();
    FieldHandler handler(schema_, fields_);
    ElementStream stream(buffer_.data());
    rapidjson::Reader reader;
    const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, handler);
    if (!result.IsError() && stream.Tell() == text.size()) return {};
    if (!result.IsError()) {  // RapidJSON takes a NUL after the value for the end
      return Fail(ErrorKind::kProtocol, "invalid JSON in a list element at byte {}: a NUL byte",
                  stream.Tell());
    }
    if (mended.empty()) mended = text;
    if (!Mend(mended, result.Code(), result.Offset())) {
      return Fail(ErrorKind::kProtocol, "invalid JSON in a list element at byte {}: {}",
                  result.Offset(), rapidjson::GetParseError_En(result.Code()));
    }
    text = mended;
  }
  return Fail(ErrorKind::kProtocol, "a list element has more than {} numbers out of range",
              kMostMended);
}

}  // namespace session_exporter
