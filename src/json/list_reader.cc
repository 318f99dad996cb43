#include "json/list_reader.h"

#include <algorithm>
#include <utility>

namespace session_exporter {
namespace {

constexpr std::size_t kLongestName = 256;
constexpr std::size_t kLongestLiteral = 4096;  // a number may have any count of digits
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

// How a byte is named in a message: an answer's text is never shown, one byte of it is.
std::string NameOfByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > ' ' && byte < 0x7F ? fmt::format("'{}'", c) : fmt::format("byte 0x{:02x}", byte);
}

}  // namespace

ListReader::ListReader(const ListFormat& format, const FieldSchema& element, ElementHandler handler)
    : ListReader(format, element, std::move(handler), Limits()) {}

ListReader::ListReader(const ListFormat& format, const FieldSchema& element, ElementHandler handler,
                       const Limits& limits)
    : list_name_(format.list),
      handler_(std::move(handler)),
      limits_(limits),
      reader_(element),
      scalar_schema_({"value"}),
      scalar_reader_(scalar_schema_) {
  for (const std::string_view name : format.members)
    members_.push_back({std::string(name), {}, {}});
}

Result<void> ListReader::Feed(std::span<const char> piece) {
  std::string_view rest(piece.data(), piece.size());
  while (!rest.empty()) {
    if (token_ == Token::kNone) {
      if (auto step = Step(rest.front()); !step) return step;
      if (token_ == Token::kNone) {
        rest.remove_prefix(1);
        ++position_;
        continue;
      }
    }
    const auto consumed = ContinueToken(rest);
    if (!consumed) return tl::unexpected(consumed.error());
    const std::string_view part = rest.substr(0, *consumed);
    rest.remove_prefix(*consumed);
    position_ += *consumed;
    token_bytes_ += *consumed;
    const bool spans = !token_ended_ || token_bytes_ != part.size();
    if (spans || token_bytes_ > MostBytes()) {
      if (auto hold = Hold(part); !hold) return hold;
    }
    if (!token_ended_) continue;
    const std::string held = std::exchange(held_, std::string());
    if (auto end = EndToken(spans ? std::string_view(held) : part); !end) return end;
  }
  return {};
}

Result<void> ListReader::Finish() {
  if (expect_ == Expect::kEnd && token_ == Token::kNone) return {};
  if (position_ == 0) return Fail(ErrorKind::kProtocol, "the answer is empty");
  return Fail(ErrorKind::kProtocol, "the answer is cut: its JSON ends after {} bytes", position_);
}

Result<void> ListReader::Step(char c) {
  if (IsSpace(c)) return {};
  switch (expect_) {
    case Expect::kFirstElement:
    case Expect::kAfterElement:
      if (c == ']') {
        expect_ = Expect::kAfterValue;
        return {};
      }
      if (expect_ == Expect::kFirstElement) return BeginValue(c);
      if (c != ',') return Unexpected(c, "a comma or the list's end");
      expect_ = Expect::kElement;
      return {};
    case Expect::kElement:
      return BeginValue(c);
    default:
      return StepInDocument(c);
  }
}

Result<void> ListReader::StepInDocument(char c) {
  switch (expect_) {
    case Expect::kDocument:
      if (byte_order_mark_ < kByteOrderMark.size() && position_ == byte_order_mark_ &&
          c == kByteOrderMark[byte_order_mark_]) {
        ++byte_order_mark_;
        return {};
      }
      if (byte_order_mark_ % kByteOrderMark.size() != 0) {
        return Unexpected(c, "the rest of a byte order mark");
      }
      if (c != '{') return Unexpected(c, "a JSON object");
      expect_ = Expect::kFirstName;
      return {};
    case Expect::kFirstName:
    case Expect::kName:
      if (c == '}' && expect_ == Expect::kFirstName) {
        expect_ = Expect::kEnd;
        return {};
      }
      if (c != '"') return Unexpected(c, "a member's name");
      return BeginValue(c);
    case Expect::kColon:
      if (c != ':') return Unexpected(c, "a colon");
      expect_ = Expect::kValue;
      return {};
    case Expect::kValue:
      return BeginValue(c);
    case Expect::kAfterValue:
      if (c != ',' && c != '}') return Unexpected(c, "a comma or the object's end");
      expect_ = c == ',' ? Expect::kName : Expect::kEnd;
      return {};
    default:
      return Unexpected(c, "nothing more");
  }
}

Result<void> ListReader::BeginValue(char c) {
  if (expect_ == Expect::kValue && name_ == list_name_) {
    if (list_type_ != JsonType::kMissing) {
      return Fail(ErrorKind::kProtocol, "the list \"{}\" is there twice", list_name_);
    }
    if (c == '[') {
      list_type_ = JsonType::kArray;
      expect_ = Expect::kFirstElement;
      return {};
    }
  }
  token_ended_ = false;
  token_bytes_ = 0;
  escaped_ = false;
  if (c == '"') {
    token_ = Token::kString;
  } else if (c == '{' || c == '[') {
    token_ = Token::kContainer;
    scanner_.Reset();
  } else if (c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')) {
    token_ = Token::kLiteral;
  } else {
    return Unexpected(c, "a value");
  }
  return {};
}

