#include "config/yaml_syntax.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <string_view>

#include "base/error.h"
#include "base/utf8.h"

namespace session_exporter {
namespace {

// Ends the parsing after an error was added; yaml-cpp's callbacks can only be left by an exception.
struct Refused {};

class SyntaxChecker final : public YAML::EventHandler {
 public:
  explicit SyntaxChecker(ConfigErrors& errors) : errors_(errors) {}

  // Where the last thing that was read begins.
  [[nodiscard]] ConfigPlace last() const { return last_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    See(mark);
    if (started_) {
      Refuse("one document is accepted; here begins another, or what does not fit the one above");
    }
    started_ = true;
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { See(mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { See(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*value*/) override {
    See(mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/,
                       YAML::anchor_t /*anchor*/, YAML::EmitterStyle::value /*style*/) override {
    Enter(mark);
  }
  void OnSequenceEnd() override { --depth_; }
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    Enter(mark);
  }
  void OnMapEnd() override { --depth_; }

 private:
  void See(const YAML::Mark& mark) {
    last_ = std::max(last_, ConfigPlace{mark.line + 1, mark.column + 1});
  }

  void Enter(const YAML::Mark& mark) {
    See(mark);
    if (++depth_ > kMostYamlDepth) {
      Refuse(fmt::format("nested deeper than {} levels", kMostYamlDepth));
    }
  }

  [[noreturn]] void Refuse(std::string message) {
    errors_.Add(last_, "", std::move(message));
    throw Refused{};
  }

  ConfigErrors& errors_;
  bool started_ = false;
  std::size_t depth_ = 0;
  ConfigPlace last_;
};

// yaml-cpp guesses other encodings and stops at some control characters as if the file ended there.
bool CheckCharacters(std::string_view text, ConfigErrors& errors) {
  for (int line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view content = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (content.ends_with('\r')) content.remove_suffix(1);
    if (IsCleanText(content)) continue;
    const std::string clean = CleanText(content, content.size());
    const auto bad = std::ranges::mismatch(content, clean).in1 - content.begin();
    errors.Add({line, static_cast<int>(bad) + 1}, "",
               "expected UTF-8 text without control characters");
    return false;
  }
  return true;
}

// What follows a colon in yaml-cpp's messages is quoted from the file and may be a piece of a
// secret.
std::string WithoutQuotation(const std::string& message) {
  return message.substr(0, message.find(':'));
}

}  // namespace

bool CheckYamlSyntax(const std::string& text, ConfigErrors& errors) {
  if (!CheckCharacters(text, errors)) return false;
  SyntaxChecker checker(errors);
  try {
    // yaml-cpp 0.7 takes a quote that is never closed for closed when white space ends the file.
    std::istringstream stream(text.substr(0, text.find_last_not_of(" \t\r\n") + 1));
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(checker)) {
    }
  } catch (const Refused&) {
    return false;
  } catch (const YAML::Exception& error) {
    // For what is never closed, yaml-cpp's mark may be the file's beginning.
    const ConfigPlace place =
        std::max(checker.last(), ConfigPlace{error.mark.line + 1, error.mark.column + 1});
    errors.Add(place, "",
               fmt::format("not YAML: {}; quote a value that holds \": \" or \" #\" or begins with "
                           "one of [ {{ & * ! | > % @ `",
                           WithoutQuotation(error.msg)));
    return false;
  }
  return true;
}

}  // namespace session_exporter
