#include "simulator/aws_error.h"

#include <fmt/format.h>

#include "simulator/json_text.h"

namespace simulator {

Response JsonError(const AwsError& error, const FaultSet& faults) {
  const bool namespaced = faults.Has("error_namespaced");
  const std::string code = (namespaced ? "com.amazonaws.ssm#" : "") + error.code;
  const std::string* where = faults.Find("error_in");
  ObjectText body;
  if (where == nullptr || *where != "header") body.Text("__type", code);
  // Some errors of the same protocol spell it with a capital.
  if (!error.message.empty()) {
    body.Text(error.code == "AccessDeniedException" ? "Message" : "message", error.message);
  }
  Response response = MakeResponse(error.status, "application/x-amz-json-1.1", body.Done());
  if (where != nullptr) {
    // Where it names the model, the header does it behind the code, too; botocore would not
    // recognise that in a body.
    constexpr std::string_view kModel = ":http://internal.amazon.com/coral/com.amazonaws.ssm/";
    response.SetHeader("x-amzn-ErrorType", namespaced ? code + std::string(kModel) : code);
  }
  return response;
}

std::string XmlEscaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

Response XmlError(const AwsError& error) {
  return MakeResponse(
      error.status, "text/xml",
      fmt::format("<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n"
                  "    <Type>{}</Type>\n    <Code>{}</Code>\n    <Message>{}</Message>\n"
                  "  </Error>\n  <RequestId>00000000-0000-4000-8000-000000000000</RequestId>\n"
                  "</ErrorResponse>\n",
                  error.status >= 500 ? "Receiver" : "Sender", XmlEscaped(error.code),
                  XmlEscaped(error.message)));
}

AwsError ConstraintError(std::string_view value, std::string_view member, std::string_view must) {
  return {400, "ValidationException",
          fmt::format("1 validation error detected: Value {} at '{}' failed to satisfy constraint: "
                      "Member must {}",
                      value, member, must)};
}

}  // namespace simulator
