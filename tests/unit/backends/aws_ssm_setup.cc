#include "unit/backends/aws_ssm_setup.h"

#include "backends/registry.h"
#include "catch.h"

namespace session_exporter::test {

AwsSsmSetup::AwsSsmSetup() {
  config->url = "https://ssm.eu-west-1.amazonaws.com";
  config->region = "eu-west-1";
  auto keys = StaticAwsCredentials::Make(
      "the test", {"AKIDTEST", Secret("CANARY-AWS-SECRET"), Secret("CANARY-AWS-TOKEN"), ""});
  REQUIRE(keys);
  config->credentials = *keys;
  target.name = "aws";
  target.backend_config = config;
}

std::unique_ptr<Backend> AwsSsmSetup::Make() {
  return FindBackend("aws_ssm")->Create(target, {http, clock, credentials, stop.get_token()});
}

Result<Snapshot> AwsSsmSetup::List() {
  if (backend_ == nullptr) backend_ = Make();
  return backend_->ListSessions({Deadline::After(time_left), nullptr});
}

void AwsSsmSetup::Answer(std::string body, int status) {
  http.Answer(AwsAnswerOf(std::move(body), status));
}

std::vector<std::string> AwsSsmSetup::SentBodies() const {
  std::vector<std::string> bodies;
  for (const SentRequest& sent : http.sent()) bodies.emplace_back(sent.request.body.Reveal());
  return bodies;
}

FakeAnswer AwsAnswerOf(std::string body, int status) {
  FakeAnswer answer;
  answer.head.status = status;
  answer.head.received_at = kSsmArrival;
  answer.body = std::move(body);
  answer.piece_bytes = 1000;
  return answer;
}

FakeAnswer AwsErrorAnswer(std::string_view code, int status) {
  return AwsAnswerOf(fmt::format(R"({{"__type":"{}","message":"CANARY-MESSAGE"}})", code), status);
}

std::string SessionsPage(std::string_view rows, std::string_view next_token) {
  return fmt::format(R"({{"Sessions":[{}]{}}})", rows,
                     next_token.empty() ? "" : fmt::format(R"(,"NextToken":"{}")", next_token));
}

std::string SessionRows(std::string_view prefix, int count) {
  std::string rows;
  for (int i = 0; i < count; ++i) {
    rows += fmt::format(R"({}{{"SessionId":"{}-{}","Status":"Connected"}})", i == 0 ? "" : ",",
                        prefix, i);
  }
  return rows;
}

}  // namespace session_exporter::test
