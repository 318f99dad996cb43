// Any bytes as text to be shown.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "fuzz/require.h"
#include "model/symbol_table.h"

namespace {

using namespace session_exporter;  // NOLINT(google-build-using-namespace): a program of one file

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t most = data[0];
  const std::string text(data + 1, data + size);
  const std::string whole = CleanText(text, text.size() * 3);  // a mark takes three bytes
  Require(IsCleanText(whole), "clean text is clean");
  Require(IsCleanText(text) == (whole == text), "and clean text stays as it is");
  Require(CleanText(whole, whole.size()) == whole, "cleaning twice changes nothing");

  const std::string cut = CleanText(text, most);
  Require(cut.size() <= most, "a cut holds");
  Require(whole.starts_with(cut), "a cut is the beginning of the whole");
  Require(whole.size() == cut.size() || cut.size() + 4 > most, "a cut is no shorter than it must");
  Require(CutAtCharacter(whole, most) == cut, "both cuts agree");

  SymbolTable table;
  const Symbol symbol = table.Intern(text);
  Require(table.Text(symbol) == CleanText(text, kLongestText), "symbols are clean");
  Require(table.Intern(CleanText(text, kLongestText)) == symbol, "and found by their clean form");
  return 0;
}