Result<std::size_t> ListReader::ContinueToken(std::string_view bytes) {
  switch (token_) {
    case Token::kString:
      return ContinueString(bytes);
    case Token::kLiteral:
      return ContinueLiteral(bytes);
    default:
      return ContinueContainer(bytes);
  }
}

std::size_t ListReader::ContinueString(std::string_view bytes) {
  for (std::size_t i = token_bytes_ == 0 ? 1 : 0; i < bytes.size(); ++i) {
    if (escaped_) {
      escaped_ = false;
    } else if (bytes[i] == '\\') {
      escaped_ = true;
    } else if (bytes[i] == '"') {
      token_ended_ = true;
      return i + 1;
    }
  }
  return bytes.size();
}

std::size_t ListReader::ContinueLiteral(std::string_view bytes) {
  const auto end = std::find_if(bytes.begin(), bytes.end(), [](char c) {
    return IsSpace(c) || c == ',' || c == '}' || c == ']';
  });
  token_ended_ = end != bytes.end();
  return static_cast<std::size_t>(end - bytes.begin());
}

Result<std::size_t> ListReader::ContinueContainer(std::string_view bytes) {
  const std::size_t consumed = scanner_.Scan(bytes.data(), bytes.size());
  switch (scanner_.state()) {
    case ContainerScanner::State::kTooDeep:
      return Fail(ErrorKind::kLimit, "the answer's JSON is nested deeper than {} levels",
                  ContainerScanner::kMostDepth);
    case ContainerScanner::State::kMismatched:
      return Fail(ErrorKind::kProtocol, "invalid JSON: brackets do not match at byte {}",
                  position_ + consumed - 1);
    case ContainerScanner::State::kClosed:
      token_ended_ = true;
      break;
    case ContainerScanner::State::kInside:
      break;
  }
  return consumed;
}

Result<void> ListReader::Hold(std::string_view part) {
  const std::size_t most = MostBytes();
  if (most == 0) return {};  // nobody reads it
  if (held_.size() + part.size() > most) {
    return Fail(ErrorKind::kLimit, "the answer has a value of more than {} bytes", most);
  }
  held_ += part;
  return {};
}

std::size_t ListReader::MostBytes() const {
  switch (expect_) {
    case Expect::kFirstName:
    case Expect::kName:
      return kLongestName;
    case Expect::kFirstElement:
    case Expect::kElement:
      return limits_.element_bytes;
    default:
      break;
  }
  if (token_ == Token::kLiteral) return kLongestLiteral;
  const bool kept = std::any_of(members_.begin(), members_.end(),
                                [this](const Member& member) { return member.name == name_; });
  return kept && token_ == Token::kString ? limits_.member_bytes : 0;
}

Result<void> ListReader::EndToken(std::string_view whole) {
  switch (expect_) {
    case Expect::kFirstName:
    case Expect::kName:
      if (auto name = ReadName(whole); !name) return name;
      expect_ = Expect::kColon;
      break;
    case Expect::kFirstElement:
    case Expect::kElement: {
      expect_ = Expect::kAfterElement;
      auto read = reader_.Read(whole);
      if (read) read = handler_(reader_.fields());
      if (!read) return read;
      break;
    }
    default: {
      expect_ = Expect::kAfterValue;
      if (auto member = EndMember(whole); !member) return member;
      break;
    }
  }
  token_ = Token::kNone;
  return {};
}

Result<void> ListReader::EndMember(std::string_view whole) {
  Member* member = FindMember();
  JsonType type = JsonType::kObject;
  if (token_ == Token::kLiteral || (token_ == Token::kString && member != nullptr)) {
    if (auto read = ReadScalar(whole, member); !read) return read;
    type = scalar_reader_.fields().Value(0).type;
  } else if (token_ == Token::kString) {
    type = JsonType::kString;
  } else if (member != nullptr && member->value.type == JsonType::kMissing) {
    member->value.type = type;
  }
  if (name_ == list_name_) list_type_ = type;
  return {};
}

Result<void> ListReader::ReadName(std::string_view whole) {
  name_ = whole.substr(1, whole.size() - 2);
  if (name_.find('\\') == std::string::npos) return {};
  Member unescaped;
  auto read = ReadScalar(whole, &unescaped);
  name_ = std::move(unescaped.text);
  return read;
}

Result<void> ListReader::ReadScalar(std::string_view whole, Member* member) {
  const std::string object = fmt::format("{{\"value\":{}}}", whole);
  if (auto read = scalar_reader_.Read(object); !read) {
    return Fail(ErrorKind::kProtocol, "invalid JSON in the value that ends at byte {}", position_);
  }
  if (member == nullptr || member->value.type != JsonType::kMissing) return {};
  member->value = scalar_reader_.fields().Value(0);
  member->text = member->value.text;
  member->value.text = member->text;
  return {};
}

ListReader::Member* ListReader::FindMember() {
  for (Member& member : members_) {
    if (member.name == name_) return &member;
  }
  return nullptr;
}

tl::unexpected<Error> ListReader::Unexpected(char c, std::string_view expected) const {
  return Fail(ErrorKind::kProtocol, "not the JSON that was expected: {} at byte {} instead of {}",
              NameOfByte(c), position_, expected);
}

}  // namespace session_exporter
