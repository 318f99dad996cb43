#include "auth/command_line.h"

#include <utility>

namespace session_exporter {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// In double quotes a backslash is one unless it stands before these.
bool IsEscapedInQuotes(char c) {
  return c == '"' || c == '\\' || c == '$' || c == '`' || c == '\n';
}

}  // namespace

Result<std::vector<std::string>> SplitCommandLine(std::string_view command) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;  // also in one that is empty: ''
  char quote = 0;
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    const char next = i + 1 < command.size() ? command[i + 1] : '\0';
    if (quote == '\'' ? c == '\'' : quote == '"' && c == '"') {
      quote = 0;
    } else if (c == '\\' && quote != '\'' && i + 1 < command.size() &&
               (quote == 0 || IsEscapedInQuotes(next))) {
      word += next;
      in_word = true;
      ++i;
    } else if (quote != 0) {
      word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (!IsBlank(c)) {
      word += c;
      in_word = true;
    } else if (std::exchange(in_word, false)) {
      words.push_back(std::exchange(word, {}));
    }
  }
  if (quote != 0) return Fail(ErrorKind::kConfig, "a quote is not closed");
  if (in_word) words.push_back(std::move(word));
  return words;
}

}  // namespace session_exporter
