// Any bytes as an answer of STS: as XML, as credentials, as an error.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "auth/aws_error.h"
#include "auth/aws_sts.h"
#include "auth/aws_xml.h"
#include "fuzz/require.h"

namespace {

using namespace session_exporter;  // NOLINT(google-build-using-namespace): a program of one file

constexpr std::ptrdiff_t kMostDepth = 16;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const auto texts = ReadXml(text);
  if (texts) {
    Require(!texts->empty(), "a document has an innermost element");
    for (const auto& [path, value] : *texts) {
      Require(std::count(path.begin(), path.end(), '/') < kMostDepth, "nesting has an end");
      Require(value.Reveal().size() <= text.size(), "no text is larger than its document");
    }
    Require(!ReadXml(text + "x"), "nothing follows a document");
    Require(!ReadXml(text + text), "a document has one root");
  }
  const auto answer = ReadStsAnswer(text, "AssumeRole");
  if (answer) {
    Require(CheckAwsCredentials(answer->credentials).has_value(), "credentials can be sent");
    Require(answer->expiration.has_value(), "and have an end");
  }
  HttpHead head;
  head.status = 400;
  const AwsError error = AwsErrorOf(head, text);
  Require(AwsErrorCode(error.code) == error.code, "a code is a code");
  return 0;
}
