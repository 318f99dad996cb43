#include "exposition/label_texts.h"

#include <string>

#include "catch.h"

namespace session_exporter {
namespace {

TEST_CASE("a label without a policy is kept", "[labels]") {
  const LabelPolicies policies({{"user", LabelPolicy::kHash}, {"client_ip", LabelPolicy::kDrop}},
                               [](std::string_view) { return std::string(); });
  CHECK(policies.Of("user") == LabelPolicy::kHash);
  CHECK(policies.Of("client_ip") == LabelPolicy::kDrop);
  CHECK(policies.Of("image") == LabelPolicy::kKeep);
  CHECK(LabelPolicies().Of("user") == LabelPolicy::kKeep);
}

TEST_CASE("texts are shown and escaped under their policy", "[labels]") {
  struct Row {
    std::string_view text;
    LabelPolicy policy;
    std::string_view shown;
    std::string_view escaped;
  };
  const Row row = GENERATE(values<Row>({
      {"mary", LabelPolicy::kKeep, "mary", "mary"},
      {"mary", LabelPolicy::kDrop, "", ""},
      {"mary", LabelPolicy::kHash, "<mary>", "<mary>"},
      {"CORP\\m\"a\"ry\n", LabelPolicy::kKeep, "CORP\\m\"a\"ry\n", "CORP\\\\m\\\"a\\\"ry\\n"},
      {"CORP\\m", LabelPolicy::kDrop, "", ""},
      // Absent stays absent: its digest would be a person.
      {"", LabelPolicy::kKeep, "", ""},
      {"", LabelPolicy::kDrop, "", ""},
      {"", LabelPolicy::kHash, "", ""},
  }));
  CAPTURE(row.text);
  SymbolTable symbols;
  const Symbol symbol = symbols.Intern(row.text);
  const LabelPolicies policies({},
                               [](std::string_view text) { return "<" + std::string(text) + ">"; });
  LabelTexts texts(symbols, policies);
  CHECK(texts.Shown(row.policy, symbol) == row.shown);
  CHECK(texts.Escaped(row.policy, symbol) == row.escaped);
}

TEST_CASE("the digest is of the text as it was, and made once", "[labels]") {
  SymbolTable symbols;
  const Symbol mary = symbols.Intern("CORP\\mary");
  const Symbol john = symbols.Intern("john");
  std::vector<std::string> hashed;
  const LabelPolicies policies({}, [&hashed](std::string_view text) {
    hashed.emplace_back(text);
    return "digest" + std::to_string(hashed.size());
  });
  LabelTexts texts(symbols, policies);
  CHECK(texts.Escaped(LabelPolicy::kHash, mary) == "digest1");
  CHECK(texts.Escaped(LabelPolicy::kHash, john) == "digest2");
  CHECK(texts.Shown(LabelPolicy::kHash, mary) == "digest1");
  CHECK(hashed == std::vector<std::string>{"CORP\\mary", "john"});
}

TEST_CASE("texts stay where they are while more are asked for", "[labels]") {
  SymbolTable symbols;
  for (int i = 0; i < 1000; ++i) symbols.Intern("a \"quoted\" user " + std::to_string(i));
  const LabelPolicies policies({}, [](std::string_view text) { return "#" + std::string(text); });
  LabelTexts texts(symbols, policies);
  const std::string_view first_hash = texts.Escaped(LabelPolicy::kHash, {1});
  const std::string_view first_text = texts.Escaped(LabelPolicy::kKeep, {1});
  for (std::uint32_t i = 0; i < symbols.size(); ++i) texts.Escaped(LabelPolicy::kHash, {i});
  CHECK(first_hash == "#a \"quoted\" user 0");
  CHECK(first_text == "a \\\"quoted\\\" user 0");
}

}  // namespace
}  // namespace session_exporter
