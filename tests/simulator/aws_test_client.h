// Signed requests to the simulated AWS, for the simulator's own tests. Signs with the code that the
// simulator verifies with: aws_signature_test.cc holds that to AWS's own vectors, and
// foreign_clients_test.py to other people's signers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/document.h>

#include "simulator/aws_options.h"
#include "simulator/clock.h"
#include "simulator/http_message.h"
#include "simulator/test_client.h"

namespace simulator {

struct AwsTestRequest {
  std::string path = "/";
  std::string service = "ssm";
  std::string region = "us-east-1";
  std::string key_id = AwsOptions().access_key_id;
  std::string secret = AwsOptions().secret_access_key;
  std::string session_token = {};
  bool sign_token = true;
  std::string target = "AmazonSSM.DescribeSessions";  // empty: no such header
  std::string content_type = "application/x-amz-json-1.1";
  std::string body = R"({"State":"Active"})";
  std::optional<Time> time = {};                  // nothing: now
  std::optional<std::string> authorization = {};  // instead of the right one
};

Answer AskAws(std::uint16_t port, const AwsTestRequest& request);

// DescribeSessions with this body.
Answer Describe(std::uint16_t port, std::string_view body, std::string_view fault = {});
// STS with this form (Version is added).
Answer AskSts(std::uint16_t port, std::string_view form, AwsTestRequest request = {});

// The body, read; throws std::runtime_error when it is not JSON.
rapidjson::Document Read(const Answer& answer);
// Of an error; empty when there is none.
std::string SsmErrorCode(const Answer& answer);
// The ids on all pages of a list; `members` are those of the body beside NextToken. Throws
// std::runtime_error when a page has no list, or the list no end.
std::vector<std::string> SsmIds(std::uint16_t port, const std::string& members,
                                AwsTestRequest request = {});

// The text of the first such element.
std::string XmlText(const std::string& document, const std::string& element);

}  // namespace simulator
