// Files that are not the configuration: any keys, values as they are written.
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "config/document.h"
#include "unit/config/config_fixture.h"

namespace session_exporter::testing {
namespace {

using Lines = std::vector<std::string>;

Lines ErrorsOfDocument(const std::string& text, DocumentForm::Empty empty,
                       const std::function<void(Section&)>& read) {
  const auto document = ReadDocument(text, {"d.yml", "expected names", empty}, nullptr, read);
  return document ? Lines() : document.error().Lines();
}

TEST_CASE("without an environment, dollar signs stand for themselves", "[config]") {
  std::vector<std::string> read;
  CHECK(ErrorsOfDocument("a: $2y$10$x\nb: ${HOME}\nc: '$$'\n", DocumentForm::Empty::kRefused,
                         [&](Section& root) {
                           for (const std::string& key : root.Keys()) {
                             read.push_back(key + "=" + root.Text(key));
                           }
                         }) == Lines());
  CHECK(read == Lines{"a=$2y$10$x", "b=${HOME}", "c=$$"});
}

TEST_CASE("an empty document is a mapping where it may be", "[config]") {
  int calls = 0;
  const auto count = [&](Section& root) {
    CHECK(root.Keys().empty());
    ++calls;
  };
  const auto* text = GENERATE("", "\n", "# nothing\n", "{}", "---\n");
  INFO(text);
  CHECK(ErrorsOfDocument(text, DocumentForm::Empty::kAccepted, count).empty());
  CHECK(calls == 1);
}

TEST_CASE("what is no mapping is told by what was expected", "[config]") {
  const auto never = [](Section& /*root*/) { FAIL("called"); };
  CHECK(ErrorsOfDocument("", DocumentForm::Empty::kRefused, never) ==
        Lines{"d.yml: is empty; expected names"});
  CHECK(ErrorsOfDocument("junk", DocumentForm::Empty::kAccepted, never) ==
        Lines{"d.yml:1:1: expected names, not text"});
  CHECK(ErrorsOfDocument("[a]", DocumentForm::Empty::kAccepted, never) ==
        Lines{"d.yml:1:1: expected names, not a list"});
}

TEST_CASE("keys that nobody asks for are unknown", "[config]") {
  CHECK(ErrorsOfDocument("name: 1\nb: 2\n", DocumentForm::Empty::kRefused, [](Section& root) {
          CHECK(root.Text("name") == "1");
        }) == Lines{"d.yml:2:1: b: unknown key; accepted here: name"});
}

TEST_CASE("a text file is read as it is", "[config]") {
  const TemporaryFolder folder;
  CHECK(ReadTextFile(folder.Write("f", "a\n")).value() == std::string("a\n"));
  const auto missing = ReadTextFile(folder.At("missing"));
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message() == "cannot be read: No such file or directory");
}

}  // namespace
}  // namespace session_exporter::testing
