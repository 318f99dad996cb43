#include "auth/aws_xml.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>
#include <vector>

namespace session_exporter {
namespace {

constexpr std::size_t kMostDepth = 16;

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == ':';
}

void AppendUtf8(std::string& text, std::uint32_t code) {
  const auto append = [&text](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) return append(code);
  if (code < 0x800) {
    append(0xC0U | code >> 6U);
  } else {
    if (code < 0x10000) {
      append(0xE0U | code >> 12U);
    } else {
      append(0xF0U | code >> 18U);
      append(0x80U | (code >> 12U & 0x3FU));
    }
    append(0x80U | (code >> 6U & 0x3FU));
  }
  append(0x80U | (code & 0x3FU));
}

// `name` is what stands between & and ;. False when it is none of XML's own.
bool AppendEntity(std::string& text, std::string_view name) {
  constexpr std::pair<std::string_view, char> kNamed[] = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
  for (const auto& [known, character] : kNamed) {
    if (name == known) {
      text += character;
      return true;
    }
  }
  if (!name.starts_with('#')) return false;
  name.remove_prefix(1);
  const bool hexadecimal = name.starts_with('x');
  if (hexadecimal) name.remove_prefix(1);
  std::uint32_t code = 0;
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data(), end, code, hexadecimal ? 16 : 10);
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (error != std::errc() || stop != end || code == 0 || code > 0x10FFFF || is_surrogate) {
    return false;
  }
  AppendUtf8(text, code);
  return true;
}

class Reader {
 public:
  explicit Reader(std::string_view document) : rest_(document), size_(document.size()) {
    Take("\xEF\xBB\xBF");
  }

  Result<XmlTexts> Read() {
    while (!rest_.empty()) {
      const bool read = rest_.front() == '<' ? ReadMarkup() : ReadText();
      if (!read) {
        return Fail(ErrorKind::kProtocol, "the answer is not the XML expected, at byte {}",
                    size_ - rest_.size());
      }
    }
    if (!open_.empty() || !has_root_) {
      return Fail(ErrorKind::kProtocol, "the XML of the answer is cut");
    }
    return std::move(texts_);
  }

 private:
  struct Element {
    std::string name;        // as written
    std::size_t outer_path;  // length of the path without it
    bool has_children = false;
  };

  bool Take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  // What comes before `end`, which is taken as well.
  bool TakeThrough(std::string_view end, std::string_view& before) {
    const std::size_t at = rest_.find(end);
    if (at == std::string_view::npos) return false;
    before = rest_.substr(0, at);
    rest_.remove_prefix(at + end.size());
    return true;
  }

  std::string_view TakeName() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), IsNameCharacter);
    const std::string_view name = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(name.size());
    return name;
  }

  bool ReadMarkup() {
    std::string_view passed_over;
    if (Take("<?")) return TakeThrough("?>", passed_over);
    if (Take("<!--")) return TakeThrough("-->", passed_over);
    if (!open_.empty() && Take("<![CDATA[")) {
      std::string_view literal;
      const bool taken = TakeThrough("]]>", literal);
      text_ += literal;
      return taken;
    }
    if (Take("</")) return ReadClosingTag();
    return Take("<") && ReadOpeningTag();
  }

  bool ReadOpeningTag() {
    const std::string_view name = TakeName();
    if (name.empty() || open_.size() == kMostDepth || (open_.empty() && has_root_)) return false;
    has_root_ = true;
    if (!open_.empty()) open_.back().has_children = true;
    open_.push_back({std::string(name), path_.size()});
    if (!path_.empty()) path_ += '/';
    path_ += name.substr(name.find(':') + 1);  // from 0 when there is none
    text_.clear();
    // Attributes, of which only the end is looked for.
    char quote = 0;
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (quote == 0 && Take("/>")) return Close();
      if (quote == 0 && Take(">")) return true;
      if (quote == 0 && c == '<') return false;
      if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
      } else if (c == quote) {
        quote = 0;
      }
      rest_.remove_prefix(1);
    }
    return false;
  }

  bool ReadClosingTag() {
    const std::string_view name = TakeName();
    while (!rest_.empty() && IsBlank(rest_.front())) rest_.remove_prefix(1);
    return !open_.empty() && open_.back().name == name && Take(">") && Close();
  }

  bool Close() {
    if (!open_.back().has_children) texts_.try_emplace(path_, Secret(std::move(text_)));
    text_.clear();
    path_.resize(open_.back().outer_path);
    open_.pop_back();
    return true;
  }

  bool ReadText() {
    while (!rest_.empty() && rest_.front() != '<') {
      const char c = rest_.front();
      if (open_.empty() && !IsBlank(c)) return false;
      rest_.remove_prefix(1);
      std::string_view entity;
      if (c != '&') {
        text_ += c;
      } else if (!TakeThrough(";", entity) || !AppendEntity(text_, entity)) {
        return false;
      }
    }
    return true;
  }

  std::string_view rest_;
  const std::size_t size_;
  std::vector<Element> open_;
  std::string path_;
  std::string text_;  // of the innermost element so far
  bool has_root_ = false;
  XmlTexts texts_;
};

}  // namespace

Result<XmlTexts> ReadXml(std::string_view document) { return Reader(document).Read(); }

}  // namespace session_exporter
