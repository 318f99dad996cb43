#include "unit/backends/intersight_setup.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "backends/registry.h"

namespace session_exporter::test {

IntersightSetup::IntersightSetup() {
  std::ifstream in(SESSION_EXPORTER_FIXTURES "/intersight/v3_ec_mislabelled.pem");
  config->url = "https://intersight.example";
  config->api_key_id = "account/user/key";
  config->secret_key =
      SecretSource::FromValue(Secret(std::string(std::istreambuf_iterator<char>(in), {})));
  config->session_limits = false;
  target.name = "lab";
  target.backend_config = config;
}

std::unique_ptr<Backend> IntersightSetup::Make() const {
  auto& self = const_cast<IntersightSetup&>(*this);  // NOLINT: the dependencies are its own
  return FindBackend("intersight")
      ->Create(target, {self.http, clock, self.credentials, stop.get_token()});
}

Result<Snapshot> IntersightSetup::List() {
  if (backend_ == nullptr) backend_ = Make();
  return backend_->ListSessions({Deadline::After(time_left), nullptr});
}

void IntersightSetup::Answer(std::string body, int status) {
  http.Answer(IntersightAnswer(std::move(body), status));
}

std::vector<std::string> IntersightSetup::SentTargets() const {
  std::vector<std::string> targets;
  for (const SentRequest& sent : http.sent()) {
    targets.push_back(sent.request.url.substr(config->url.size()));
  }
  return targets;
}

FakeAnswer IntersightAnswer(std::string body, int status) {
  FakeAnswer answer;
  answer.head.status = status;
  answer.head.received_at = kArrival;
  answer.body = std::move(body);
  answer.piece_bytes = 1000;
  return answer;
}

std::string Row(std::string_view moid, std::string_view members) {
  std::string row = R"({"ClassId":"iam.Session","ObjectType":"iam.Session")";
  if (!moid.empty()) row += fmt::format(R"(,"Moid":"{}")", moid);
  if (!members.empty()) row += fmt::format(",{}", members);
  return row + "}";
}

std::string ListOf(std::string_view rows, std::string_view before) {
  return fmt::format(R"({{"ObjectType":"iam.Session.List",{}"Results":[{}]}})", before, rows);
}

std::string Page(int first, int rows, int count) {
  std::string text;
  for (int i = 0; i < rows; ++i) {
    if (i > 0) text += ",";
    text += Row(fmt::format("{:024x}", first + i), R"("Status":"Active")");
  }
  return ListOf(text, count < 0 ? std::string() : fmt::format("\"Count\":{},", count));
}

}  // namespace session_exporter::test
