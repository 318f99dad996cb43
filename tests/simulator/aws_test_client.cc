#include "simulator/aws_test_client.h"

#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "simulator/aws_signature.h"
#include "simulator/aws_verifier.h"
#include "simulator/json_member.h"
#include "simulator/json_text.h"

namespace simulator {
namespace {

std::string HeaderLines(const Headers& headers) {
  std::string lines;
  // The client itself sends a Host, the one that is signed.
  for (const auto& [name, value] : headers) {
    if (name != "Host") lines += name + ": " + value + "\r\n";
  }
  return lines;
}

}  // namespace

Answer AskAws(std::uint16_t port, const AwsTestRequest& request) {
  const std::string time = AwsCompactTime(request.time.value_or(
      std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now())));
  Request sent;
  sent.method = "POST";
  sent.target = request.path;
  sent.body = request.body;
  sent.headers = {{"Content-Type", request.content_type}, {"Host", "test"}, {"X-Amz-Date", time}};
  std::vector<std::string> signed_headers{"content-type", "host", "x-amz-date"};
  if (!request.session_token.empty()) {
    sent.headers.emplace_back("X-Amz-Security-Token", request.session_token);
    if (request.sign_token) signed_headers.push_back("x-amz-security-token");
  }
  if (!request.target.empty()) {
    sent.headers.emplace_back("X-Amz-Target", request.target);
    signed_headers.push_back("x-amz-target");
  }
  const SigningScope scope{time.substr(0, 8), request.region, request.service};
  const std::string signature = Signature(
      request.secret, scope, StringToSign(time, scope, CanonicalRequest(sent, signed_headers)));
  const std::string authorization = request.authorization.value_or(fmt::format(
      "AWS4-HMAC-SHA256 Credential={}/{}/{}/{}/aws4_request, SignedHeaders={}, Signature={}",
      request.key_id, scope.date, scope.region, scope.service, fmt::join(signed_headers, ";"),
      signature));
  if (!authorization.empty()) sent.headers.emplace_back("Authorization", authorization);
  return Ask(port, "POST", request.path, request.body, HeaderLines(sent.headers));
}

Answer Describe(std::uint16_t port, std::string_view body, std::string_view fault) {
  AwsTestRequest request;
  request.body = body;
  if (!fault.empty()) request.path = fmt::format("/fault/{}/", fault);
  return AskAws(port, request);
}

Answer AskSts(std::uint16_t port, std::string_view form, AwsTestRequest request) {
  request.service = "sts";
  request.target.clear();
  request.content_type = "application/x-www-form-urlencoded; charset=utf-8";
  request.body = fmt::format("Version=2011-06-15&{}", form);
  return AskAws(port, request);
}

rapidjson::Document Read(const Answer& answer) {
  rapidjson::Document document;
  document.Parse(answer.body.data(), answer.body.size());
  if (document.HasParseError()) throw std::runtime_error("not JSON: " + answer.body);
  return document;
}

std::string SsmErrorCode(const Answer& answer) { return TextMember(Read(answer), "__type"); }

std::vector<std::string> SsmIds(std::uint16_t port, const std::string& members,
                                AwsTestRequest request) {
  std::vector<std::string> ids;
  std::string token;
  for (int page = 0; page < 200; ++page) {
    request.body = "{" + members + token + "}";
    const auto document = Read(AskAws(port, request));
    if (!document.HasMember("Sessions")) throw std::runtime_error("a page without sessions");
    for (const auto& session : document["Sessions"].GetArray()) {
      ids.push_back(TextMember(session, "SessionId"));
    }
    if (!document.HasMember("NextToken")) return ids;
    token = fmt::format(",\"NextToken\":{}", Quoted(TextMember(document, "NextToken")));
  }
  throw std::runtime_error("the list does not end");
}

std::string XmlText(const std::string& document, const std::string& element) {
  const std::size_t start = document.find("<" + element + ">");
  const std::size_t end = document.find("</" + element + ">");
  if (start == std::string::npos || end == std::string::npos) return {};
  return document.substr(start + element.size() + 2, end - start - element.size() - 2);
}

}  // namespace simulator
