// The stream that RapidJSON reads list elements from, in place. Internal to json/.
//
// RapidJSON's own in-situ stream walks up to 15 bytes of each string one by one until it may use
// aligned SIMD loads, which for the short strings of an answer is most of the string, and lets the
// control characters 0x1A to 0x1F pass after that (1.1.0). This stream has room behind its text, so
// that unaligned loads need no such walk: 16% fewer instructions for reading a session, by
// scripts/bench.sh.
#pragma once

#include <bit>
#include <cstddef>

#include <rapidjson/reader.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace session_exporter {

class ElementStream {
 public:
  using Ch = char;

  // Readable and zero behind the text's end.
  static constexpr std::size_t kPadding = 32;

  explicit ElementStream(char* text) : read_(text), begin_(text) {}

  // The concept of a RapidJSON stream.
  [[nodiscard]] char Peek() const { return *read_; }
  char Take() { return *read_++; }
  [[nodiscard]] std::size_t Tell() const { return static_cast<std::size_t>(read_ - begin_); }
  char* PutBegin() { return write_ = read_; }
  void Put(char c) { *write_++ = c; }
  std::size_t PutEnd(const char* begin) { return static_cast<std::size_t>(write_ - begin); }

  // Most of the time there is none, or one blank.
  [[gnu::always_inline]] void SkipSpace() {
    while (static_cast<unsigned char>(*read_) <= ' ' && IsSpace(*read_)) ++read_;
  }

  // Takes the plain bytes of a string at once, as long as nothing before them was shortened by an
  // escape; they stay where they are. Stops before a quote, a backslash or a control character, of
  // which the end's NUL is one.
  void SkipPlain() {
    if (read_ != write_) return;
#if defined(__SSE2__)
    while (true) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(read_));
      const __m128i special =
          _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                    _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))),
                       _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes));
      const auto mask = static_cast<unsigned>(_mm_movemask_epi8(special));
      if (mask != 0) {
        read_ += std::countr_zero(mask);
        break;
      }
      read_ += sizeof(bytes);
    }
#else
    while (*read_ != '"' && *read_ != '\\' && static_cast<unsigned char>(*read_) > 0x1F) ++read_;
#endif
    write_ = read_;
  }

 private:
  static bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

  char* read_;
  char* write_ = nullptr;
  char* begin_;
};

}  // namespace session_exporter

namespace rapidjson {

// Copied while a string is read, so that its pointers stay in registers.
template <>
struct StreamTraits<session_exporter::ElementStream> {
  enum { copyOptimization = 1 };  // NOLINT(readability-identifier-naming): RapidJSON's name
};

// There are no comments, and a call would cost as much as what it does.
template <>
template <>
[[gnu::always_inline]] inline void GenericReader<UTF8<>, UTF8<>>::SkipWhitespaceAndComments<
    kParseInsituFlag, session_exporter::ElementStream>(session_exporter::ElementStream& is) {
  is.SkipSpace();
}

// RapidJSON offers the speed-up only to its own streams, by overloads of this member.
template <>
template <>
inline void GenericReader<UTF8<>, UTF8<>>::ScanCopyUnescapedString(
    session_exporter::ElementStream& is, session_exporter::ElementStream&) {
  is.SkipPlain();
}

}  // namespace rapidjson
