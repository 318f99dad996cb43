#include "auth/aws_xml.h"

#include <string>
#include <string_view>

#include "catch.h"

namespace session_exporter {
namespace {

std::string TextAt(std::string_view document, std::string_view path) {
  const auto texts = ReadXml(document);
  REQUIRE(texts);
  const auto found = texts->find(path);
  return found == texts->end() ? "(none)" : std::string(found->second.Reveal());
}

struct TextCase {
  std::string_view document;
  std::string_view path;
  std::string_view text;
};

TEST_CASE("texts are found by their path", "[aws_xml]") {
  const auto& c = GENERATE(values<TextCase>({
      {"<a>x</a>", "a", "x"},
      {"<a/>", "a", ""},
      {"<a></a>", "a", ""},
      {"<a><b>1</b><c>2</c></a>", "a/c", "2"},
      {"<a>\n <b>1</b>\n</a>\n", "a/b", "1"},
      {"<a><b>1</b></a>", "a", "(none)"},
      {"<a><b>1</b><b>2</b></a>", "a/b", "1"},
      {"<a> x </a>", "a", " x "},
      {"<?xml version=\"1.0\"?>\n<!-- <b> --><a xmlns='urn:>'  k=\"/>\">x</a >", "a", "x"},
      {"\xEF\xBB\xBF<a>x</a>", "a", "x"},
      {"<s:a><s:b>1</s:b></s:a>", "a/b", "1"},
      {"<a>1&lt;2&amp;3&gt;&quot;&apos;</a>", "a", "1<2&3>\"'"},
      {"<a>&#65;&#x42;&#xe9;&#x20ac;&#x1F600;</a>", "a", "AB\u00e9\u20ac\U0001F600"},
      {"<a>x<!-- y -->z</a>", "a", "xz"},
      {"<a><![CDATA[<b>&amp;]]></a>", "a", "<b>&amp;"},
      {"<a><b k='1'/><c/></a>", "a/b", ""},
  }));
  CAPTURE(c.document);
  CHECK(TextAt(c.document, c.path) == c.text);
}

TEST_CASE("what is not well-formed is refused", "[aws_xml]") {
  const std::string document = GENERATE(
      as<std::string>(), "", " ", "x", "{}", "<", "<a", "<a>", "<a", "<a k='>", "<a>x", "<a></b>",
      "<a><b></a></b>", "</a>", "<a/><b/>", "<a/>x", "<a>&nbsp;</a>", "<a>&</a>", "<a>&#0;</a>",
      "<a>&#xD800;</a>", "<a>&#x110000;</a>", "<a>&#99999999999;</a>", "<a>&#;</a>", "<a>&#xg;</a>",
      "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "<a><![CDATA[x</a>", "<a><!-- </a>", "<?xml",
      "<a <b/>", "< a/>", "<a><!ELEMENT b></a>", "<![CDATA[x]]><a/>");
  CAPTURE(document);
  const auto texts = ReadXml(document);
  REQUIRE(!texts);
  CHECK(texts.error().kind() == ErrorKind::kProtocol);
}

TEST_CASE("nesting has an end", "[aws_xml]") {
  std::string open;
  std::string close;
  for (int i = 0; i < 16; ++i) {
    open += "<a>";
    close += "</a>";
  }
  CHECK(ReadXml(open + close));
  CHECK(!ReadXml("<a>" + open + close + "</a>"));
}

TEST_CASE("a document that is cut is refused, wherever it is", "[aws_xml]") {
  const std::string document =
      "<?xml version='1.0'?><r xmlns=\"u\"><c><k>CANARY&amp;x</k><t/></c></r>";
  REQUIRE(ReadXml(document));
  for (std::size_t size = 0; size < document.size(); ++size) {
    CAPTURE(size);
    const auto texts = ReadXml(document.substr(0, size));
    REQUIRE(!texts);
    CHECK(texts.error().message().find("CANARY") == std::string::npos);
  }
}

}  // namespace
}  // namespace session_exporter
