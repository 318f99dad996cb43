// Reads a JSON document that arrives in pieces and is, at its top, an object with one list in it:
//
//   {"current_time": "...", "kasms": [{...}, {...}, ...]}
//
// The list's elements are handed on one by one as they become complete, so that memory does not
// grow with the document. Of the object's other members, scalars that were asked for are kept;
// anything else is passed over.
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/container_scanner.h"
#include "json/fields.h"
#include "json/object_reader.h"

namespace session_exporter {

struct ListFormat {
  std::string_view list;                            // the list's name
  std::initializer_list<std::string_view> members;  // names of the scalars to keep
};

class ListReader {
 public:
  // Called for each element of the list, whatever its type.
  using ElementHandler = std::function<Result<void>(Fields&)>;

  struct Limits {
    std::size_t element_bytes = 1U << 20U;  // above: kLimit, the element is not read
    std::size_t member_bytes = 64U << 10U;  // of a kept scalar; above: kLimit
  };

  ListReader(const ListFormat& format, const FieldSchema& element, ElementHandler handler);
  ListReader(const ListFormat& format, const FieldSchema& element, ElementHandler handler,
             const Limits& limits);
  ~ListReader() = default;
  ListReader(const ListReader&) = delete;
  ListReader& operator=(const ListReader&) = delete;

  // Errors: kProtocol when the bytes are not such a document, kLimit, and those of the handler.
  // After an error the reader is of no further use.
  Result<void> Feed(std::span<const char> piece);
  // At the document's end. Errors: kProtocol when it is cut.
  Result<void> Finish();

  // What stood under the list's name: kArray when elements were read, kMissing when it was not
  // there.
  [[nodiscard]] JsonType list_type() const { return list_type_; }
  // A kept scalar, by its index in ListFormat::members.
  [[nodiscard]] const JsonValue& member(std::size_t index) const { return members_[index].value; }
  [[nodiscard]] Fields& fields() { return reader_.fields(); }

 private:
  enum class Expect {
    kDocument,      // the opening brace
    kFirstName,     // a name or the closing brace
    kName,          // a name
    kColon,         // after a name
    kValue,         // a member's value
    kAfterValue,    // a comma or the closing brace
    kFirstElement,  // an element or the closing bracket
    kElement,       // an element
    kAfterElement,  // a comma or the closing bracket
    kEnd,           // nothing but white space
  };
  enum class Token { kNone, kString, kLiteral, kContainer };  // what is being read through

  struct Member {
    std::string name;
    std::string text;  // owns what value.text shows
    JsonValue value;
  };

  // Takes one byte between tokens. When the byte begins a token, token_ is set and the byte is
  // left.
  Result<void> Step(char c);
  Result<void> StepInDocument(char c);
  Result<void> BeginValue(char c);
  // Reads on through the token under way; returns how many of `bytes` belong to it.
  Result<std::size_t> ContinueToken(std::string_view bytes);
  std::size_t ContinueString(std::string_view bytes);
  std::size_t ContinueLiteral(std::string_view bytes);
  Result<std::size_t> ContinueContainer(std::string_view bytes);
  // Keeps a part of a token that spans pieces, when it is one that is read.
  Result<void> Hold(std::string_view part);
  [[nodiscard]] std::size_t MostBytes() const;
  // The token is complete: `whole` is all of it when it is one that is read.
  Result<void> EndToken(std::string_view whole);
  Result<void> ReadName(std::string_view whole);
  Result<void> EndMember(std::string_view whole);
  Result<void> ReadScalar(std::string_view whole, Member* member);
  Member* FindMember();
  [[nodiscard]] tl::unexpected<Error> Unexpected(char c, std::string_view expected) const;

  std::string list_name_;
  std::vector<Member> members_;
  ElementHandler handler_;
  Limits limits_;
  ObjectReader reader_;
  FieldSchema scalar_schema_;
  ObjectReader scalar_reader_;

  Expect expect_ = Expect::kDocument;
  Token token_ = Token::kNone;
  bool token_ended_ = false;
  std::size_t token_bytes_ = 0;  // read of the token so far
  bool escaped_ = false;         // in a string: after a backslash
  ContainerScanner scanner_;
  std::string held_;  // the first bytes of a token that spans pieces
  std::string name_;  // of the member under way
  JsonType list_type_ = JsonType::kMissing;
  std::size_t position_ = 0;         // in the document, for messages
  std::size_t byte_order_mark_ = 0;  // how much of one was seen
};

}  // namespace session_exporter
